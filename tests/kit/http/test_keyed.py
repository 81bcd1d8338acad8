"""A form that makes something: once for each page that was opened."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from kit.errors import Invalid, Message, Refused
from kit.http import keyed
from kit.http.forms import Form, Upload

THING = keyed.Making("kit.thing.made", Message("C'è già ({at})."), "/things/{id}")
UNSAID = keyed.Making("kit.thing.made")


@dataclass(frozen=True)
class Who:
    person_id: int | None
    now: datetime


@pytest.fixture
def make(session, now):
    """Send a form; what was made so far is in `make.made`."""

    def send(form: Form, person_id: int | None = 7, later: timedelta = timedelta(0)) -> int:
        def act() -> dict[str, int]:
            made.append(form.raw("name"))
            return {"id": len(made)}

        found: int = keyed.once(
            session, Who(person_id, now + later), THING if person_id else UNSAID, form, act
        )["id"]
        return found

    made: list[str] = []
    send.made = made  # type: ignore[attr-defined]
    return send


def sent(key: str = "una-pagina", content: bytes | None = None, **values: str) -> Form:
    files = {} if content is None else {"file": Upload("a.json", "", content)}
    values = {"key": key, "csrf": str(id(values)), **values}
    return Form(values, {}, {name: [value] for name, value in values.items()}, files)


@pytest.mark.parametrize("who", [7, None])
def test_the_second_sending_gets_the_first_answer_and_makes_nothing(make, who):
    assert make(sent(name="Orto"), who) == make(sent(name="Orto"), who) == 1
    assert make(sent("altra", name="Mulino"), who) == 2


def test_the_same_words_from_a_new_page_are_asked_about_and_made_by_who_says_so(make):
    make(sent(name="Orto"))
    again = sent("altra", name="Orto")
    with pytest.raises(Refused, match="C'è già"):
        make(again)
    assert again.twin == ("una-pagina", "/things/1") and make.made == ["Orto"]
    assert make(sent("altra", name="Orto", another="una-pagina")) == 2
    with pytest.raises(Refused):
        make(sent("terza", name="Orto", another="una-pagina"))  # the tick was for the first


def test_at_another_address_or_later_the_same_words_are_another_thing(make):
    make(sent(name="Orto"))
    there = sent("altra", name="Orto")
    there.address = "/centres/2"
    assert make(there) == 2
    assert make(sent("terza", name="Orto"), later=keyed.AGAIN_WITHIN) == 3


def test_who_is_not_signed_in_is_answered_as_before_and_never_for_longer(make):
    assert make(sent(name="Orto"), None) == make(sent("altra", name="Orto"), None) == 1
    nearly = keyed.SAME_WITHIN - timedelta(seconds=1)
    assert make(sent("terza", name="Orto"), None, nearly) == 1
    assert make(sent("quarta", name="Orto"), None, keyed.SAME_WITHIN) == 2


def test_marks_and_tokens_of_the_page_are_none_of_its_words(make):
    first, again = sent(name="Orto", whose="a", seen="x=1"), sent("altra", name="Orto", whose="b")
    first.lists["shown-name"] = ["m"]
    make(first)
    with pytest.raises(Refused):
        make(again)


def test_one_persons_page_is_not_anothers(make):
    assert make(sent(name="Orto"), 7) == 1 and make(sent(name="Orto"), 8) == 2


@pytest.mark.parametrize("other", [{"name": "Mulino"}, {"name": "Orto", "active": "yes"}])
def test_other_words_on_the_same_page_are_asked_about_and_then_made(make, other):
    make(sent(name="Orto"))
    again = sent(**other)
    with pytest.raises(Refused, match="già inviato con altri dati"):
        make(again)
    assert make.made == ["Orto"]
    assert "key" not in again.values, "shown again, the page has a key of its own"


def test_another_file_is_another_sending(make):
    make(sent(name="", content=b"{}"))
    assert make(sent(name="", content=b"{}")) == 1
    with pytest.raises(Refused):
        make(sent(name="", content=b"[]"))


@pytest.mark.parametrize("key", ["", " ", "x" * 201])
def test_a_page_without_a_key_makes_nothing(make, key):
    with pytest.raises(Refused, match="contrassegno"):
        make(sent(key, name="Orto"))
    assert make.made == []


def test_what_was_refused_may_be_mended_and_sent_again(session, now):
    def refuse() -> None:
        raise Invalid({"name": Message("No.")})

    with pytest.raises(Invalid):
        keyed.once(session, Who(7, now), THING, sent(name=""), refuse)
    made = keyed.once(session, Who(7, now), THING, sent(name="Orto"), lambda: None)
    assert set(made) == {"said"}
