"""Which of several applications of one person counts."""

from datetime import UTC, datetime, timedelta

import pytest

from calls.envelopes.rules import doubles
from calls.envelopes.rules.doubles import Decision, Exclusion, Sent
from kit.errors import Refused

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def sent(number, tax_code, minutes):
    return Sent(number, f"2026/{number:07d}", tax_code, AT + timedelta(minutes=minutes))


FIRST, SECOND, OTHER = sent(1, "A", 5), sent(2, "A", 1), sent(3, "B", 0)
NAMELESS = (sent(4, "", 0), sent(5, "", 1))


def test_the_last_that_arrived_counts_whatever_its_number():
    (found,) = doubles.doubles([FIRST, SECOND, OTHER, *NAMELESS], [])
    assert (found.kept, found.excluded, found.reason) == (FIRST, (SECOND,), "")
    assert doubles.exclusions([found]) == [Exclusion(SECOND.code, FIRST.code, "")]


def test_from_two_accounts_none_counts_until_the_office_says_which():
    stranger = FIRST._replace(person_id=7)
    (found,) = doubles.doubles([stranger, SECOND], [])
    assert found.waits and found.others == (SECOND, stranger)
    assert doubles.check_may_decide([found], stranger.application_id, "perché così") == found
    (found,) = doubles.doubles([stranger, SECOND], [Decision(1, "È la sua")])
    assert not found.waits and found.others == (SECOND,)
    with pytest.raises(Refused, match="conta già"):
        doubles.check_may_decide([found], 1, "perché così")


def test_once_points_were_seen_only_what_was_not_settled_is_decided():
    settled = doubles.doubles([FIRST, SECOND], [])
    with pytest.raises(Refused, match="nemmeno se la prova si riapre"):
        doubles.check_may_decide(settled, 2, "perché così", tried=True)
    waiting = doubles.doubles([FIRST._replace(person_id=7), SECOND], [])
    assert doubles.check_may_decide(waiting, 1, "perché così", tried=True) == waiting[0]


def test_the_newest_word_of_the_office_stands():
    words = [
        Decision(2, "La seconda era una prova"),
        Decision(3, "altro"),
        Decision(1, "Ripensato"),
    ]
    (found,) = doubles.doubles([FIRST, SECOND, OTHER], words[:1])
    assert (found.kept, found.reason) == (SECOND, "La seconda era una prova")
    (found,) = doubles.doubles([FIRST, SECOND, OTHER], words)
    assert (found.kept, found.reason) == (FIRST, "Ripensato")


@pytest.mark.parametrize(
    ("application_id", "reason", "said"),
    [
        (3, "perché così", "non è doppia"),
        (1, "perché così", "conta già"),
        (2, "", "Scrivi il motivo"),
        (2, "Breve", "almeno 10 caratteri"),
        (2, "x" * 1001, "troppo lungo"),
    ],
)
def test_what_cannot_be_decided_is_refused(application_id, reason, said):
    found = doubles.doubles([FIRST, SECOND, OTHER], [])
    with pytest.raises(Refused, match=said):
        doubles.check_may_decide(found, application_id, reason)
    assert doubles.check_may_decide(found, 2, "perché così") == found[0]
