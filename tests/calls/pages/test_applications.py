"""The applicant's own pages, from the call to the receipt."""

from datetime import timedelta

from sqlalchemy import func, select

from calls.applications import drafts, submissions
from calls.tables.applications import Application, LateAttempt, Submission
from kit.paper import documents
from tests import make
from tests.calls import make as world
from tests.calls.examples import application_values, local
from tests.calls.pages.applying import begun, fill, send
from tests.jobs import run_all


def test_from_the_call_to_the_receipt_without_javascript(session, client, applicant):
    _, call = applicant
    assert "Prepara la domanda" in client.get(f"/calls/{call.call_id}").text
    home = begun(client, session, call)
    assert "Hai completato 0 parti su 7" in client.get(home).text
    fill(client, home, application_values())
    assert "Hai completato 7 parti su 7" in client.get(home).text
    check = client.get(f"{home}/check")
    assert "La domanda è completa" in check.text
    assert "Ruota libera" in check.text
    sent = send(client, home, follow_redirects=False)
    assert sent.headers["location"] == f"{home}/receipt"
    receipt = client.get(f"{home}/receipt").text
    submission = session.scalars(select(Submission)).one()
    assert f"{submission.protocol_year}/0000001" in receipt
    assert submission.sha256 in receipt
    assert "Stiamo preparando la ricevuta" in receipt
    printed = submissions.receipt(session, submission)
    assert printed is not None
    documents.fail(session, printed.id, documents.BROKEN)
    session.commit()
    failed = client.get(f"{home}/receipt").text
    assert "Non siamo riusciti a preparare" in failed and "arrivata comunque" in failed
    assert "Stiamo preparando" in client.post(f"{home}/receipt/retry").text
    run_all(session)
    session.commit()
    session.expire_all()
    pdf = client.get(f"{home}/receipt/file")
    assert pdf.content.startswith(b"%PDF-")
    assert client.get(home, follow_redirects=False).headers["location"] == f"{home}/receipt"
    assert client.get(f"{home}/sections/idea", follow_redirects=False).status_code == 303
    assert "La ricevuta della tua domanda" in client.get(f"/calls/{call.call_id}").text


def test_the_check_page_leads_to_what_is_missing_and_hides_the_send_button(
    session, client, applicant
):
    _, call = applicant
    home = begun(client, session, call)
    fill(client, home, application_values(source_own="7.000", idea_new=""))
    text = client.get(f"{home}/check").text
    assert "Prima di inviare manca 1 cosa, 1 è da correggere" in text
    assert f"{home}/sections/idea#f-idea_new" in text
    assert "Ti mancano 580,00" in text
    assert f'action="{home}/send"' not in text
    assert client.post(f"{home}/send").status_code == 409


def test_a_late_send_is_refused_in_words_and_the_draft_stays(session, client, sign_in, now):
    actor = make.actor(session)
    early = now - timedelta(hours=1)
    call = world.call(session, early, deadline_at=local(now - timedelta(minutes=1)))
    application_id = world.draft(session, call, actor, early)
    session.commit()
    sign_in(client, actor_person(session, actor))
    answer = client.post(f"/applications/{application_id}/send")
    assert answer.status_code == 409
    assert "La tua bozza è rimasta com" in answer.text
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(LateAttempt)) == 1
    assert session.scalar(select(func.count()).select_from(Submission)) == 0
    assert drafts.own(session, actor, application_id).values["firm_name"] == "Ruota libera"


def actor_person(session, actor):
    from people.tables.persons import Person

    return session.get(Person, actor.person_id)


def test_somebody_elses_application_looks_absent_everywhere(session, client, sign_in):
    owner, call = make.actor(session), world.call(session)
    application_id = world.draft(session, call, owner)
    session.commit()
    sign_in(client, make.person(session, "Curioso"))
    absent = client.get(f"/applications/{application_id + 99}")
    assert absent.status_code == 404
    home = f"/applications/{application_id}"
    for path in ("", "/sections/idea", "/attachments", "/attachments/1", "/check", "/receipt"):
        answer = client.get(home + path)
        assert answer.status_code == 404, path
        assert "Ruota" not in answer.text
    posts = ("/sections/idea", "/sections/idea/idea_what", "/attachments", "/send")
    for path in (*posts, "/receipt/retry"):
        assert client.post(home + path, data={"idea_what": "mio"}).status_code == 404, path
    assert client.post(f"{home}/attachments/1/remove").status_code == 404


def test_nobody_is_sent_to_sign_in_first(client, session):
    call = world.call(session)
    session.commit()
    for path in ("/applications", "/applications/1", "/office/calls"):
        answer = client.get(path, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    assert "Entra per fare domanda" in client.get(f"/calls/{call.call_id}").text
    assert session.scalar(select(func.count()).select_from(Application)) == 0
