"""What is not yours looks exactly like what does not exist: every route, every person."""

import re

import pytest

from market.pages import HANDLERS
from tests.hostile import village as villages
from tests.hostile.village import ABSENT, filled, same_for_all

BOOKERS = {"member", "neighbour"}
RUN = {"coordinator"}
MONEY = {"treasurer", "coordinator"}
HELP = {"driver", "treasurer", "coordinator"}
# Who may enter, read by a person: a new address is added here on purpose.
MAY = {
    "/centres/{centre_id}/accounts": {"treasurer"},
    "/centres/{centre_id}/accounts/{account_id}": {"treasurer"},
    "/centres/{centre_id}/group-orders": RUN,
    "/centres/{centre_id}/group-orders/new": RUN,
    "/centres/{centre_id}/households": RUN,
    "/centres/{centre_id}/households/new": RUN,
    "/centres/{centre_id}/pickups/{day}": HELP,
    "/centres/{centre_id}/top-ups": {"treasurer"},
    "/centres/{centre_id}/top-ups/new": {"treasurer"},
    "/centres/{centre_id}/top-ups/{journal_id}/reversal": {"treasurer"},
    "/group-orders/{group_order_id}": BOOKERS | MONEY,
    "/group-orders/{group_order_id}/booking": BOOKERS,
    "/group-orders/{group_order_id}/booking/lines/{product_id}": BOOKERS,
    "/group-orders/{group_order_id}/by-voice": MONEY,
    "/group-orders/{group_order_id}/cancellation": RUN,
    "/group-orders/{group_order_id}/closing": RUN,
    "/group-orders/{group_order_id}/documents": MONEY,
    "/group-orders/{group_order_id}/documents/{document_id}": HELP,
    "/group-orders/{group_order_id}/documents/{document_id}/retry": HELP,
    "/group-orders/{group_order_id}/hours": RUN,
    "/group-orders/{group_order_id}/settlement": MONEY,
    "/households/{household_id}": RUN,
    "/households/{household_id}/invitations/{invitation_id}/letters": RUN,
    "/households/{household_id}/invitations/{invitation_id}/withdrawals": RUN,
    "/households/{household_id}/members": RUN,
    "/households/{household_id}/members/{person_id}/removal": RUN,
    "/price-list-imports/{import_id}": RUN,
    "/price-list-imports/{import_id}/application": RUN,
    "/price-list-imports/{import_id}/comparison": RUN,
    "/price-list-imports/{import_id}/dropping": RUN,
    "/price-lists/{price_list_id}": RUN,
    "/price-lists/{price_list_id}/documents/{document_id}": RUN,
    "/price-lists/{price_list_id}/export": RUN,
    "/price-lists/{price_list_id}/products/{product_id}": RUN,
    "/producers/{producer_id}": RUN,
}


@pytest.fixture
def village(session, client):
    return villages.build(session)


def routes():
    for handler in HANDLERS:
        for path in handler.paths:
            if re.search(r"\{\w+_id:int\}", path) and handler.opt["access"] == "signed-in":
                for method in handler.http_methods & {"GET", "POST"}:
                    yield method, path


def ask(client, method, path, ids, **headers):
    data: dict[str, str] | None = {} if method == "POST" else None
    return client.request(
        method, filled(path, ids), data=data, headers=headers, follow_redirects=False
    )


@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_the_foreign_and_the_absent_get_the_same_bytes(village, client, session, htmx):
    absent = dict.fromkeys(village.ids, ABSENT) | {"day": village.ids["day"]}
    for method, path in routes():
        may = MAY.get(re.sub(r":\w+", "", path))
        assert may is not None, f"say in MAY who may enter {path}"
        own = village.ids_for(path)
        for who in sorted(set(village.tokens) - may):
            village.enter(client, who)
            savepoint = session.begin_nested()
            foreign, missing = (ask(client, method, path, ids, **htmx) for ids in (own, absent))
            savepoint.rollback()
            assert (foreign.status_code, missing.status_code) == (404, 404), (who, method, path)
            assert same_for_all(foreign.text, own) == same_for_all(missing.text, absent), path


def test_whoever_may_enter_does(village, client, session):
    for method, path in routes():
        for who in sorted(MAY[re.sub(r":\w+", "", path)]):
            village.enter(client, who)
            savepoint = session.begin_nested()
            own = village.ids_for(path)
            data = {"price_list_id": own["price_list_id"]} if method == "POST" else None
            answer = client.request(method, filled(path, own), data=data, follow_redirects=False)
            savepoint.rollback()
            assert answer.status_code in (200, 303, 409, 422), (who, method, path)


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("neighbour", "/group-orders/{group_order_id:int}/booking?household={household_id:int}"),
        ("coordinator", "/group-orders/{group_order_id:int}/booking?household={abroad_id:int}"),
        ("neighbour", "/statement?household={household_id:int}"),
        ("treasurer", "/statement?household={household_id:int}"),
        ("foreign coordinator", "/producers?centre={centre_id:int}"),
        ("foreign coordinator", "/producers/new?centre={centre_id:int}"),
        ("foreign coordinator", "/price-list-imports/new?centre={centre_id:int}"),
        ("foreign coordinator", "/producers/{producer_id:int}"),
        ("treasurer", "/centres/{centre_id:int}/accounts/{foreign_account_id:int}"),
    ],
)
def test_an_id_in_the_question_opens_nothing_foreign(village, client, who, path):
    village.enter(client, who)
    assert client.get(filled(path, village.ids)).status_code == 404
    absent = dict.fromkeys(village.ids, ABSENT) | {"group_order_id": village.ids["group_order_id"]}
    assert client.get(filled(path, absent)).status_code == 404


FORMS = [
    ("neighbour", "/group-orders/{group_order_id:int}/booking", "household", "household_id", 404),
    ("coordinator", "/group-orders/{group_order_id:int}/booking", "household", "abroad_id", 404),
    ("coordinator", "/producers", "centre", "foreign_centre_id", 404),
    (
        "coordinator",
        "/centres/{centre_id:int}/group-orders",
        "price_list_id",
        "foreign_list_id",
        404,
    ),
    ("treasurer", "/centres/{centre_id:int}/top-ups", "household", "abroad_id", 422),
    ("coordinator", "/households/{household_id:int}", "pickup_point_id", "foreign_point_id", 422),
    ("coordinator", "/price-list-imports", "centre", "foreign_centre_id", 404),
]


@pytest.mark.parametrize(("who", "path", "name", "id_", "status"), FORMS)
def test_an_id_in_a_form_reaches_nothing_foreign(village, client, who, path, name, id_, status):
    village.enter(client, who)
    fields = {name: str(village.ids[id_]), "amount": "5", "name": "Famiglia", "language": "it"}
    answer = client.post(filled(path, village.ids), data=fields, follow_redirects=False)
    assert answer.status_code == status
