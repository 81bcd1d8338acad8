"""The receipt: of its person alone, and only once something was sent."""

import hashlib
import json
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from calls.tables.applications import Submission
from kit.audit import AuditEvent
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make
from tests.calls import make as world
from tests.calls.browsing import press


@pytest.fixture
def home(session, client, sign_in):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    session.commit()
    sign_in(client, session.get(Person, actor.person_id))
    return f"/applications/{application_id}"


def test_the_receipt_says_nothing_of_what_is_not_in_it_by_itself(client, home):
    press(client, f"{home}/check", f"{home}/send")
    page = client.get(f"{home}/receipt")
    assert page.status_code == 200 and "non sono nella domanda" not in page.text


def test_the_receipt_says_its_fingerprint_which_the_ranking_will_name(session, client, home):
    press(client, f"{home}/check", f"{home}/send")
    sent = session.scalars(select(Submission).order_by(Submission.id.desc()).limit(1)).one()
    content = json.loads(sent.content)["plan"]["requested"]
    at = f"{sent.received_at:%Y-%m-%dT%H:%M:%S.%f}Z".replace(".000000", "")
    line = f"{sent.protocol_year}/{sent.protocol_number:07d}|{at}|{content}|{sent.sha256}"
    assert hashlib.sha256(line.encode()).hexdigest() in client.get(f"{home}/receipt").text


@pytest.mark.parametrize(
    ("by_password", "said"), [(False, "password e codice dell'app"), (True, "password")]
)
def test_what_was_proved_is_kept_with_what_was_sent_and_told(
    session, client, home, by_password, said
):
    if by_password:
        make.rest(session, session.scalars(select(Person).order_by(Person.id.desc())).first())
    before = unescape(client.get(f"{home}/check").text)
    assert f"La ricevuta dirà con che cosa sei entrato: {said}." in before
    assert "prima conferma che sei tu" not in before
    press(client, f"{home}/check", f"{home}/send")
    assert f"<dd>{said}</dd>" in unescape(client.get(f"{home}/receipt").text)
    kept = session.execute(select(Submission.level, Submission.means)).all()[-1]
    assert kept == ((1, ["password"]) if by_password else (2, ["password", "code"]))
    signed = select(AuditEvent.after).where(AuditEvent.action == "calls.application.submitted")
    after = session.scalars(signed).all()[-1]
    assert after is not None and after["signed"] == {"level": kept[0], "means": kept[1]}


def test_who_proved_long_ago_may_send_all_the_same_and_is_offered_the_proof(session, client, home):
    before = PersonSession.proved_at - timedelta(hours=1)
    session.execute(update(PersonSession).values(proved_at=before))
    session.commit()
    page = client.get(f"{home}/check")
    assert f'href="/account/proof?next={home}/check"' in page.text
    sent = press(client, f"{home}/check", f"{home}/send")
    assert "La tua domanda è arrivata" in sent.text


def test_before_the_sending_and_for_others_there_is_none(session, client, sign_in, home):
    assert client.get(f"{home}/receipt").status_code == 404
    assert client.post(f"{home}/receipt/retry").status_code == 404
    press(client, f"{home}/check", f"{home}/send")
    sign_in(client, make.person(session))
    for path in ("receipt", "receipt/file"):
        assert client.get(f"{home}/{path}").status_code == 404


def test_looking_at_the_address_of_the_sending_leads_to_what_would_be_sent(client, home):
    answer = client.get(f"{home}/send", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{home}/check")
