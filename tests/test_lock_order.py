"""The one order of locks, and what the documentation says of it."""

import re

import pytest

import app
from kit import db
from tests import lock_order
from tests.lock_order import RECORDER, faults, locks

CHANGES = re.compile(r"^\| `(?:POST|GET|job) ?([^`]*)` \| (.*) \|$", re.MULTILINE)


def test_a_lock_that_comes_too_late_or_has_no_place_is_named():
    assert faults(["group_order", "household", "account"]) == []
    assert faults(["household", "group_order"]) == [
        "group_order comes after household, in household > group_order"
    ]
    assert "no place in the order" in faults(["group_order", "somewhere"])[0]
    assert "booking without group_order" in faults(["booking"])[0]
    assert faults(["act_once", "group_order", "booking", "offer", "booking_line"]) == []


@pytest.mark.parametrize(
    ("sql", "values", "wanted"),
    [
        ("select a from household h join b for no key update of h", {}, ["household"]),
        (
            "with o as (select 1 from offer order by id for no key update)"
            " select 1 from household h for no key update of h",
            {},
            ["offer", "household"],
        ),
        (
            "with held as (select id from call) select a.id from application a"
            " where a.id = (select id from held) for no key update",
            {},
            ["application"],
        ),
        ("UPDATE booking SET x=1 WHERE id=2", {}, ["booking"]),
        ("with s as (update offer o set a = 1 returning 1) select 1", {}, ["offer"]),
        ("DELETE FROM act_once WHERE id = 1", {}, ["act_once"]),
        ("select 1 from household", {}, []),
        ("select pg_advisory_xact_lock(%(kind)s)", {"kind": "call", "id": "3"}, ["call"]),
        (
            "select pg_advisory_xact_lock(1) from (select pg_advisory_xact_lock_shared(2))",
            {"kind": "call", "inner_kind": "score_sheet of 7"},
            ["call", "score_sheet"],
        ),
        ("select pg_advisory_xact_lock(1)", {"kind": "market.a Wx3"}, ["the same form"]),
    ],
)
def test_what_a_statement_locks_is_heard(sql, values, wanted):
    assert locks(sql, values) == wanted


def test_who_takes_locks_against_the_order_is_heard(session):
    """The test of the hearing itself: without it everything would be in order."""
    with RECORDER.unit("inverted"):
        db.lock_exclusive(session, "account", 1)
        db.lock_exclusive(session, "group_order", 1)
    assert RECORDER.faults == [
        "inverted: group_order comes after account, in account > group_order"
    ]
    RECORDER.faults.clear()


def test_the_page_says_how_every_change_locks_and_all_of_it_is_in_order():
    said = dict(CHANGES.findall(lock_order.PAGE.read_text(encoding="utf-8")))
    for name, all_ in said.items():
        for one in all_.split("; "):
            assert one == "none" or faults(one.split(" > ")) == [], name
    changes = {
        path
        for handler in app.route_handlers()
        if "POST" in handler.http_methods
        for path in handler.paths
    }
    shown = {re.sub(r":\w+\}", "}", path) for path in changes}
    assert shown <= set(said), "run python -m tests.lock_order"
