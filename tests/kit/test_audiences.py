"""Who an act writes to, as a page shows it before."""

import pytest

from kit import shown
from kit.audiences import Audience
from kit.errors import Message

ANNA, BRUNO = ("anna", "anna@esempio.it"), ("bruno", None)


def test_each_address_is_a_letter_and_who_has_none_is_named_once():
    found = Audience.of([ANNA, ("anna", "a@esempio.it"), BRUNO, BRUNO, ("carla", "nessuno")])
    assert (found.letters, found.unreached) == (2, ["bruno", "carla"])
    assert Audience.of([]) == Audience([], [])


def test_who_is_reached_at_one_of_several_addresses_is_reached():
    found = Audience.of([("anna", None), ANNA, ("anna", "nessuno")])
    assert (found.addresses, found.unreached) == (["anna@esempio.it"], [])


@pytest.mark.parametrize(
    ("now", "changed"),
    [
        ([BRUNO, ANNA], []),
        ([("anna", "nuova@esempio.it"), BRUNO], ["letters"]),
        ([ANNA, ("carla", None)], ["unreached"]),
        ([ANNA, ("bruno", "b@esempio.it")], ["letters", "unreached"]),
    ],
)
def test_whoever_the_page_had_not_named_stops_the_act(now, changed):
    seen = shown.pack(Audience.of([ANNA, BRUNO]).parts())
    assert shown.differences(seen, Audience.of(now).parts()) == changed
    if changed:
        with pytest.raises(shown.Changed):
            shown.check(seen, Audience.of(now).parts(), lambda part: Message(part))
