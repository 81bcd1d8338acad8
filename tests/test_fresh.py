"""What asks for a fresh proof, what cannot be undone and asks for none, and why."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import update

import app
from people.tables.sessions import PersonSession
from tests import make
from tests.test_house import filled, handlers, shown

FRESH = {
    "/account/address",
    "/account/erasure",
    "/account/identities",
    "/account/identities/journeys",
    "/account/identities/{identity_id}/removal",
    "/account/factors/app",
    "/account/factors/app/removals",
    "/account/factors/passkeys",
    "/account/factors/passkeys/question",
    "/account/factors/passkeys/{passkey_id}/removals",
    "/account/factors/recovery-codes",
    "/account/password",
    "/calls/{call_id}/evaluations/renunciation",
    "/calls/{call_id}/evaluations/{application_id}/declaration",
    "/calls/{call_id}/evaluations/{application_id}/sending",
    "/centres/{centre_id}/top-ups/{journal_id}/reversal",
    "/group-orders/{group_order_id}/cancellation",
    "/group-orders/{group_order_id}/closing",
    "/group-orders/{group_order_id}/settlement",
    "/office/calls/{call_id}/evaluation/conflicts",
    "/office/calls/{call_id}/evaluation/doubles",
    "/office/calls/{call_id}/evaluation/evaluators",
    "/office/calls/{call_id}/evaluation/evaluators/{person_id}/dismissal",
    "/office/calls/{call_id}/evaluation/opening",
    "/office/calls/{call_id}/publish",
    "/office/calls/{call_id}/ranking",
    "/office/calls/{call_id}/ranking/reopening",
    "/office/calls/{call_id}/ranking/trial",
    "/people/invitations",
    "/people/invitations/{invitation_id}/letters",
    "/people/proposals/{proposal_id}/confirmations",
    "/people/{person_id}/revocations",
}
"""What binds others, moves money, or lets somebody in."""

NOT_FRESH = {
    "/applications/{application_id}/send": "nobody misses a deadline for want of a proof",
    "/households/{household_id}/members/{person_id}/removal": "who was taken off is invited anew",
    "/price-list-imports/{import_id}/application": "prices are put right by the next list",
}
"""What is done only as it was seen, and asks for no fresh proof: the reason of each."""


def posts(application):
    return [
        (route, handler) for method, route, handler in handlers(application) if method == "POST"
    ]


def test_every_route_that_asks_for_a_fresh_proof_is_listed(application):
    found = {shown(route) for route, handler in posts(application) if handler.opt["fresh"]}
    assert found == FRESH


def test_what_cannot_be_undone_asks_for_one_or_says_why_not(application):
    found = {
        shown(route) for route, handler in posts(application) if handler.opt["resent"] == "seen"
    }
    assert found - FRESH == set(NOT_FRESH)


@pytest.mark.parametrize(
    "other", [{"takes_files": True}, {"attempt": object()}, {"access": "visitor"}]
)
def test_a_route_that_could_not_wait_for_a_proof_is_refused_at_the_start(other):
    asks = SimpleNamespace(provided=("actor",), lacking=list)
    known = {"access": "signed-in", "resent": "same", "fresh": True, "asks": asks}
    change = SimpleNamespace(opt=known, paths={"/x"}, http_methods={"POST"})
    app.check_access([change])
    change.opt = {**known, **other}
    with pytest.raises(RuntimeError, match="fresh proof"):
        app.check_access([change])


@pytest.fixture
def late(session, client, sign_in):
    """Somebody who proved who they are an hour ago."""
    person = make.person(session)
    sign_in(client, person)
    before = PersonSession.proved_at - timedelta(hours=1)
    session.execute(update(PersonSession).values(proved_at=before))
    session.commit()


@pytest.mark.parametrize("id_", [1, 999_999_999])
def test_each_asks_before_anything_is_looked_up(application, client, late, id_):
    for route, handler in posts(application):
        if handler.opt["fresh"]:
            answer = client.post(filled(route, id_), follow_redirects=False)
            assert answer.status_code == 303, route.path
            assert answer.headers["location"].startswith("/account/proof?next="), route.path
