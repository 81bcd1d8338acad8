"""The surroundings of a page: shared by many, never with anything of anybody."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.http import frame, templates
from kit.words import text
from people import roles
from people.actors import Actor
from tests.make import imagined

KINDS = [
    (roles.MEMBER, "household"),
    (roles.COORDINATOR, "centre"),
    (roles.TREASURER, "centre"),
    (roles.DRIVER, "centre"),
    (roles.OFFICE, "call"),
    (roles.OFFICE, "calls"),
    (roles.EVALUATOR, "call"),
    (roles.ADMINISTRATOR, "house"),
]
PATHS = ["/", "/calls", "/group-orders/7/booking", "/centres/3/pickups", "/account", "/people/x"]


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


def around(actor: Actor | None, token: str, path: str, language: str = "it") -> frame.Frame:
    """What stands around a page for one request, as `kit.http.web.render` would ask."""
    chosen = text.locale.set(language)
    current = templates.current.set({"actor": actor, "csrf": token, "path": path})
    try:
        return frame.frame("market")
    finally:
        templates.current.reset(current)
        text.locale.reset(chosen)


@pytest.fixture(autouse=True)
def _built(application):
    frame._kept.forget()


@pytest.mark.parametrize("language", text.LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_nothing_of_one_person_is_in_the_page_of_another_whatever_their_roles(path, language):
    for count in range(len(KINDS) + 1):
        for kinds in itertools.combinations(KINDS, count):
            first = "".join(around(imagined(4711, "Zaira <Q>", kinds), "a" * 64, path, language))
            second = "".join(around(imagined(815, "Bruno & co", kinds), "b" * 64, path, language))
            assert "Zaira &lt;Q&gt;" in first and "a" * 64 in first and '"4711"' in first
            for secret in ("Zaira", "a" * 64, "4711", "esempio.it"):
                assert secret not in second
            assert "Bruno &amp; co" in second and second.count("b" * 64) == 3
            for mine, other in (
                ("Zaira &lt;Q&gt;", "Bruno &amp; co"),
                ("a" * 64, "b" * 64),
                ('data-person="4711"', 'data-person="815"'),
            ):
                first = first.replace(mine, other)
            assert first == second
            assert "\0" not in first + second
    for pieces in frame._kept._values.values():
        kept = "".join(part for piece in pieces for part in piece)
        for secret in ("Zaira", "Bruno", "a" * 64, "b" * 64, "4711", "815"):
            assert secret not in kept


@given(
    kinds=st.sets(st.sampled_from(KINDS)),
    name=names,
    token=st.text("0123456789abcdef", min_size=8, max_size=64),
    path=st.sampled_from(PATHS) | names.map("/{}".format),
    language=st.sampled_from(sorted(text.LANGUAGES)),
)
def test_a_kept_piece_is_what_would_have_been_rendered_now(kinds, name, token, path, language):
    actor = imagined(1, name, kinds)
    kept = around(actor, token, path, language)
    frame._kept.forget()
    assert around(actor, token, path, language) == kept


def test_who_is_not_signed_in_shares_nothing_with_who_is():
    inside = "".join(around(imagined(1, "Zaira", []), "a" * 64, "/"))
    outside = "".join(around(None, "", "/"))
    assert 'href="/account"' in inside and "/sign-out" in inside
    assert 'href="/sign-in"' in outside and "Zaira" not in outside and "/sign-out" not in outside
    assert 'data-person="1"' in inside and 'data-person=""' in outside


def test_what_no_navigation_is_offered_for_has_none(monkeypatch):
    for name in ("navigation", "resting"):
        monkeypatch.delitem(templates.environment().globals, name)
    actor = SimpleNamespace(name="A", person_id=1)
    token = templates.current.set({"actor": actor, "csrf": "t", "path": "/"})
    try:
        assert "fl-menu" not in frame.frame("house").body
    finally:
        templates.current.reset(token)


def test_which_roles_rest_is_said_to_their_owner_alone():
    held = {(roles.TREASURER, "centre", 7), (roles.OFFICE, "calls", 0)}
    one = replace(imagined(7, "Zaira", []), resting=frozenset(held))
    said = "I tuoi ruoli di tesoreria e ufficio bandi riposano"
    assert said in "".join(around(one, "a" * 64, "/"))
    assert "Your roles" in "".join(around(one, "a" * 64, "/", "en"))
    assert "fl-resting" not in "".join(around(imagined(8, "Bruno", []), "b" * 64, "/"))
    assert "fl-resting" not in "".join(around(None, "", "/"))


@pytest.mark.parametrize("what", ["name", "token", "path"])
def test_what_belongs_to_one_person_is_text_and_never_markup(what):
    given = {"name": "A", "token": "b", "path": "/"} | {what: "\"'><b>"}
    shown = "".join(around(imagined(1, given["name"], []), given["token"], given["path"]))
    assert "'><b>" not in shown and "&#39;&gt;&lt;b&gt;" in shown
