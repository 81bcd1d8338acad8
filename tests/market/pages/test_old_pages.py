"""Two tabs before one thing that is kept: nothing saved meanwhile is undone without a word."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from kit import clock
from market.tables.catalogue import Agreement, Product
from market.tables.centres import Household, PickupPoint
from market.tables.orders import GroupOrder
from tests.forms import Form, form
from tests.market import make
from tests.market.pages.shown import text


@dataclass
class Kept:
    """A page of something kept: where it is, what stands in two of its fields and can be typed."""

    page: str
    action: str
    one: tuple[str, str]
    other: tuple[str, str]


@pytest.fixture
def things(session, at, coordinator) -> dict[str, Kept]:
    apples = make.product(session, at, "Mele", category="Frutta")
    family = make.household(session, at)
    order_id = make.opened(session, at)
    session.commit()
    producer = f"/producers/{at.producer.id}"
    product = f"/price-lists/{at.price_list.id}/products/{apples.id}"
    hours = f"/group-orders/{order_id}/hours"
    later = f"{clock.to_rome(at.now) + timedelta(days=4):%Y-%m-%dT20:00}"
    return {
        "producer": Kept(
            f"{producer}?centre={at.centre.id}", producer, ("phone", "0372 1"), ("minimum", "80,00")
        ),
        "household": Kept(
            f"/households/{family.id}",
            f"/households/{family.id}",
            ("limit_cents", "20,00"),
            ("note", "Telefona il martedì"),
        ),
        "product": Kept(product, product, ("price", "4,20"), ("category", "Mele e pere")),
        "hours": Kept(hours, hours, ("closes_at", later), ("delivery_day", str(make.a_day(at, 9)))),
    }


NAMES = ("producer", "household", "product", "hours")


def opened(client: Any, thing: Kept) -> Form:
    return form(client.get(thing.page).text, thing.action)


def send(client: Any, thing: Kept, tab: Form, *typed: tuple[str, str]) -> Any:
    return client.post(thing.action, data=tab.but(dict(typed)))


@pytest.mark.parametrize("name", NAMES)
def test_each_tab_saves_what_was_changed_in_it(coordinator, things, name):
    thing = things[name]
    first, second = opened(coordinator, thing), opened(coordinator, thing)
    assert send(coordinator, thing, first, thing.one).status_code == 200
    assert send(coordinator, thing, second, thing.other).status_code == 200
    now = opened(coordinator, thing).values
    assert (now[thing.one[0]], now[thing.other[0]]) == (thing.one[1], thing.other[1])


@pytest.mark.parametrize("name", NAMES)
def test_a_tab_saved_untouched_changes_nothing(coordinator, things, name):
    thing = things[name]
    old = opened(coordinator, thing)
    send(coordinator, thing, opened(coordinator, thing), thing.one, thing.other)
    now = opened(coordinator, thing).values
    assert send(coordinator, thing, old).status_code == 200
    assert opened(coordinator, thing).but(csrf=None) == {
        name: text for name, text in now.items() if name != "csrf"
    }


@pytest.mark.parametrize("name", NAMES)
def test_where_both_changed_one_field_the_page_shows_both_and_asks(coordinator, at, things, name):
    thing = things[name]
    field, theirs = thing.one
    own = {"closes_at": theirs.replace("20:00", "21:00"), "phone": "0372 77"}
    mine = own.get(field, "7,77")
    old = opened(coordinator, thing)
    send(coordinator, thing, opened(coordinator, thing), thing.one)
    asked = send(coordinator, thing, old, (field, mine), thing.other)
    assert asked.status_code == 422
    assert "Intanto questo è cambiato" in text(asked) and "Salvato adesso:" in text(asked)
    day = f"{make.a_day(at, 4):%d/%m/%Y}"
    written = {"closes_at": f"{day} 20:00"}.get(field, theirs)
    assert f">{written}</blockquote>" in asked.text
    assert opened(coordinator, thing).values[field] == theirs, "nothing is written"
    again = form(asked.text, thing.action)
    assert again.values[field] == mine, "what was typed stays in its field"
    assert send(coordinator, thing, again).status_code == 200
    now = opened(coordinator, thing).values
    assert (now[field], now[thing.other[0]]) == (mine, thing.other[1])


def test_a_box_ticked_meanwhile_stays_ticked(coordinator, session, at, things):
    old = opened(coordinator, things["producer"])
    session.execute(update(Agreement).values(active=False))
    session.commit()
    assert send(coordinator, things["producer"], old, ("phone", "0372 1")).status_code == 200
    session.expire_all()
    assert session.get(Agreement, (at.centre.id, at.producer.id)).active is False
    assert session.get(Agreement, (at.centre.id, at.producer.id)).phone == "0372 1"


def test_a_choice_that_clashes_is_named_and_not_coded(coordinator, session, at, things):
    thing = things["household"]
    school = PickupPoint(centre_id=at.centre.id, name="Scuola", address="Via Po 2")
    session.add(school)
    session.commit()
    old = opened(coordinator, thing)
    session.execute(update(Household).values(pickup_point_id=at.point.id))
    session.commit()
    asked = send(coordinator, thing, old, ("pickup_point_id", str(school.id)))
    assert asked.status_code == 422 and ">Oratorio</blockquote>" in asked.text


def test_a_choice_that_was_taken_away_meanwhile_is_named_too(coordinator, session, at, things):
    thing = things["household"]
    session.execute(update(Household).values(pickup_point_id=at.point.id))
    school = PickupPoint(centre_id=at.centre.id, name="Scuola", address="Via Po 2")
    session.add(school)
    session.commit()
    old = opened(coordinator, thing)
    session.execute(update(Household).values(pickup_point_id=None))
    session.commit()
    asked = send(coordinator, thing, old, ("pickup_point_id", str(school.id)))
    assert ">Dove ritira il suo ordine</blockquote>" in asked.text


def test_a_place_that_is_no_longer_used_is_shown_to_whoever_still_has_it(
    coordinator, session, at, things
):
    """Else the page would show none, and saving a telephone number would take it away."""
    thing = things["household"]
    session.execute(update(Household).values(pickup_point_id=at.point.id))
    session.execute(update(PickupPoint).values(active=False))
    session.commit()
    assert send(coordinator, thing, opened(coordinator, thing), thing.other).status_code == 200
    session.expire_all()
    assert session.query(Household).one().pickup_point_id == at.point.id


def test_an_invitation_refused_leaves_the_form_beside_it_as_it_is(coordinator, session, things):
    thing = things["household"]
    answer = coordinator.post(f"{thing.action}/members", data={"member_name": "Anna"})
    assert answer.status_code == 422
    tab = form(answer.text, thing.action)
    assert tab.values == {**opened(coordinator, thing).values, "csrf": tab.values["csrf"]}


def test_a_number_is_asked_about_when_its_unit_was_changed_meanwhile(coordinator, session, things):
    thing = things["product"]
    old = opened(coordinator, thing)
    assert (
        send(coordinator, thing, opened(coordinator, thing), ("sold_as", "hg")).status_code == 200
    )
    asked = send(coordinator, thing, old, ("price", "4,20"))
    assert asked.status_code == 422 and "è cambiata l'unità del prezzo" in text(asked)
    session.expire_all()
    assert session.query(Product).one().price_micros == 3_500_000
    assert send(coordinator, thing, form(asked.text, thing.action)).status_code == 200
    session.expire_all()
    found = session.query(Product).one()
    assert (found.price_micros, found.price_quantity) == (4_200_000, 1000)


def test_a_price_and_its_unit_are_one_thing_when_both_were_changed_meanwhile(
    coordinator, session, things
):
    """Who types 2,40 before a unit "kg" means the kilo: pressing again never makes it an etto."""
    thing = things["product"]
    old, tab = opened(coordinator, thing), opened(coordinator, thing)
    changed = (("price", "0,22"), ("sold_as", "hg"))
    assert send(coordinator, thing, tab, *changed).status_code == 200
    asked = send(coordinator, thing, old, ("price", "2,40"))
    assert asked.status_code == 422 and "è cambiata l'unità del prezzo" in text(asked)
    assert ">0,22</blockquote>" in asked.text and ">hg</blockquote>" in asked.text
    again = form(asked.text, thing.action)
    assert (again.values["price"], again.values["sold_as"]) == ("2,40", "kg")
    assert send(coordinator, thing, again).status_code == 200
    session.expire_all()
    found = session.query(Product).one()
    assert (found.price_micros, found.price_quantity) == (2_400_000, 1000)


def test_a_minimum_typed_in_another_unit_keeps_the_price_it_was_typed_beside(coordinator, things):
    thing = things["product"]
    old, tab = opened(coordinator, thing), opened(coordinator, thing)
    send(coordinator, thing, tab, ("price", "0,22"), ("sold_as", "hg"))
    asked = send(coordinator, thing, old, ("minimum", "2"))
    assert asked.status_code == 422
    again = form(asked.text, thing.action).values
    assert (again["price"], again["sold_as"], again["minimum"]) == ("3,50", "kg", "2")


def test_a_unit_is_asked_about_when_its_numbers_were_changed_meanwhile(coordinator, things):
    thing = things["product"]
    old = opened(coordinator, thing)
    send(coordinator, thing, opened(coordinator, thing), ("price", "4,20"))
    asked = send(coordinator, thing, old, ("sold_as", "hg"))
    assert asked.status_code == 422 and "sono cambiati il prezzo" in text(asked)
    assert ">4,20</blockquote>" in asked.text
    assert send(coordinator, thing, form(asked.text, thing.action)).status_code == 200
    now = opened(coordinator, thing).values
    assert (now["price"], now["sold_as"]) == ("3,50", "hg"), "as it stood on that page"


def on_a_whole_minute(session):
    """Let the order close as pages let it: on a whole minute."""
    session.expire_all()
    order = session.query(GroupOrder).one()
    order.closes_at = order.closes_at.replace(second=0, microsecond=0)
    session.commit()
    return order


def test_the_delivery_day_alone_may_be_moved(coordinator, session, at, things):
    thing = things["hours"]
    before = on_a_whole_minute(session).closes_at
    send(coordinator, thing, opened(coordinator, thing), thing.other)
    session.expire_all()
    found = session.query(GroupOrder).one()
    assert found.closes_at == before and found.delivery_day == make.a_day(at, 9)


def test_hours_that_nobody_moved_are_no_change(coordinator, session, things):
    version = on_a_whole_minute(session).version
    tab = opened(coordinator, things["hours"])
    assert send(coordinator, things["hours"], tab).status_code == 200
    session.expire_all()
    assert session.query(GroupOrder).one().version == version
