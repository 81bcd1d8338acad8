"""Who gets what, as the sorting sheets say it."""

import pytest

from kit.errors import NotFound
from market.papers import sorting_sheets


def test_households_and_products_tell_the_same(session, at, closed_id):
    data = sorting_sheets.read(session, closed_id).data
    assert [(each["code"], len(each["lines"])) for each in data["households"]] == [
        ("F1", 2),
        ("F2", 1),
    ]
    totals = {each["name"]: each["total_text"] for each in data["products"]}
    assert totals == {at.boxes.name: "6\u00a0pezzi", at.honey.name: "1\u00a0pezzo"}
    assert data["pickup_point"] == "Oratorio, Via Roma 1"


def test_a_quantity_that_was_cut_says_what_was_wanted(session, closed_id):
    first, second = sorting_sheets.read(session, closed_id).data["households"]
    assert [line["note"] for line in first["lines"]] == ["ne voleva 4\u00a0pezzi", ""]
    assert [line["note"] for line in second["lines"]] == ["ne voleva 4\u00a0pezzi"]


def test_an_order_that_is_not_closed_has_nobody_to_sort_for(session, order_id):
    found = sorting_sheets.read(session, order_id)
    assert (found.data["households"], found.data["products"], found.closed_at) == ([], [], None)


def test_an_absent_order_has_no_sheet(session):
    with pytest.raises(NotFound):
        sorting_sheets.read(session, 10**12)
