"""What a person reads when something goes wrong: a sentence, a status, and where it belongs."""

import pytest

from kit.errors import (
    Counted,
    Forbidden,
    Invalid,
    Message,
    NotFound,
    PersonError,
    Refused,
    TooBusy,
    TooMany,
)


def test_a_message_is_filled_in_italian_where_nobody_translates_it():
    inner = Message("{n} pezzi", n=3)
    assert str(Message("Mancano {missing} al collo.", missing=inner)) == "Mancano 3 pezzi al collo."


def test_a_message_without_values_is_taken_as_it_is():
    assert str(Message("Resto {di 5} e {")) == "Resto {di 5} e {"


def test_a_message_may_name_its_values_as_it_likes():
    assert str(Message("{text} di {self}", text="a", self="b")) == "a di b"
    assert str(Refused("{message}", message="x")) == "x"


def test_two_messages_are_the_same_when_words_and_values_are():
    assert Message("{n} pezzi", n=3) == Message("{n} pezzi", n=3)
    assert len({Message("{n} pezzi", n=3), Message("{n} pezzi", n=3)}) == 1
    assert Message("{n} pezzi", n=3) != Message("{n} pezzi", n=4)
    assert Message("3 pezzi") != Message("{n} pezzi", n=3)
    assert Message("3 pezzi") != "3 pezzi"


def test_two_counted_messages_are_the_same_when_their_number_is():
    one, two = (Counted(n, "{n} pezzo", "{n} pezzi", n=n) for n in (1, 2))
    assert one == Counted(1, "{n} pezzo", "{n} pezzi", n=1) and len({one, one, two}) == 2
    assert one != two and one != Message("{n} pezzo", n=1) and Message("{n} pezzo", n=1) != one
    assert repr(two) == "Counted(2, '{n} pezzo', '{n} pezzi', {'n': 2})"
    assert (str(Refused(one)), str(Refused(two))) == ("1 pezzo", "2 pezzi")


def test_a_message_shows_its_values_to_whoever_reads_a_failure():
    assert repr(Message("{n} pezzi", n=3)) == "Message('{n} pezzi', {'n': 3})"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (PersonError("x"), 400),
        (Refused("x"), 409),
        (Invalid({}), 422),
        (NotFound(), 404),
        (Forbidden("x"), 403),
        (TooMany("x", 9), 429),
        (TooBusy(), 503),
    ],
)
def test_each_kind_has_its_status_and_says_its_sentence(error, status):
    assert error.status == status
    assert isinstance(error, PersonError) and str(error) == str(error.message) != ""


def test_a_refusal_keeps_its_words_values_and_field():
    refusal = Refused("Mancano {n} pezzi.", field="quantity", n=3)
    assert refusal.message == Message("Mancano {n} pezzi.", n=3)
    assert (str(refusal), refusal.field) == ("Mancano 3 pezzi.", "quantity")
    ready = Message("Già detto.")
    again = Refused(ready)
    assert again.message is ready and again.field is None


def test_a_refusal_remembers_nothing_unless_told_and_then_it_alone():
    told = Refused("Troppo tardi.")
    told.remember = lambda session: None
    assert told.remember is not None
    assert Refused("Troppo tardi.").remember is None


def test_what_is_invalid_keeps_its_own_list_of_errors():
    errors = {"a": Message("A")}
    invalid = Invalid(errors)
    errors["b"] = Message("B")
    assert invalid.errors == {"a": Message("A")}


def test_absent_and_not_yours_are_said_alike():
    assert "non esiste, oppure non è tua" in str(NotFound())


def test_whoever_is_too_early_is_told_when_to_come_back():
    assert TooMany("Troppi tentativi.", 90).retry_after_s == 90
    assert TooBusy().retry_after_s == 5
    assert TooBusy(retry_after_s=2).retry_after_s == 2
