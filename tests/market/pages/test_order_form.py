"""The form of a group order: what it proposes, and how it is read."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from kit.errors import Invalid
from kit.http.forms import Form
from market.pages import order_form

NOW = datetime(2026, 3, 25, 9, 30, tzinfo=UTC)  # the clocks change in the week that follows
CHOSEN = SimpleNamespace(price_list_id=7, name="Mulino", minimum_cents=15_000)
FILLED = {
    "title": "Farine",
    "closes_at": "2026-04-01T20:00",
    "delivery_day": "2026-04-03",
    "pickup_point_id": "3",
    "transport_by": "value",
}


def read(**values):
    return order_form.new_order(Form(values={**FILLED, **values}), 7, [3], NOW)


def test_it_proposes_a_week_and_what_was_agreed():
    cased = [SimpleNamespace(id=1, whole_cases=True), SimpleNamespace(id=2, whole_cases=False)]
    values = order_form.proposed(CHOSEN, cased, NOW)
    assert (values["opens_at"], values["closes_at"]) == ("2026-03-25T10:30", "2026-04-01T20:00")
    assert (values["delivery_day"], values["minimum_cents"]) == ("2026-04-03", "150,00")
    assert "whole-1" in values and "whole-2" not in values


def test_what_is_typed_becomes_an_order():
    new = read(**{"whole-5": "yes", "whole-x": "yes", "transport_cents": "12,50"})
    assert new.closes_at == datetime(2026, 4, 1, 18, tzinfo=UTC)
    assert new.delivery_day == date(2026, 4, 3)
    assert (new.opens_at, new.transport_cents, new.minimum_cents) == (NOW, 1250, 0)
    assert new.whole_cases == {5}


def test_every_error_is_named_at_once():
    with pytest.raises(Invalid) as caught:
        read(title="", closes_at="domani", delivery_day="", pickup_point_id="9", transport_by="x")
    assert set(caught.value.errors) == {
        *("title", "closes_at", "delivery_day", "pickup_point_id", "transport_by"),
    }


def test_the_hours_of_an_order_are_read_as_they_are_written():
    closes = datetime(2026, 4, 1, 18, tzinfo=UTC)
    written = order_form.hours(closes, date(2026, 4, 3))
    hours = order_form.read_hours(Form(values=written))
    assert (hours.closes_at, hours.delivery_day) == (closes, date(2026, 4, 3))
    with pytest.raises(Invalid):
        order_form.read_hours(Form(values={"closes_at": "", "delivery_day": ""}))


@pytest.mark.parametrize("name", ["opens_at", "closes_at"])
def test_an_order_opens_and_closes_on_a_whole_minute(name):
    assert read(**{name: "2026-04-01T20:00:00"})
    with pytest.raises(Invalid) as caught:
        read(**{name: "2026-04-01T20:00:30"})
    assert "minuti interi" in str(caught.value.errors[name])


def test_hours_with_seconds_are_shown_as_they_are_and_have_to_be_changed():
    """An order opened before may have seconds: shown without, they would be moved unseen."""
    written = order_form.hours(datetime(2026, 4, 1, 18, 0, 30, tzinfo=UTC), date(2026, 4, 3))
    assert written["closes_at"] == "2026-04-01T20:00:30"
    with pytest.raises(Invalid) as caught:
        order_form.read_hours(Form(values=written))
    assert set(caught.value.errors) == {"closes_at"}
