"""Centres and the places where they hand out."""

import pytest

from kit.errors import NotFound, Refused
from market.centres import centres
from market.centres.centres import NewCentre, NewPickupPoint
from tests import make as make_people


def test_the_administration_founds_centres_and_coordinators_add_places(session, at):
    admin = make_people.actor(session, None, ("administrator", "house", 0))
    new = NewCentre("son", "Soresina", "019097")
    centre = centres.found(session, admin, new, at.now)
    assert centres.get(session, centre.id).code == "SON"
    with pytest.raises(Refused, match="già di un altro centro"):
        centres.found(session, admin, new, at.now)
    with pytest.raises(NotFound):
        centres.found(session, at.coordinator, new, at.now)
    place = NewPickupPoint("Sala civica", "Piazza 1", "sabato 9-11")
    point = centres.add_pickup_point(session, at.coordinator, at.centre.id, place, at.now)
    assert point in centres.pickup_points(session, at.centre.id)
    with pytest.raises(Refused, match="con questo nome"):
        centres.add_pickup_point(session, at.coordinator, at.centre.id, place, at.now)
    with pytest.raises(NotFound):
        centres.add_pickup_point(session, at.coordinator, centre.id, place, at.now)
