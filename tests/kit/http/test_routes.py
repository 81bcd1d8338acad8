"""What the gate knows of an address before its handler is looked for."""

import pytest

import app
from kit.http import bodies, places
from kit.http.routes import PAGE, Routes

ROUTES = Routes(app.route_handlers())


@pytest.mark.parametrize(
    ("method", "path", "lane"),
    [
        ("GET", "/health/ready", places.HEALTH),
        ("HEAD", "/health/ready", places.HEALTH),
        ("POST", "/applications/12/send", places.SENDING),
        ("GET", "/applications/12/send", places.PAGES),
        ("POST", "/sign-in", places.ENTRY),
        ("GET", "/sign-in", places.PAGES),
        ("POST", "/group-orders/3/booking", places.PAGES),
        ("POST", "/applications/x/send", places.PAGES),
        ("POST", "/nowhere/applications/12/send", places.PAGES),
    ],
)
def test_every_request_has_a_lane(method, path, lane):
    assert ROUTES.rule(method, path).lane is lane


@pytest.mark.parametrize(
    ("method", "path", "limits"),
    [
        ("POST", "/applications/12/attachments", bodies.FILES),
        ("POST", "/price-list-imports", bodies.FILES),
        ("POST", "/applications/12/send", bodies.OWN),
        ("POST", "/sign-in", bodies.OPEN),
        ("POST", "/missing", bodies.STRAY),
        ("GET", "/applications/12/attachments", bodies.STRAY),
        ("DELETE", "/applications/12/attachments", bodies.STRAY),
    ],
)
def test_an_address_takes_what_its_form_can_bring(method, path, limits):
    assert ROUTES.rule(method, path).limits == limits


def test_every_form_with_a_file_says_so():
    """A form that sends a file to a route that does not expect one would lose it."""
    asked = [each for each in app.route_handlers() if each.opt.get("takes_files")]
    assert {path for each in asked for path in each.paths} == {
        "/applications/{application_id:int}/attachments",
        "/price-list-imports",
    }


def test_a_house_without_handlers_has_pages_only():
    assert Routes().rule("POST", "/sign-in") == PAGE
