"""Opening, finding and reading accounts."""

import pytest
from sqlalchemy.orm import Session

from kit.errors import NotFound, Refused
from ledger import accounts
from tests.ledger import make
from tests.ledger.make import Books


def test_opening_twice_finds_the_same_account(session: Session) -> None:
    code = make.key("centre")
    first = accounts.open(session, code, "household", "household:3", 0)
    assert accounts.open(session, code, "household", "household:3", 0) == first
    assert accounts.find(session, code) == first
    assert accounts.get(session, first).owner_ref == "household:3"


@pytest.mark.parametrize(
    "other",
    [("producer", "household:3", 0), ("household", "household:4", 0), ("household", "household:3")],
)
def test_a_code_that_means_another_account_is_refused(
    session: Session, other: tuple[str, str, int]
) -> None:
    code = make.key("centre")
    accounts.open(session, code, "household", "household:3", 0)
    with pytest.raises(Refused, match="altre caratteristiche"):
        accounts.open(session, code, *other)


def test_a_kind_outside_the_chart_is_an_error(session: Session) -> None:
    with pytest.raises(ValueError, match="kind of account"):
        accounts.open(session, make.key("centre"), "treasure", "nobody")


def test_balances_come_in_one_statement_for_accounts_of_both_sorts(
    session: Session, books: Books
) -> None:
    make.top_up(session, books, 5000)
    make.charge(session, books, 1200)
    found = accounts.balances(session, [books.household, books.cash, books.producer, 2**62])
    assert found == {books.household: 3800, books.cash: -5000, books.producer: 1200}
    assert accounts.balance(session, books.neighbour) == 0


def test_an_account_that_does_not_exist_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        accounts.balance(session, 2**62)
    with pytest.raises(NotFound):
        accounts.get(session, 2**62)
    assert accounts.find(session, "nowhere") is None


def test_the_accounts_of_a_centre_are_listed_by_code(session: Session, books: Books) -> None:
    make.top_up(session, books, 700)
    code = accounts.get(session, books.cash).code
    prefix = code.removesuffix("cash")
    listed = accounts.with_prefix(session, prefix)
    assert [one.code.removeprefix(prefix) for one in listed] == [
        "cash",
        "household:1",
        "household:2",
        "opening",
        "producer:1",
        "transport",
    ]
    cash = listed[0]
    assert (cash.id, cash.balance_cents, cash.shown_cents) == (books.cash, -700, 700)


def test_a_prefix_is_meant_letter_by_letter(session: Session) -> None:
    accounts.open(session, "a_b:cash", "cash", "x")
    accounts.open(session, "axb:cash", "cash", "x")
    assert [one.code for one in accounts.with_prefix(session, "a_")] == ["a_b:cash"]
    assert accounts.with_prefix(session, "a%") == []
