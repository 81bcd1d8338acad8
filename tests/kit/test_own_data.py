"""What is kept of somebody, read from any table: here of one that stands for all."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from kit import own_data, sentences
from kit.acts import ActOnce
from kit.errors import Message
from kit.own_data import OwnTable, Whose, columns, own
from kit.words.text import locale
from tests import make

FORMS = OwnTable(
    ActOnce,
    Message("Niente."),
    Message("nome"),
    Message("ruolo"),
    ("person_id",),
    own(ActOnce, "person_id"),
    columns(ActOnce, kind=Message("che cosa"), at=Message("quando")),
)


def test_rows_are_counted_and_read_of_one_person_alone(session: Session) -> None:
    for person, key in ((7, "a"), (7, "b"), (8, "c")):
        session.add(ActOnce(person_id=person, key=key, kind=key, result=None, at=make.SOON))
    session.flush()
    whose = Whose(7, "a@esempio.it")
    assert own_data.count(session, [FORMS, FORMS], whose) == [2, 2]
    thing = own_data.read(session, FORMS, whose)
    assert [row["kind"] for row in thing.rows] == ["a", "b"]
    assert thing.fields == {"kind": "che cosa", "at": "quando"}
    assert own_data.count(session, [FORMS], Whose(9, "")) == [0]


def test_it_is_said_in_the_language_that_is_spoken(session: Session) -> None:
    token = locale.set("en")
    try:
        assert own_data.read(session, FORMS, Whose(7, "")).fields["kind"] == "what"
    finally:
        locale.reset(token)


def test_values_are_written_as_a_file_of_json_holds_them() -> None:
    assert own_data.plain(make.SOON) == "2026-12-01T18:00:00+00:00"
    assert own_data.plain(date(2026, 12, 1)) == "2026-12-01"
    assert own_data.plain(Decimal("1.50")) == "1.50"
    assert own_data.plain(b"{}") == "{}"
    assert own_data.plain(sentences.keep(Message("sì"))) == "sì"
    assert own_data.plain({"a": 1}) == {"a": 1}
