"""What the owner of the tables can do behind the guards, the checks find."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from kit import clock
from ledger import checks, journal
from tests.conftest import Committed
from tests.ledger import make

GUARDS = ("account", "journal", "posting", "ledger_refusal", "audit_event")


@pytest.fixture
def owner(owner_engine: Engine) -> Iterator[Session]:
    """The owner's session in a transaction that is rolled back."""
    with owner_engine.connect() as connection:
        session = Session(connection, autoflush=False)
        yield session
        session.rollback()


def settle(owner: Session) -> None:
    """Check what waits for the commit now: tables with waiting checks cannot be altered."""
    owner.execute(text("set constraints all immediate"))
    owner.execute(text("set constraints all deferred"))


@pytest.fixture
def written(owner: Session) -> dict[str, int]:
    """Clean books: a top-up, a charge, its reversal, a charge that stands; what is where."""
    books = make.books(owner)
    topped = make.top_up(owner, books, 5000)
    charged = make.charge(owner, books, 1200)
    undone = journal.reverse(owner, charged, make.key(), 7, clock.now(owner))
    last = make.charge(owner, books, 2000)
    settle(owner)
    assert checks.violations(owner) == []
    return {
        "topped": topped,
        "charged": charged,
        "undone": undone,
        "last": last,
        "household": books.household,
        "producer": books.producer,
    }


def tamper(owner: Session, written: dict[str, int], *statements: str) -> list[str]:
    """Take the guards away, change something, put them back; return what the checks say."""
    for table in GUARDS:
        owner.execute(text(f"alter table {table} disable trigger user"))
    for statement in statements:
        owner.execute(text(statement), written)
    settle(owner)
    for table in GUARDS:
        owner.execute(text(f"alter table {table} enable trigger user"))
    return [found.removeprefix("ledger ") for found in checks.violations(owner)]


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (
            ["update posting set amount = amount + 1 where journal_id = :last and line = 1"],
            {"I1", "I3", "I4", "body"},
        ),
        (
            [
                "update posting set amount = amount - 5 where journal_id = :last"
                " and account_id = :producer",
                "update posting set amount = amount + 5 where journal_id = :topped and amount < 0",
            ],
            {"I1", "body"},
        ),
        (["delete from posting where journal_id = :last and line = 2"], {"I1", "I2", "I3", "body"}),
        (["delete from posting where journal_id = :last"], {"I2", "body"}),
        (
            [
                "update posting set line = line + 50 where journal_id = :last and line = 2",
            ],
            {"I2"},
        ),
        (
            [
                "alter table posting drop constraint fk_posting_journal_id_transaction_id_journal",
                "update posting set transaction_id = 1 where journal_id = :last and line = 2",
            ],
            {"I2"},
        ),
        (
            ["update posting set balance_after = balance_after + 1 where journal_id = :last"],
            {"I4"},
        ),
        (
            ["update posting set account_seq = 9 where journal_id = :last and line = 1"],
            {"I5"},
        ),
        (["update account set min_balance = 4000 where id = :household"], {"I6"}),
        (
            [
                "update posting set account_id = (select account_id from posting"
                " where journal_id = :topped and line = 2)"
                " where journal_id = :undone and line = 2",
            ],
            {"I7", "body"},
        ),
        (
            ["update journal set kind = 'charge', reverses = null where id = :undone"],
            {"body"},
        ),
        (
            [
                "update journal set body_hash = sha256('x') where id = :last",
            ],
            {"I12", "body"},
        ),
        (
            [
                "update posting set amount = -amount where journal_id = :last",
                "update posting set balance_after = 7000 where journal_id = :last and line = 1",
                "update journal j set body_hash = ledger_body_hash(j.id, j.kind, j.reverses,"
                " j.subject_kind, j.subject_id) where id = :last",
            ],
            {"I12"},
        ),
        (["delete from audit_event where subject_id = :last"], {"I12"}),
        (
            [
                "delete from posting where journal_id = :last",
                "delete from journal where id = :last",
            ],
            {"I12"},
        ),
        (
            ["update journal set created_at = created_at + interval '1 day' where id = :last"],
            {"I13"},
        ),
        (
            ["update journal set created_at = created_at - interval '1 day' where id = :last"],
            {"I13"},
        ),
        (
            [
                "insert into ledger_refusal (key, body_hash, message)"
                " select key, body_hash, 'no' from journal where id = :last",
            ],
            {"refusal"},
        ),
    ],
)
def test_tampering_is_found_and_named(
    owner: Session, written: dict[str, int], statements: list[str], found: set[str]
) -> None:
    said = tamper(owner, written, *statements)
    assert {one.split(":")[0] for one in said} == found, said


def test_an_entry_reversed_twice_is_found(owner: Session, written: dict[str, int]) -> None:
    said = tamper(
        owner,
        written,
        "alter table journal drop constraint uq_journal_reverses",
        "update journal set kind = 'reversal', reverses = :charged where id = :last",
    )
    assert f"I7: entry {written['charged']} is reversed 2 times" in said


@pytest.mark.parametrize(
    ("statement", "name", "table"),
    [
        ("alter table journal disable trigger seal", "seal", "journal"),
        ("drop trigger place on posting", "place", "posting"),
        ("alter table account disable trigger append_only", "append_only", "account"),
        ("alter table posting enable replica trigger append_only", "append_only", "posting"),
    ],
)
@pytest.mark.usefixtures("written")
def test_a_guard_that_is_gone_is_found(
    owner: Session, statement: str, name: str, table: str
) -> None:
    owner.execute(text(statement))
    assert checks.violations(owner) == [
        f"ledger guard: trigger {name} of table {table} is missing or switched off"
    ]


def test_a_role_that_may_change_the_books_is_found(committed: Committed) -> None:
    owner = create_engine(committed.owner_url)
    app = committed.engine.url.username
    with owner.begin() as connection:
        connection.execute(text(f'grant update, truncate on posting to "{app}"'))
    with committed.sessions() as session:
        assert checks.violations(session) == [
            "ledger guard: this role may truncate table posting",
            "ledger guard: this role may update table posting",
        ]
    with owner.begin() as connection:
        connection.execute(text(f'revoke update, truncate on posting from "{app}"'))
    owner.dispose()


def test_a_flood_of_violations_is_counted(owner: Session, written: dict[str, int]) -> None:
    books = make.books(owner)
    for cents in range(1, 31):
        make.top_up(owner, books, cents)
    settle(owner)
    said = tamper(owner, written, "update journal set body_hash = sha256('x')")
    assert len([one for one in said if one.startswith("body")]) == checks.REPORTED + 1
    assert any(one.startswith("body: and ") for one in said)


def test_a_violation_is_told_in_words(owner: Session, written: dict[str, int]) -> None:
    said = tamper(
        owner,
        written,
        "update posting set amount = amount + 1 where journal_id = :last and line = 1",
    )
    assert f"I1: entry {written['last']} is out of balance, in cents: 1" in said
