"""Where one can go from a page: what is shown to whom, and which entry the page belongs to."""

import pytest

from community.navigation import navigation
from kit.http import templates
from people import roles
from tests.make import imagined


def entries(path: str, *kinds) -> dict[str, str]:
    """The addresses shown and how each is marked."""
    token = templates.current.set(
        {"actor": imagined(1, "A", kinds) if kinds else None, "path": path}
    )
    try:
        return {href: mark for _label, href, mark in navigation()}
    finally:
        templates.current.reset(token)


@pytest.mark.parametrize(
    ("path", "marks"),
    [
        ("/", {"/": "page"}),
        ("/calls", {"/calls": "page"}),
        ("/calls/7/text", {"/calls": "true"}),
        ("/group-orders/7/booking", {"/group-orders": "true"}),
        ("/group-orders/7", {"/coordination": "true"}),
        ("/centres/3/pickups", {"/pickups": "true"}),
        ("/centres/3", {"/centres": "true"}),
        ("/centres/3/households", {"/coordination": "true"}),
        ("/nowhere", {}),
    ],
)
def test_the_entry_a_page_belongs_to_is_marked(path, marks):
    shown = entries(path, (roles.MEMBER, "household"), (roles.COORDINATOR, "centre"))
    assert {href: mark for href, mark in shown.items() if mark} == marks


def test_everybody_sees_what_they_can_do():
    assert list(entries("/")) == ["/", "/calls", "/centres"]
    assert list(entries("/", (roles.DRIVER, "centre"))) == ["/", "/pickups", "/calls", "/centres"]
    assert "/people" in entries("/", (roles.ADMINISTRATOR, "house"))
    assert "/office/calls" in entries("/", (roles.OFFICE, "calls"))
    assert "/evaluations" in entries("/", (roles.EVALUATOR, "call"))


def test_an_evaluator_at_a_sheet_stands_under_the_evaluations():
    actor = imagined(7, "Davide", [(roles.EVALUATOR, "call")])
    for path in ("/calls/4/evaluations", "/calls/4/evaluations/29/sending"):
        current = templates.current.set({"actor": actor, "csrf": "", "path": path})
        marked = [href for _, href, mark in navigation() if mark]
        templates.current.reset(current)
        assert marked == ["/evaluations"]
