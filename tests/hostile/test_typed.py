"""What people type into the market and into their own names is shown, never run."""

import re

import pytest
from sqlalchemy import select, update

from kit.paper import pdf
from kit.shown import pack
from market.group_orders import freezing
from market.pages import HANDLERS
from market.papers import order_sheets
from market.tables.catalogue import Agreement, Producer, Product
from market.tables.centres import Centre, Household, PickupPoint
from market.tables.orders import GroupOrder
from people.tables.persons import Person
from tests import forms
from tests.hostile import village as villages
from tests.hostile.pages import Page
from tests.hostile.village import filled

PAYLOADS = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>",
    "</option></select><svg onload=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    '" onfocus=alert(1) autofocus x="',
    "' onmouseover=alert(1) x='",
    "` onclick=alert(1) `",
    "javascript:alert(1)",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<xss contenteditable onblur=alert(1)>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "{{ 7919 * 7907 }}${7919*7907}",
    "{% raw %}<b>{% endraw %}",
    "%(name)s %s {name} {0.__class__}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!--<img src=--><img src=x onerror=alert(1)//>",
    "\u202egnp.exe <base href=//evil>",
    '{"X": "\'}" hx-get="//evil" hx-on::load="alert(1)"',
]
GROUPS = [" ".join(PAYLOADS[n : n + 4]) for n in range(0, 20, 4)]
LONG = {"name", "title", "note", "story", "text", "description", "reason", "street", "locality"}


@pytest.fixture
def village(session, client):
    return villages.build(session)


def pages(village):
    for handler in HANDLERS:
        for path in handler.paths:
            if "GET" in handler.http_methods:
                yield filled(path, village.ids_for(path))
    order, ids = village.closed_id, village.ids
    yield from (f"/group-orders/{order}{tail}" for tail in ("", "/booking", "/settlement"))
    yield f"/centres/{ids['centre_id']}/group-orders/new?price_list={ids['price_list_id']}"
    yield from ("/", "/account", "/people")


def look_everywhere(client, village, who):
    for path in sorted(set(pages(village))):
        village.enter(client, who)
        answer = client.get(path)
        assert answer.status_code in (200, 404, 409), (who, path, answer.status_code)
        if answer.headers["content-type"].startswith("text/html"):
            assert Page(answer.text).dangers == [], (who, path)
            assert "62615533" not in re.sub(r'="[^"]*"', "", answer.text), (who, path)


@pytest.mark.parametrize("payload", GROUPS, ids=range(5))
def test_what_is_stored_is_shown_as_text_on_every_page(village, client, session, payload):
    """Every text of the market and every name, whoever looks and whatever page."""
    session.execute(update(Person).values(name=payload))
    session.execute(update(Centre).values(name=payload))
    session.execute(update(PickupPoint).values(name=payload, address=payload))
    session.execute(update(Household).values(name=payload, note=payload))
    session.execute(update(GroupOrder).values(title=payload, note=payload))
    facts = dict.fromkeys(("name", "story", "website", "street", "locality"), payload)
    session.execute(update(Producer).values(**facts))
    session.execute(update(Agreement).values(phone=payload, text=payload))
    told = dict.fromkeys(("name", "category", "description", "sku"), payload)
    session.execute(update(Product).values(**told))
    session.commit()
    for who in ("coordinator", "treasurer", "member", "driver"):
        look_everywhere(client, village, who)


@pytest.mark.parametrize("payload", GROUPS, ids=range(5))
def test_what_is_typed_comes_back_as_text_in_every_form(village, client, session, payload):
    """Every form of every page, each text field filled; refused or saved, nothing runs."""
    sent = 0
    for who in ("coordinator", "treasurer", "member"):
        for path in sorted(set(pages(village))):
            village.enter(client, who)
            answer = client.get(path)
            for form in Page(answer.text).forms if answer.status_code == 200 else ():
                if form.action in ("/language", "/sign-out") or not form.typed:
                    continue
                savepoint = session.begin_nested()
                fields = form.values | dict.fromkeys(form.typed, payload)
                again = client.post(form.action, data=fields)
                savepoint.rollback()
                assert again.status_code in (200, 409, 422), (form.action, again.status_code)
                assert Page(again.text).dangers == [], form.action
                sent += 1
    assert sent > 6


def test_what_is_stored_is_text_in_a_printed_order_too(village, session, monkeypatch):
    printed: list[str] = []

    def keep(html: str, **_: object) -> bytes:
        printed.append(html)
        return b""

    monkeypatch.setattr(pdf, "from_html", keep)
    payload = " ".join(PAYLOADS)
    session.execute(update(PickupPoint).values(name=payload, address=payload))
    session.execute(update(GroupOrder).values(title=payload, note=payload))
    session.execute(update(Producer).values(name=payload, street=payload, locality=payload))
    order_sheets.printed(order_sheets.read(session, village.closed_id)).draw()
    (html,) = printed
    assert "&lt;script&gt;alert(1)" in html and Page(html).dangers == []


BREAKS = ["\r", "\n", "\r\nBcc: x@y.it", "\x85", "\u2028", "\u2029", "\x0b", "\x1e"]


