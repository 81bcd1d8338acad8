"""Cash at the pick-up point and balances of the old books."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from kit.errors import NotFound, Refused
from ledger import accounts, checks, statements, top_ups
from ledger.refusals import KeyReused
from tests.ledger import make
from tests.ledger.make import Books


def test_cash_raises_the_credit_and_fills_the_box(
    session: Session, books: Books, now: datetime
) -> None:
    actor = make.treasurer(now)
    key = make.key("cash")
    first = top_ups.record_cash(session, actor, books.household, books.cash, 2050, key=key, now=now)
    again = top_ups.record_cash(session, actor, books.household, books.cash, 2050, key=key, now=now)
    assert first == again
    assert accounts.balances(session, [books.household, books.cash]) == {
        books.household: 2050,
        books.cash: -2050,
    }
    line = statements.of(session, books.household)[0]
    assert (str(line.label), str(line.memo)) == (
        "Ricarica in contanti",
        "Contanti consegnati al tesoriere",
    )
    assert checks.violations(session) == []


def test_the_same_form_with_another_sum_is_refused(
    session: Session, books: Books, now: datetime
) -> None:
    actor, key = make.treasurer(now), make.key("cash")
    top_ups.record_cash(session, actor, books.household, books.cash, 2050, key=key, now=now)
    with pytest.raises(KeyReused):
        top_ups.record_cash(session, actor, books.household, books.cash, 2060, key=key, now=now)


@pytest.mark.parametrize("cents", [0, -500, 500_000])
def test_a_sum_that_is_no_cash_is_refused(
    session: Session, books: Books, now: datetime, cents: int
) -> None:
    with pytest.raises(Refused) as refused:
        top_ups.record_cash(
            session,
            make.treasurer(now),
            books.household,
            books.cash,
            cents,
            key=make.key(),
            now=now,
        )
    assert refused.value.field == "amount"
    assert accounts.balance(session, books.household) == 0


def test_cash_goes_from_a_cash_box_to_a_household(
    session: Session, books: Books, now: datetime
) -> None:
    for household, cash in ((books.producer, books.cash), (books.household, books.producer)):
        with pytest.raises(Refused, match="tipo giusto"):
            top_ups.record_cash(
                session, make.treasurer(now), household, cash, 100, key=make.key(), now=now
            )
    with pytest.raises(NotFound):
        top_ups.record_cash(
            session, make.treasurer(now), 2**62, books.cash, 100, key=make.key(), now=now
        )


@pytest.mark.parametrize("cents", [3000, -3000])
def test_an_old_balance_is_carried_over_once_as_the_first_line(
    session: Session, books: Books, now: datetime, cents: int
) -> None:
    actor, key = make.treasurer(now), make.key("opening")
    first = top_ups.record_opening(
        session, actor, books.household, books.opening, cents, key=key, now=now
    )
    assert accounts.balance(session, books.household) == cents
    make.top_up(session, books, 5000)
    again = top_ups.record_opening(
        session, actor, books.household, books.opening, cents, key=key, now=now
    )
    assert first == again
    assert checks.violations(session) == []


def test_an_account_that_has_moved_takes_no_opening_balance(
    session: Session, books: Books, now: datetime
) -> None:
    make.top_up(session, books, 100)
    with pytest.raises(Refused, match="per primo"):
        top_ups.record_opening(
            session,
            make.treasurer(now),
            books.household,
            books.opening,
            3000,
            key=make.key(),
            now=now,
        )


def test_an_opening_balance_comes_from_the_opening_account(
    session: Session, books: Books, now: datetime
) -> None:
    with pytest.raises(Refused, match="tipo giusto"):
        top_ups.record_opening(
            session, make.treasurer(now), books.household, books.cash, 1, key=make.key(), now=now
        )


def test_cash_that_was_a_mistake_is_undone_once_and_nothing_else_is(
    session: Session, books: Books, now: datetime
) -> None:
    actor, box = make.treasurer(now), books.cash
    cash_id = top_ups.record_cash(
        session, actor, books.household, box, 2050, key=make.key("cash"), now=now
    )
    found = top_ups.cash(session, cash_id)
    assert (found.account_id, found.amount_cents, found.undone) == (books.household, 2050, False)
    undone = top_ups.undo_cash(session, actor, found, "erano 20 €", now)
    assert accounts.balances(session, [books.household, box]) == {books.household: 0, box: 0}
    with pytest.raises(Refused, match="già stata corretta"):
        top_ups.undo_cash(session, actor, top_ups.cash(session, cash_id), "di nuovo", now)
    for other in (undone, 10**15):
        with pytest.raises(NotFound):
            top_ups.cash(session, other)
    assert checks.violations(session) == []
