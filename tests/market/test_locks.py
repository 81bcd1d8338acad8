"""Acts of the market wait for whoever holds what they decide on; the races stand elsewhere.

An act that does not wait would read what is being changed. The control is the act itself: with
nobody holding anything it is done at once.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import shown
from kit.db import lock_exclusive
from kit.shown import Changed
from market.catalogue import known_producers, price_lists, producers
from market.catalogue.known_producers import ANOTHER
from market.catalogue.producers import AgreementKey, Facts
from market.centres import commitments, households
from market.group_orders import opening
from market.group_orders.opening import Hours
from market.price_files import imports, previews
from market.price_files.imports import PriceFile
from tests.market import make
from tests.market.price_files import files
from tests.waiting import until_blocked

Act = Callable[[Session], Any]


@dataclass
class Scene:
    at: make.World
    order_id: int
    acts: dict[str, tuple[tuple[str, int], Act]]


@pytest.fixture
def scene(committed) -> Scene:
    """A centre with an open order; each act with the lock (kind, id) it takes."""
    with committed.sessions() as session:
        at = make.world(session)
        apples = make.product(session, at)
        order_id = make.opened(session, at)
        make.book(session, at, order_id, make.household(session, at), (apples.id, 1000))
        session.commit()
    who, now, facts = at.coordinator, at.now, Facts(name="Orto di prova")
    key = AgreementKey(at.centre.id, at.producer.id)
    hours = Hours(at.terms.closes_at + timedelta(days=1), make.a_day(at, 9))
    order, books = ("group_order", order_id), ("producers", 0)
    its_list = ("price_list", at.price_list.id)

    def hold_first(session: Session) -> object:
        return price_lists.hold_first(
            session, None, key.centre_id, facts, now, producer_id=key.producer_id
        )

    def welcome(session: Session) -> object:
        return known_producers.welcome(session, who, key.centre_id, facts, now, taken=ANOTHER)

    return Scene(
        at,
        order_id,
        {
            "open an order": (its_list, lambda s: opening.open_(s, who, at.terms, now)),
            "hold a list": (its_list, lambda s: price_lists.hold(s, at.price_list.id)),
            "hold a first list": (books, hold_first),
            "welcome": (books, lambda s: producers.welcome(s, who, key.centre_id, facts, now)),
            "welcome a known one": (books, welcome),
            "edit a producer": (books, lambda s: producers.edit(s, who, key, facts, now)),
            "prolong": (order, lambda s: opening.prolong(s, who, order_id, hours, now)),
            "cancel": (order, lambda s: opening.cancel(s, who, order_id, "grandine", now)),
        },
    )


ACTS = (
    *("open an order", "hold a list", "hold a first list"),
    *("welcome", "welcome a known one", "edit a producer"),
)


def run(committed, act: Act) -> None:
    with committed.sessions() as session:
        act(session)
        session.commit()


@pytest.mark.parametrize("name", [*ACTS, "prolong", "cancel"])
def test_it_waits_for_whoever_holds_what_it_decides_on(committed, scene, name):
    (kind, id_), act = scene.acts[name]
    with ThreadPoolExecutor(1) as pool, committed.sessions() as holder:
        lock_exclusive(holder, kind, id_)
        waiting = pool.submit(run, committed, act)
        until_blocked(committed.engine)
        assert not waiting.done()
        holder.rollback()
        waiting.result(30)


@pytest.mark.parametrize("name", [*ACTS, "prolong", "cancel"])
def test_with_nobody_there_it_is_done_at_once(committed, scene, name):
    run(committed, scene.acts[name][1])


def test_a_household_is_read_once_nobody_else_changes_it(committed, scene):
    """Else a page would be merged into what it no longer is."""
    at = scene.at
    with committed.sessions() as session:
        id_ = make.household(session, at).id
        session.commit()

    def note(session: Session) -> str:
        return households.held(session, at.coordinator, id_).note

    with ThreadPoolExecutor(1) as pool, committed.sessions() as holder, committed.sessions() as s:
        assert note(s) == ""
        s.rollback()
        holder.execute(text("update household set note = 'dopo' where id = :id"), {"id": id_})
        reading = pool.submit(note, s)
        until_blocked(committed.engine)
        holder.commit()
        assert reading.result(30) == "dopo"


def test_a_list_becomes_nobodys_whose_producer_comes_in_this_moment(committed, scene):
    """The preview had shown that confirming makes the producer; meanwhile it is there."""
    at = scene.at
    content = files.file(files.product("Farina"), name="Mulino Nuovo", vat="00000000017")
    with committed.sessions() as session:
        brought = PriceFile(at.centre.id, None, "listino.json", content)
        (id_,) = imports.bring(session, at.coordinator, brought, at.now)
        row = previews.get(session, at.coordinator, id_)
        seen = shown.pack(previews.parts_of(session, row))
        session.commit()

    def confirm(session: Session) -> object:
        return imports.confirm(session, at.coordinator, id_, at.now, seen=seen)

    facts = Facts(name="Mulino di Vescovato", vat_number="00000000017")
    with ThreadPoolExecutor(1) as pool, committed.sessions() as holder:
        producers.welcome(holder, at.coordinator, at.centre.id, facts, at.now)
        waiting = pool.submit(run, committed, confirm)
        until_blocked(committed.engine)
        holder.commit()
        with pytest.raises(Changed, match="il produttore"):
            waiting.result(30)


def test_households_are_held_in_one_order_before_credit_is_given_back(committed, scene):
    """Else two orders given back at once hold each other's households and neither ends."""
    at = scene.at
    with committed.sessions() as session:
        product = make.product(session, at, "Pere")
        order_id = make.opened(session, at)
        first, second = make.household(session, at), make.household(session, at)
        for family in (second, first):
            make.book(session, at, order_id, family, (product.id, 1000))
        # Written anew, the first one lies behind the second: an update meets it last.
        session.execute(text("update household set note = 'dopo' where id = :id"), {"id": first.id})
        session.commit()
        low, high = first.id, second.id
    hold = text("select id from household where id = :id for update")
    with ThreadPoolExecutor(1) as pool, committed.sessions() as holder:
        holder.execute(hold, {"id": low})
        giving = pool.submit(run, committed, lambda s: commitments.release(s, order_id))
        until_blocked(committed.engine)
        holder.execute(
            text("select id from household where id = :id for update nowait"), {"id": high}
        )
        holder.rollback()
        giving.result(30)