@pytest.mark.parametrize("line_break", BREAKS)
def test_a_title_is_one_line_whatever_a_browser_sends(village, client, session, line_break):
    """It becomes the subject of letters: there a break would stop the closing."""
    village.enter(client, "coordinator")
    path = filled("/centres/{centre_id:int}/group-orders", village.ids)
    fields = {
        "key": "una-pagina-sola",
        "price_list_id": village.ids["price_list_id"],
        "title": f"Mele{line_break}e pere",
        "closes_at": "2099-12-01T20:00",
        "delivery_day": "2099-12-03",
        "pickup_point_id": village.at.point.id,
        "transport_by": "value",
        "seen": pack(freezing.of(session, village.ids["price_list_id"]).parts()),
    }
    answer = client.post(path, data=fields, follow_redirects=False)
    titles = session.scalars(select(GroupOrder.title)).all()
    assert all(len(title.splitlines()) == 1 and line_break not in title for title in titles)
    assert answer.status_code in (303, 400, 422)


STRANGE = [
    "1e400",
    "9" * 40,
    "9999999999999",
    "-1",
    "-0,01",
    "٣",
    "１２",
    "1_000",
    "NaN",
    "inf",
    "0x10",
    "1,,5",
    "1.2.3",
    "½",
    "²",
    "\u00a05",
    "1,999",
    "2147483648",
    "9223372036854775808",
]


NUMBERS = (
    ("coordinator", "/group-orders/{group_order_id:int}/hours"),
    ("coordinator", "/households/{household_id:int}"),
    ("coordinator", "/producers/{producer_id:int}"),
    ("coordinator", "/centres/{centre_id:int}/households/new"),
    ("coordinator", "/price-lists/{price_list_id:int}/products/{product_id:int}"),
    ("coordinator", "/centres/{centre_id:int}/group-orders/new?price_list={price_list_id:int}"),
    ("treasurer", "/centres/{centre_id:int}/top-ups/new"),
    ("member", "/group-orders/{group_order_id:int}/booking"),
)


@pytest.mark.parametrize(("who", "path"), NUMBERS)
def test_a_strange_number_is_refused_or_read_never_a_failure(village, client, session, who, path):
    village.enter(client, who)
    turn = 0
    for form in Page(client.get(filled(path, village.ids)).text).forms:
        if form.action in ("/language", "/sign-out"):
            continue
        for name in sorted(set(form.values) - {"csrf"}):
            for value in (STRANGE[turn % len(STRANGE)], STRANGE[(turn + 7) % len(STRANGE)]):
                savepoint = session.begin_nested()
                answer = client.post(form.action, data={**form.values, name: value})
                savepoint.rollback()
                assert answer.status_code in (200, 404, 409, 422), (form.action, name, value)
            turn += 1
    assert turn


MONEY = [
    ("treasurer", "/centres/{centre_id:int}/top-ups", "/new", "amount"),
    (
        "coordinator",
        "/centres/{centre_id:int}/group-orders",
        "/new?price_list={price_list_id:int}",
        "minimum_cents",
    ),
    ("coordinator", "/households/{household_id:int}", "", "limit_cents"),
    ("coordinator", "/price-lists/{price_list_id:int}/products/{product_id:int}", "", "price"),
]
NEEDED = {"household": "", "title": "", "name": ""}


@pytest.mark.parametrize(("who", "path", "page", "name"), MONEY)
def test_what_is_no_amount_is_said_beside_its_field(
    village, client, session, who, path, page, name
):
    village.enter(client, who)
    action = filled(path, village.ids)
    shown = forms.form(client.get(filled(path + page, village.ids)).text, action)
    for value in STRANGE:
        savepoint = session.begin_nested()
        answer = client.post(action, data=shown.but({**NEEDED, name: value}))
        savepoint.rollback()
        assert answer.status_code == 422, (path, value)
        read = ("12", "5", "1,999") if name == "price" else ("12", "5")
        if value.strip() not in read:
            said = r"Scrivi un importo|fuori dai limiti|Scrivi un numero tra|Usa al massimo"
            assert re.search(said, answer.text), (path, value)


TEXTS = (
    ("coordinator", "/centres/{centre_id:int}/group-orders/new?price_list={price_list_id:int}"),
    ("coordinator", "/centres/{centre_id:int}/households/new"),
    ("coordinator", "/group-orders/{group_order_id:int}/cancellation"),
    ("coordinator", "/households/{household_id:int}"),
    ("coordinator", "/price-lists/{price_list_id:int}/products/{product_id:int}"),
    ("coordinator", "/producers/new"),
    ("coordinator", "/producers/{producer_id:int}"),
    ("administrator", "/people"),
    ("", "/register"),
)
TYPED = {"text", "tel", "textarea"}


@pytest.mark.parametrize(("who", "path"), TEXTS)
def test_a_field_that_takes_so_much_text_says_how_much(village, client, who, path):
    """What is too long is refused beside its field, and there a script had counted it."""
    if who:
        village.enter(client, who)
    refused = 0
    for shown in forms.forms(client.get(filled(path, village.ids)).text):
        names = [field.name for field in shown.fields if field.kind in TYPED]
        token = {"X-CSRF-Token": shown.values.get("csrf", "")}
        for some in (names[n : n + 10] for n in range(0, len(names), 10)):
            long = dict.fromkeys(some, "a" * 30_000)
            answer = client.post(shown.action, data=shown.but(long), headers=token)
            assert answer.status_code == 422, shown.action
            for name, most in longest(answer.text, some):
                refused += 1
                control = re.search(rf'id="f-{re.escape(name)}"[^>]*', answer.text)
                assert control is not None
                assert f'data-limit="{most}"' in control[0], (path, name)
    assert refused, path


def longest(page, names):
    """The fields refused for being too long, and how much they take; others for what they are."""
    for name in names:
        error = re.search(rf'id="e-{re.escape(name)}">(.*?)</p>', page, re.S)
        most = re.search(r"il massimo è ([\d.]+\d)", error[1]) if error else None
        if most is not None:
            yield name, most[1].replace(".", "")
