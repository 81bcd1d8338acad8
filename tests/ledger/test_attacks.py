"""The books under attack, by the application's role and by the owner of the tables."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger import accounts, checks
from tests.conftest import Committed
from tests.ledger import make
from tests.ledger.make import Books

TABLES = ("account", "journal", "posting", "ledger_refusal")


@pytest.fixture(params=["application", "owner"])
def attacker(
    request: pytest.FixtureRequest, engine: Engine, owner_engine: Engine
) -> Iterator[Session]:
    """A session of either role, in a transaction that is rolled back."""
    with (engine if request.param == "application" else owner_engine).connect() as connection:
        session = Session(connection, autoflush=False)
        yield session
        session.rollback()


@pytest.fixture
def charged(attacker: Session) -> tuple[Books, int]:
    """Books with 50 euro of credit, 12 of them spent; the entry of the charge."""
    books = make.books(attacker)
    make.top_up(attacker, books, 5000)
    number = make.charge(attacker, books, 1200)
    attacker.execute(text("set constraints all immediate"))
    attacker.execute(text("set constraints all deferred"))
    return books, number


def refused(session: Session, attack: Callable[[], object], says: str) -> None:
    with pytest.raises(DBAPIError, match=says):
        attack()
        session.execute(text("set constraints all immediate"))


@pytest.mark.parametrize(
    "change",
    [
        "update account set min_balance = null",
        "update journal set memo = 'altro'",
        "update posting set amount = amount * 2",
        "update posting set amount = 1 where false",
        "update ledger_refusal set message = ''",
        "delete from account",
        "delete from journal",
        "delete from posting",
        "delete from ledger_refusal",
        "truncate account, journal, posting cascade",
        "truncate ledger_refusal",
        "insert into account (code, kind, owner_ref) select code, kind, owner_ref from account"
        " on conflict (code) do update set min_balance = -100000",
        "merge into account a using (values (1)) v on true when matched then delete",
    ],
)
@pytest.mark.usefixtures("charged")
def test_what_is_written_stays(attacker: Session, change: str) -> None:
    refused(attacker, lambda: attacker.execute(text(change)), "permission denied|is refused")


def test_a_sealed_entry_takes_no_more_lines(attacker: Session, charged: tuple[Books, int]) -> None:
    books, number = charged
    lines = [(3, books.cash, -5, None, None), (4, books.producer, 5, None, None)]
    refused(attacker, lambda: make.raw_lines(attacker, number, lines), "is sealed")


def test_an_entry_out_of_balance_is_refused(attacker: Session, charged: tuple[Books, int]) -> None:
    books, _ = charged
    lines = [(1, books.cash, -5, None, None), (2, books.producer, 6, None, None)]
    refused(attacker, lambda: make.raw_entry(attacker, lines), "out of balance by 1")


@pytest.mark.parametrize("n_lines", [1, 3, 0])
def test_an_entry_that_miscounts_its_lines_is_refused(
    attacker: Session, charged: tuple[Books, int], n_lines: int
) -> None:
    books, _ = charged
    lines = [(1, books.cash, -5, None, None), (2, books.producer, 5, None, None)]
    refused(attacker, lambda: make.raw_entry(attacker, lines, n_lines=n_lines), "has 2 lines")


def test_an_entry_with_a_hole_in_its_lines_is_refused(
    attacker: Session, charged: tuple[Books, int]
) -> None:
    books, _ = charged
    lines = [(1, books.cash, -5, None, None), (3, books.producer, 5, None, None)]
    refused(attacker, lambda: make.raw_entry(attacker, lines), "has 2 lines")


def test_a_header_without_lines_is_refused(attacker: Session, charged: tuple[Books, int]) -> None:
    number = make.raw_number(attacker)
    refused(attacker, lambda: make.raw_header(attacker, number, [], n_lines=2), "has 0 lines")


def test_lines_without_a_header_are_refused(attacker: Session, charged: tuple[Books, int]) -> None:
    books, _ = charged
    lines = [(1, books.cash, -5, None, None), (2, books.producer, 5, None, None)]
    number = make.raw_number(attacker)
    refused(attacker, lambda: make.raw_lines(attacker, number, lines), "foreign key")


@pytest.mark.parametrize(
    ("seq", "balance"),
    [(2, 3300), (3, 3301), (4, 3300), (None, None), (1, -500), (0, 3300), (-3, 3300)],
)
def test_a_line_continues_its_account(
    attacker: Session, charged: tuple[Books, int], seq: int | None, balance: int | None
) -> None:
    books, _ = charged
    lines = [(1, books.household, -500, seq, balance), (2, books.producer, 500, None, None)]
    refused(attacker, lambda: make.raw_entry(attacker, lines), "does not continue it")


def test_an_account_without_a_limit_takes_no_running_balance(
    attacker: Session, charged: tuple[Books, int]
) -> None:
    books, _ = charged
    lines = [(1, books.cash, -5, 1, -5), (2, books.producer, 5, None, None)]
    refused(attacker, lambda: make.raw_entry(attacker, lines), "keeps no running balance")


@pytest.mark.parametrize("kind", ["charge", "top_up", "opening"])
def test_a_debit_below_the_limit_is_refused(
    attacker: Session, charged: tuple[Books, int], kind: str
) -> None:
    books, _ = charged
    lines = [(1, books.household, -3801, 3, -1), (2, books.producer, 3801, None, None)]
    refused(attacker, lambda: make.raw_entry(attacker, lines, kind=kind), "below its limit")


@pytest.mark.parametrize(
    "lines",
    [
        [(1, "household", 1100, 3, 4900), (2, "producer", -1100, None, None)],
        [(1, "household", 1200, 3, 5000), (2, "transport", -1200, None, None)],
        [(1, "producer", -1200, None, None), (2, "household", 1200, 3, 5000)],
        [(1, "household", -1200, 3, 2600), (2, "producer", 1200, None, None)],
    ],
)
def test_a_reversal_that_is_no_mirror_is_refused(
    attacker: Session, charged: tuple[Books, int], lines: list
) -> None:
    books, number = charged
    raw = [(n, getattr(books, name), *rest) for n, name, *rest in lines]
    refused(
        attacker,
        lambda: make.raw_entry(attacker, raw, kind="reversal", reverses=number),
        "does not mirror",
    )


def test_an_entry_is_reversed_once(attacker: Session, charged: tuple[Books, int]) -> None:
    books, number = charged
    first = [(1, books.household, 1200, 3, 5000), (2, books.producer, -1200, None, None)]
    again = [(1, books.household, 1200, 4, 6200), (2, books.producer, -1200, None, None)]
    make.raw_entry(attacker, first, kind="reversal", reverses=number)
    refused(
        attacker,
        lambda: make.raw_entry(attacker, again, kind="reversal", reverses=number),
        "uq_journal_reverses",
    )


def test_an_entry_that_lies_about_its_body_is_refused(
    attacker: Session, charged: tuple[Books, int]
) -> None:
    books, _ = charged
    lines = [(1, books.cash, -5, None, None), (2, books.producer, 5, None, None)]
    refused(
        attacker,
        lambda: make.raw_entry(attacker, lines, body_hash=b"x" * 32),
        "does not say what it does",
    )


def test_the_same_key_is_never_used_twice(attacker: Session, charged: tuple[Books, int]) -> None:
    books, _ = charged
    lines = [(1, books.cash, -5, None, None), (2, books.producer, 5, None, None)]
    make.raw_entry(attacker, lines, key="key of somebody")
    refused(
        attacker,
        lambda: make.raw_entry(attacker, lines, key="key of somebody"),
        "uq_journal_key",
    )


def test_a_temporary_table_does_not_fool_the_triggers(
    attacker: Session, charged: tuple[Books, int]
) -> None:
    books, number = charged

    def shadowed() -> None:
        for table in ("account", "journal", "posting"):
            attacker.execute(text(f"create temporary table {table} (like public.{table})"))
        forged = text(
            "insert into public.posting (journal_id, line, account_id, amount, account_seq,"
            " balance_after) values (:j, 3, :a, 100000, 3, 103800)"
        )
        attacker.execute(forged, {"j": number, "a": books.household})

    refused(attacker, shadowed, "is sealed|permission denied to create temporary")


def test_instants_and_transactions_are_not_the_writers_to_choose(
    attacker: Session, charged: tuple[Books, int]
) -> None:
    books, _ = charged
    lines = [(1, books.cash, -5, None, None), (2, books.producer, 5, None, None)]
    number = make.raw_number(attacker)
    for line, account_id, amount, _, _ in lines:
        attacker.execute(
            text(
                "insert into posting (journal_id, line, account_id, amount, transaction_id)"
                " values (:j, :l, :a, :m, 1)"
            ),
            {"j": number, "l": line, "a": account_id, "m": amount},
        )
    make.raw_header(attacker, number, lines)
    attacker.execute(text("set constraints all immediate"))
    stamps = attacker.execute(
        text(
            "select p.transaction_id = pg_current_xact_id()::text::bigint from posting p"
            " where p.journal_id = :j"
        ),
        {"j": number},
    )
    assert set(stamps.scalars()) == {True}


@pytest.mark.parametrize(
    "attack",
    [
        "alter table posting disable trigger all",
        "alter table posting disable trigger place",
        "drop trigger seal on journal",
        "alter table posting drop constraint ck_posting_amount",
        "drop table posting",
        "create or replace function public.ledger_seal_journal() returns trigger language plpgsql"
        " as 'begin return new; end'",
        "create or replace function public.refuse_change() returns trigger language plpgsql"
        " as 'begin return new; end'",
        "set session_replication_role = replica",
        "grant update on posting to current_user",
    ],
)
def test_the_application_cannot_take_the_guards_away(session: Session, attack: str) -> None:
    with (
        pytest.raises(DBAPIError, match=r"must be owner|permission denied"),
        session.begin_nested(),
    ):
        session.execute(text(attack))
        session.execute(text("update posting set amount = 1 where false"))


def test_a_line_cannot_be_slipped_into_an_entry_another_transaction_is_writing(
    committed: Committed,
) -> None:
    with committed.sessions.begin() as session:
        books = make.books(session)
    lines = [(1, books.cash, -5, None, None), (2, books.producer, 5, None, None)]
    extra = [(3, books.producer, 995, None, None)]
    with committed.sessions() as honest, committed.sessions() as thief:
        number = make.raw_number(honest)
        make.raw_lines(honest, number, lines)
        make.raw_header(honest, number, lines)
        make.raw_lines(thief, number, extra)  # the header is not visible to the thief yet
        honest.commit()
        with pytest.raises(DBAPIError, match="foreign key"):
            thief.commit()
    with committed.sessions() as session:
        assert accounts.balance(session, books.producer) == 5
        # Written past the code, the entry lacks its audit; nothing else is wrong.
        assert checks.violations(session) == [
            f"ledger I12: entry {number} has 0 audit events that tell what it does, instead of 1"
        ]
