"""What the books say no to: the words of a refusal, and how it stays with its key."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kit import db
from kit.errors import Message, Refused
from kit.sentences import unpack
from ledger import accounts, journal, refusals
from ledger.refusals import KeyReused, NotEnoughCredit
from ledger.rules.entries import Entry, body_hash
from ledger.tables import LedgerRefusal
from tests.ledger import make
from tests.ledger.make import Books

pytestmark = pytest.mark.usefixtures("_clean")


def test_a_refusal_for_want_of_credit_names_the_account_and_what_is_missing() -> None:
    refused = NotEnoughCredit(12, 123_450)
    assert str(refused) == "Il credito non basta: mancano 1.234,50\u00a0€."
    assert (refused.status, refused.field) == (409, "amount")
    assert (refused.account_id, refused.missing_cents) == (12, 123_450)


def test_another_act_under_a_key_is_told_so() -> None:
    assert (KeyReused().status, str(KeyReused())) == (
        409,
        "Questa operazione è già stata registrata con dati diversi.",
    )


@pytest.fixture
def entry(books: Books) -> Entry:
    """An act that is refused: nobody has posted it."""
    return Entry(make.key("charge"), "charge", [(books.household, -500), (books.producer, 500)])


NO = Message("Mancano {missing} a {name}.", missing=Message("5 €"), name="Anna")


def test_what_is_kept_is_the_act_its_words_and_who_asked(
    session: Session, books: Books, entry: Entry
) -> None:
    refusals.remember(session, entry=entry, message=NO, field="amount", actor_id=7)
    kept = session.get_one(LedgerRefusal, entry.key)
    assert (kept.body_hash, kept.field, kept.actor_id) == (body_hash(entry), "amount", 7)
    assert kept.message == "Mancano {missing} a {name}."
    assert set(kept.message_values) == {"missing", "name"}
    with pytest.raises(Refused, match=r"^Mancano 5 € a Anna\.$"):
        make.charge(session, books, 500, entry.key)


def test_the_first_answer_under_a_key_is_the_one_kept(session: Session, entry: Entry) -> None:
    for number in (1, 2):
        said = Message("No, {n}.", n=number)
        refusals.remember(session, entry=entry, message=said, field=None, actor_id=None)
    rows = select(LedgerRefusal.message_values).where(LedgerRefusal.key == entry.key)
    assert session.scalars(rows).all() == [{"n": 1}]


def test_nothing_is_kept_where_the_act_was_posted(
    session: Session, books: Books, entry: Entry
) -> None:
    make.top_up(session, books, 5000)
    posted = make.charge(session, books, 500, entry.key)
    refusals.remember(session, entry=entry, message=NO, field="amount", actor_id=7)
    query = select(func.count()).where(LedgerRefusal.key == entry.key)
    assert session.scalar(query) == 0
    assert journal.find(session, entry.key) == posted


def test_a_refusal_stays_with_its_key(session: Session, books: Books) -> None:
    key = make.key("charge")
    with pytest.raises(NotEnoughCredit) as refused:
        make.charge(session, books, 500, key)
    assert refused.value.remember is not None
    refused.value.remember(session)
    make.top_up(session, books, 5000)
    with pytest.raises(Refused) as again:
        make.charge(session, books, 500, key)
    assert str(again.value) == str(refused.value)
    with pytest.raises(KeyReused):
        make.charge(session, books, 501, key)
    make.charge(session, books, 500, make.key("charge"))
    assert accounts.balance(session, books.household) == 4500


def test_a_refusal_is_not_kept_when_the_act_went_through_in_between(
    session: Session, books: Books
) -> None:
    key = make.key("charge")
    with pytest.raises(NotEnoughCredit) as refused:
        make.charge(session, books, 500, key)
    make.top_up(session, books, 5000)
    posted = make.charge(session, books, 500, key)
    assert refused.value.remember is not None
    refused.value.remember(session)
    assert make.charge(session, books, 500, key) == posted


@pytest.mark.usefixtures("session")
def test_kit_keeps_the_refusal_after_its_rollback() -> None:
    key = make.key("charge")
    with db.transaction() as setting_up:
        books = make.books(setting_up)
    with pytest.raises(NotEnoughCredit), db.transaction() as charging:
        make.charge(charging, books, 500, key)
    with db.transaction() as looking:
        kept = looking.get_one(LedgerRefusal, key)
        assert (kept.field, kept.actor_id) == ("amount", 7)
        said = unpack(kept.message, kept.message_values)
        assert str(said) == "Il credito non basta: mancano 5,00\u00a0€."
