"""What stands after the question mark of an address."""

import pytest

from kit.errors import NotFound
from market.pages import addresses


@pytest.mark.parametrize(("text", "id_"), [("", None), ("7", 7), (str(2**63 - 1), 2**63 - 1)])
def test_an_id_is_read(text, id_):
    assert addresses.an_id(text) == id_


@pytest.mark.parametrize("text", ["0", "-1", "x", "٣", " 7", "7.0", str(2**63), "9" * 40])
def test_what_is_no_id_looks_absent(text):
    with pytest.raises(NotFound):
        addresses.an_id(text)


@pytest.mark.parametrize(
    ("text", "page"), [("2", 2), ("0", 1), ("", 1), ("x", 1), ("٣", 1), ("99999", 1), ("-2", 1)]
)
def test_whatever_is_no_page_is_the_first(text, page):
    assert addresses.a_page(text) == page


def test_a_position_is_written_as_it_is_read():
    assert addresses.a_position("") is None
    assert addresses.a_position("812-2") == (812, 2)
    assert addresses.position((812, 2)) == "812-2"


@pytest.mark.parametrize("text", ["812", "812-", "-2", "812-x", "812-99999", "x-1"])
def test_a_position_that_is_none_looks_absent(text):
    if text == "-2":
        assert addresses.a_position(text) == (0, 2)
        return
    with pytest.raises(NotFound):
        addresses.a_position(text)
