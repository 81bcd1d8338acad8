"""The macros that every page is made of, rendered without a server."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from kit.assets.build import build
from kit.errors import Message
from kit.http import summaries, templates
from kit.http.forms import Form
from kit.words import text
from tests import make
from tests.kit.globals import told

NAVIGATION = (("Ordina", "/order", "page"), ("Bandi", "/calls", ""))


@pytest.fixture(scope="module", autouse=True)
def environment() -> Any:
    build()
    with told(NAVIGATION):
        yield templates.environment()


def render(source: str, **values: Any) -> str:
    around = templates.current.set(values)
    try:
        return summaries.fill(templates.environment().from_string(source).render(**values))
    finally:
        templates.current.reset(around)


def form_of(values: dict[str, str], errors: dict[str, str]) -> Form:
    return Form(values=values, errors={name: Message(said) for name, said in errors.items()})


FORMS = '{% import "forms.html" as forms %}'


def test_a_field_shows_what_was_typed_and_never_runs_it() -> None:
    form = form_of({"name": '"><script>'}, {})
    html = render(FORMS + '{{ forms.text(form, "name", "Nome", value="stored") }}', form=form)
    assert 'value="&#34;&gt;&lt;script&gt;"' in html
    assert "<script>" not in html and "stored" not in html


def test_a_field_shows_the_stored_value_before_the_first_sending() -> None:
    assert 'value="0"' in render(FORMS + '{{ forms.text(none, "n", "N", value=0) }}')
    assert 'value=""' in render(FORMS + '{{ forms.text(none, "n", "N", value=none) }}')


def test_a_line_that_was_kept_with_a_break_is_shown_with_a_blank() -> None:
    form = form_of({"name": "Ruota & co\nlibera"}, {})
    html = render(FORMS + '{{ forms.text(form, "name", "Nome") }}', form=form)
    assert 'value="Ruota &amp; co libera"' in html


def test_a_wrong_field_is_tied_to_its_hint_and_error() -> None:
    form = form_of({"amount": "x"}, {"amount": "Scrivi un importo."})
    html = render(FORMS + '{{ forms.text(form, "amount", "Importo", hint="in euro") }}', form=form)
    assert 'aria-describedby="h-amount e-amount"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="e-amount"' in html and "Scrivi un importo." in html
    assert '<label for="f-amount"' in html and 'id="f-amount"' in html


def test_a_password_never_comes_back() -> None:
    form = form_of({"password": "segreta"}, {})
    html = render(FORMS + '{{ forms.text(form, "password", "P", type="password") }}', form=form)
    assert "segreta" not in html


def test_the_summary_links_to_every_wrong_field_and_takes_the_focus() -> None:
    form = form_of({}, {"a": "Manca A.", "b": "Manca B."})
    fields = '{{ forms.text(form, "a", "A") }}{{ forms.text(form, "b", "B") }}'
    html = render(FORMS + "{{ forms.summary(form) }}" + fields, form=form)
    assert re.findall(r'href="#f-(\w)"', html) == ["a", "b"]
    assert "data-focus" in html and "2 cose" in html
    assert render(FORMS + "{{ forms.summary(form) }}", form=form_of({}, {})).strip() == ""


def test_every_form_carries_the_token_against_forgery() -> None:
    source = FORMS + '{{ forms.open("/x") }}{{ forms.close() }}{{ forms.button("/y", "Y") }}'
    html = render(source, csrf="abc")
    assert html.count('name="csrf" value="abc"') == 2


def test_a_box_stays_as_it_was_sent() -> None:
    source = FORMS + '{{ forms.checkbox(form, "ok", "Va bene", checked=true) }}'
    assert " checked" in render(source, form=None)
    assert " checked" not in render(source, form=form_of({"other": "1"}, {}))
    assert " checked" in render(source, form=form_of({"ok": "yes"}, {}))


def test_a_choice_is_kept_whatever_its_type() -> None:
    source = FORMS + '{{ forms.select(form, "c", "C", [(1, "uno"), (2, "due")], value=2) }}'
    assert '<option value="2" selected>' in render(source, form=None)
    assert '<option value="1" selected>' in render(source, form=form_of({"c": "1"}, {}))


TABLE = """{% from "tables.html" import table %}
{% call(row) table("Righe", ["Chi", ("Importo", "number"), ("", "action")], rows) %}
<th scope="row">{{ row.name }}</th><td>{{ row.amount|money }}</td><td><b>x</b></td>
{% endcall %}"""


def test_a_cell_knows_its_column_so_that_a_row_can_be_a_card() -> None:
    html = render(TABLE, rows=[SimpleNamespace(name="<Anna>", amount=123450)])
    assert '<td role="cell" data-label="Importo" data-kind="number">1.234,50' in html
    assert '<th role="rowheader" scope="row">&lt;Anna&gt;</th>' in html
    assert '<td role="cell" data-label="" data-kind="action"><b>x</b></td>' in html


def test_a_cell_cannot_smuggle_a_cell_in() -> None:
    html = render(TABLE, rows=[SimpleNamespace(name="<td>", amount=1)])
    assert html.count("<td ") == 2


def test_the_first_cell_may_be_an_ordinary_one() -> None:
    source = '{% from "tables.html" import table %}' + (
        '{% call(r) table("T", ["A", "B"], [1]) %}<td>1</td><td>2</td>{% endcall %}'
    )
    assert re.findall(r'data-label="(\w)"', render(source)) == ["A", "B"]


def test_a_countdown_says_the_instant_and_what_is_left() -> None:
    now = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
    source = '{% from "parts.html" import countdown %}{{ countdown(instant, now) }}'
    html = render(source, instant=now + timedelta(days=1, hours=4), now=now)
    assert "mercoledì 2 dicembre 2026, ore 20:00" in html
    assert "(tra 1 giorno e 4 ore)" in html
    assert 'data-countdown="1796238000"' in html
    assert "scaduto" in render(source, instant=now, now=now)


@pytest.mark.parametrize(
    ("value", "goal", "width"), [(0, 10, 0), (7, 10, 70), (10, 10, 100), (99, 10, 100), (3, 0, 100)]
)
def test_a_progress_bar_is_as_long_as_its_share(value: int, goal: int, width: int) -> None:
    source = '{% import "charts.html" as charts %}{{ charts.progress(value, goal, "testo") }}'
    html = render(source, value=value, goal=goal)
    assert re.search(rf'fl-done[-\w]*" x="0" y="0" width="{width}"', html)
    assert "testo" in html


def test_a_map_names_every_community_twice_and_links_it() -> None:
    place = SimpleNamespace(
        name="Soresina", lat=45.28819, lon=9.85862, population=8995, href="/soresina", text="2"
    )
    source = '{% from "map.html" import province %}{{ province([p], [p], "Carta") }}'
    html = render(source, p=place)
    assert html.count('href="/soresina"') == 2
    assert 'cx="360.9" cy="259.0"' in html


LAYOUT = '{% extends "layout.html" %}{% block accent %}calls{% endblock %}'
PAGE: dict[str, Any] = {"actor": None, "notice": None, "path": "/order", "now": None}


def test_a_page_has_its_landmarks_language_and_house() -> None:
    html = render(LAYOUT, **PAGE)
    assert '<html lang="it">' in html and '<body class="fl-calls"' in html
    assert "Bandi per le giovani imprese" in html
    assert all(mark in html for mark in ("<header", "<main", "<nav", "<footer", 'href="#content"'))
    assert 'aria-current="page">Ordina' in html
    assert 'href="/sign-in"' in html and "/sign-out" not in html


def test_a_signed_in_person_sees_their_name_and_the_way_out() -> None:
    html = render(LAYOUT, **{**PAGE, "actor": make.imagined(7, "Rosa", [])})
    assert "Rosa" in html and 'action="/sign-out"' in html and "/sign-in" not in html


def test_the_page_speaks_english_when_asked() -> None:
    token = text.locale.set("en")
    html = render(LAYOUT, **PAGE)
    text.locale.reset(token)
    assert '<html lang="en">' in html and "Skip to content" in html


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503])
def test_every_error_has_a_page_in_plain_words(status: int) -> None:
    page = templates.environment().get_template(f"errors/{status}.html")
    html = page.render(
        **PAGE, status=status, message="Il collo è pieno.", errors={}, request_id="q"
    )
    heading = re.search(r"<h1>(.+?)</h1>", html)
    assert heading and f"<title>{heading[1]} · FareLegami</title>" in html
    # An absent page says once what it may be: never what was looked for in vain.
    assert ("Il collo è pieno." in html) == (status != 404) and str(status) not in heading[1]


def test_the_fragment_of_an_error_is_one_notice() -> None:
    page = templates.environment().get_template("errors/_fragment.html")
    html = page.render(status=409, message="L'ordine è chiuso.", errors={})
    assert 'role="alert"' in html and "<html" not in html
