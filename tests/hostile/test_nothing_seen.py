"""What is typed and says nothing: refused beside its field, or kept as the text it is."""

import re

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from market.tables.catalogue import Producer, Product
from market.tables.centres import Centre, Household, PickupPoint
from market.tables.orders import GroupOrder
from people.tables.persons import Person
from people.tables.roles import Invitation
from tests import forms
from tests.hostile import village as villages
from tests.hostile.test_typed import TEXTS
from tests.hostile.village import filled

UNSEEN = [
    "\u200b\u2060\ufeff",
    "\u00ad\u200e\u202e",
    "\u200d\u200c",
    "\u3164\u2800",
    "\u00a0\u2003",
]
TAGS = ["<i></i>", "<script>alert(1)</script>", "<b>", "<!-- -->"]
NAMED = [
    *(table.name for table in (Producer, Product, Centre, Household, PickupPoint, Person)),
    GroupOrder.title,
    Invitation.name,
]
ASKED = re.compile(r'<(?:input|textarea)[^>]* id="f-([^"]+)"[^>]* required[ >]')
TYPED = {"text", "textarea"}


@pytest.fixture
def village(session, client):
    return villages.build(session)


def required(page):
    """The form of each text field that must not be empty, and the field's name."""
    asked = set(ASKED.findall(page))
    for shown in forms.forms(page):
        for field in shown.fields:
            if field.name in asked and field.kind in TYPED:
                yield shown, field.name


def send(client, shown, changes):
    token = {"X-CSRF-Token": shown.values.get("csrf", "")}
    return client.post(shown.action, data=shown.but(changes), headers=token)


@pytest.mark.parametrize(("who", "path"), TEXTS)
def test_a_required_text_of_which_nothing_is_seen_is_missing(village, client, session, who, path):
    if who:
        village.enter(client, who)
    asked = list(required(client.get(filled(path, village.ids)).text))
    assert asked, path
    for shown, name in asked:
        for typed in UNSEEN:
            answer = send(client, shown, {name: typed})
            assert answer.status_code == 422, (path, name, typed)
            error = re.search(rf'id="e-{re.escape(name)}">(.*?)</p>', answer.text, re.DOTALL)
            assert error and "Questo campo serve" in error[1], (path, name, typed)


@pytest.mark.parametrize(("who", "path"), TEXTS)
@pytest.mark.parametrize("typed", TAGS)
def test_what_looks_like_html_is_text_and_no_name_is_empty(
    village, client, session, who, path, typed
):
    if who:
        village.enter(client, who)
    page = client.get(filled(path, village.ids)).text
    for shown, name in required(page):
        savepoint = session.begin_nested()
        answer = send(client, shown, {name: typed})
        assert answer.status_code in (200, 409, 422), (path, name)
        empty = [
            column
            for column in NAMED
            if session.scalars(select(column).where(column.op("!~")(r"[^[:space:]]"))).all()
        ]
        savepoint.rollback()
        assert empty == [], (path, name)


PRODUCER = "/producers/{producer_id:int}"


@pytest.mark.parametrize("typed", TAGS)
def test_a_producer_has_the_name_that_was_typed(village, client, session, typed):
    village.enter(client, "coordinator")
    path = filled(PRODUCER, village.ids)
    story = f"Prima {typed} dopo\n\n<b>forte</b> & «già»"
    sent = forms.filled(client, path, {"name": typed, "story": story})
    assert client.post(path, data=sent).status_code == 200
    session.expire_all()
    kept = session.get_one(Producer, village.ids["producer_id"])
    assert (kept.name, kept.story) == (typed, story)


def test_a_name_has_no_sign_that_nobody_sees(village, client, session):
    village.enter(client, "coordinator")
    path = filled(PRODUCER, village.ids)
    typed = "\ufeffÉlite\u00ad della\u2060 frutta\u200b"
    client.post(path, data=forms.filled(client, path, {"name": typed}))
    session.expire_all()
    kept = session.get_one(Producer, village.ids["producer_id"])
    assert (kept.name, kept.name_order) == ("Élite della frutta", "elite della frutta")


def test_a_description_keeps_what_was_typed(village, client, session):
    village.enter(client, "coordinator")
    path = filled("/price-lists/{price_list_id:int}/products/{product_id:int}", village.ids)
    typed = "Taglia <b>grande</b>, peso <5 kg 👩\u200d🌾\nPezzi &amp; colli"
    sent = forms.filled(client, path, {"description": typed})
    assert client.post(path, data=sent).status_code == 200
    session.expire_all()
    assert session.get_one(Product, village.ids["product_id"]).description == typed


@pytest.mark.parametrize("column", NAMED[:5], ids=str)
def test_the_database_takes_no_empty_name_either(village, session, column):
    assert session.scalars(select(column)).first()
    with pytest.raises(IntegrityError, match="_name"), session.begin_nested():
        session.execute(update(column.class_).values(name=" "))
