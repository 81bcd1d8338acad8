"""What came to nothing, as the administration reads it and has it done."""

import pytest
from sqlalchemy import select

from kit import clock, letters, mail
from kit.dead_jobs import DeadJob
from kit.errors import Message
from people import roles
from tests import make
from tests.jobs import queued


@pytest.fixture
def admin(session, client, sign_in, now):
    person = make.person(session, "Ada Regina")
    roles.grant(session, None, person.id, roles.ADMINISTRATOR, "house", 0, now)
    session.commit()
    sign_in(client, person)
    return person


@pytest.fixture
def dead(session):
    row = DeadJob(
        task="market.closing_notices",
        args={"group_order_id": 10**12},
        tries=9,
        killed=2,
        died_at=clock.now(session),
    )
    session.add(row)
    session.commit()
    return row


def test_nobody_else_finds_the_page(client, session, sign_in, dead):
    person = make.person(session)
    session.commit()
    sign_in(client, person)
    for path in ("/dead-jobs", f"/dead-jobs/{dead.id}/retries", f"/dead-jobs/{dead.id}/removal"):
        assert client.get(path).status_code == 404 or path != "/dead-jobs"
        assert client.post(path).status_code in (404, 405)
    assert queued(session) == []


def test_it_is_empty_in_words(client, admin):
    page = client.get("/dead-jobs").text
    assert "Niente è rimasto indietro." in page and "Tutte le lettere sono arrivate." in page


def test_what_is_left_undone_is_named_and_tried_again(client, session, admin, dead):
    assert "1 lavoro è rimasto indietro" in client.get("/people").text
    page = client.get("/dead-jobs").text
    assert "Le lettere sulle quantità cambiate alla chiusura" in page
    assert "provato 9 volte" in page and "2 volte si è fermato tutto" in page
    answer = client.post(f"/dead-jobs/{dead.id}/retries")
    assert "Ci riproviamo" in answer.text and "Niente è rimasto indietro." in answer.text
    assert queued(session) == [("market.closing_notices", {"group_order_id": 10**12})]
    assert client.post(f"/dead-jobs/{dead.id}/retries").status_code == 404


def test_what_was_done_in_another_way_is_put_aside(client, session, admin, dead):
    answer = client.post(f"/dead-jobs/{dead.id}/removal")
    assert "messo da parte" in answer.text and queued(session) == []
    assert client.post(f"/dead-jobs/{dead.id}/removal").status_code == 404


def test_a_letter_that_nobody_took_is_named_with_its_address(client, session, admin):
    letters.write(
        session,
        kind="market.settlement_notice",
        to=letters.Reader("anna@esempio.it", "Famiglia Rossi"),
        subject=Message("x"),
        text=Message("x"),
        key="dead:1",
    )
    mail.give_up(session, session.scalar(select(mail.Mail.id).where(mail.Mail.key == "dead:1")))
    session.commit()
    page = client.get("/dead-jobs").text
    assert "Addebiti degli ordini" in page and "Famiglia Rossi" in page
    assert "anna@esempio.it" in page
