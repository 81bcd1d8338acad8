"""The municipalities of the province: all of them, found by code and by name."""

import pytest

from kit import ordering
from people import places


def test_all_113_are_there_by_name_each_with_a_code_of_the_province():
    found = places.all_()
    assert len(found) == len({place.istat_code for place in found}) == 113
    assert [place.name for place in found] == sorted(
        (place.name for place in found), key=ordering.key
    )
    assert all(place.istat_code.startswith("019") for place in found)
    assert all(len(place.istat_code) == 6 for place in found)


def test_people_live_in_each_and_each_lies_in_the_province():
    for place in places.all_():
        assert place.population > 0, place
        assert 44.9 < place.lat < 45.6 and 9.3 < place.lon < 10.7, place


def test_a_code_finds_its_municipality():
    found = places.municipality("019036")
    assert found is not None and found.name == "Cremona"
    assert found.population > 60_000


@pytest.mark.parametrize("code", ["", "19036", "015146", "Cremona"])
def test_a_code_from_elsewhere_finds_nothing(code):
    assert places.municipality(code) is None


@pytest.mark.parametrize("typed", ["Cremona", "cremona", "  CREMONA ", "CREMONA\n"])
def test_a_name_is_found_whatever_the_case(typed):
    assert places.named(typed) == places.municipality("019036")


@pytest.mark.parametrize("typed", ["", "Milano", "Crem", "Cremona (CR)"])
def test_a_name_from_elsewhere_or_half_a_name_finds_nothing(typed):
    assert places.named(typed) is None
