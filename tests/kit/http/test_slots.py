"""HTML rendered once around named slots."""

import pytest

from kit.http.slots import Slotted, marks


def test_what_is_filled_in_turns_is_what_is_filled_at_once():
    slot = marks(("name", "price"))
    row = Slotted.of(f"<b>{slot['name']}</b>è {slot['price']} {slot['name']}")
    values = {"name": b"Mele", "price": b"3"}
    assert b"".join(row.join(values)).decode() == "<b>Mele</b>è 3 Mele"
    shared = row.fill({"price": b"3"})
    assert shared.names == ["name", "name"]
    assert shared.join(values) != row.join(values)
    assert b"".join(shared.join(values)) == b"".join(row.join(values))
    assert row.names == ["name", "price", "name"], "what is shared is not changed by filling it"
    assert row.size() == len("<b></b>è  ".encode())


def test_every_row_fills_only_the_slots_there_are():
    row = Slotted.of(f"<td>{marks(['n'])['n']}</td>")
    values = {"n": lambda n: b"%d" % n, "never": lambda n: 1 // 0 * b""}
    assert b"".join(row.each([1, 2], values)) == b"<td>1</td><td>2</td>"


def test_a_slot_without_a_value_is_a_bug():
    row = Slotted.of(str(marks(["name"])["name"]))
    with pytest.raises(KeyError):
        row.join({})
