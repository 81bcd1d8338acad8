"""The pages of a trial: what it freezes, its points, and the way back."""

from html import unescape

import pytest
from sqlalchemy import select

from calls.commission import evaluators
from calls.tables.commission import ConflictDeclaration
from calls.tables.rankings import Ranking
from people import roles
from people.tables.persons import Person
from tests import make
from tests.calls import acts, commissions
from tests.calls.browsing import changed, press, untouched
from tests.ended import end, may_sign_in, resumed, send, sign_in_again

LAPSED = "nella commissione è stato dichiarato un conflitto"
REASON = "Un verbale non era firmato."


@pytest.fixture
def found(session):
    """Two applications, two evaluators who sent all, and nothing tried yet."""
    found = commissions.world(session, first_protocol=1)
    commissions.send_all(session, found)
    return found


def tie(session, found):
    """Let an evaluator come into the household of who sent the first application."""
    applicant = commissions.applicant(session, found.keys[0])
    for who in (found.evaluators[0], applicant):
        roles.grant(session, None, who.person_id, roles.MEMBER, "household", 7, found.office.now)
    session.commit()


def test_the_page_says_what_a_trial_freezes_and_shows_points_only_after_it(
    session, found, client, sign_in
):
    page = f"/office/calls/{found.call_id}/ranking"
    session.commit()
    sign_in(client, session.get(Person, found.office.person_id))
    first = client.get(page).text
    assert "commissione e domande doppie non cambiano più" in first
    assert "Commissaria 1 è nella commissione" in first
    assert 'id="ranking"' not in first and "Pubblica la graduatoria" not in first
    early = client.post(page, data={"seen": "x"})
    assert early.status_code == 409 and "Prima prova la graduatoria" in early.text
    assert 'id="ranking"' not in early.text
    shown = press(client, page, f"{page}/trial").text
    assert 'id="ranking"' in shown and "Pubblica la graduatoria" in shown
    desk = client.get(f"/office/calls/{found.call_id}/evaluation").text
    assert "La graduatoria è stata provata" in desk and "Nomina nella commissione" not in desk
    assert "/dismissal" not in desk
    short = press(client, page, f"{page}/reopening", {"reason": "No."})
    assert short.status_code == 409 and short.text.count("almeno 10 caratteri") == 2
    assert "No.</textarea>" in short.text
    done = press(client, page, f"{page}/reopening", {"reason": REASON}).text
    assert "La prova è riaperta" in done and "/dismissal" in done
    assert "si nomina solo dove una domanda ha meno di 2 persone" in done
    assert "Nomina nella commissione" not in done, "no application is short of judges"
    press(client, page, f"{page}/trial")
    assert REASON in client.get(page).text
    press(client, page)
    session.expire_all()
    assert session.scalars(select(Ranking).where(Ranking.call_id == found.call_id)).one()
    public = unescape(client.get(f"/calls/{found.call_id}/ranking").text)
    assert f"{REASON} (Firmato con: password e codice dell'app.)" in public


def test_a_trial_that_lacks_something_by_now_can_still_be_taken_back(
    session, found, client, sign_in
):
    commissions.try_ranking(session, found)
    tie(session, found)
    sign_in(client, session.get(Person, found.office.person_id))
    page = f"/office/calls/{found.call_id}/ranking"
    shown = client.get(page).text
    assert "La graduatoria non si può ancora provare" in shown and 'id="ranking"' not in shown
    done = press(client, page, f"{page}/reopening", {"reason": REASON}).text
    assert "La prova è riaperta" in done and "Registra questi conflitti" in done


def test_a_conflict_declared_in_a_trial_ends_it_and_the_office_reads_so(
    session, found, client, sign_in
):
    page, desk = (f"/office/calls/{found.call_id}/{of}" for of in ("ranking", "evaluation"))
    commissions.try_ranking(session, found)
    session.commit()
    sign_in(client, session.get(Person, found.office.person_id))
    assert LAPSED not in client.get(desk).text
    old = untouched(client.get(page).text, page)
    sign_in(client, session.get(Person, found.evaluators[0].person_id))
    sheet = f"/calls/{found.call_id}/evaluations/{found.keys[0].application_id}"
    press(client, sheet, f"{sheet}/declaration", {"kind": "family"})
    sign_in(client, session.get(Person, found.office.person_id))
    refused = client.post(page, data=old)
    assert refused.status_code == 409 and "La graduatoria è pubblicata" not in refused.text
    now_ = client.get(desk).text
    assert LAPSED in now_ and "provala di nuovo" in now_
    assert "Nomina nella commissione" in now_, "another person may be needed"
    assert "chi nomini ora valuta solo 2026/" in now_
    new = make.person(session, "Nina Nuova")
    session.commit()
    board, typed = f"{desk}/evaluators", {"email": new.email}
    short = press(client, desk, board, typed | {"reason": "Serve."})
    assert short.status_code == 409 and "almeno 10 caratteri" in short.text
    assert "Serve.</textarea>" in short.text and new.email in short.text
    press(client, desk, board, typed | {"reason": REASON})
    assert new in evaluators.commission(session, found.call_id)


def test_what_the_office_finds_in_a_trial_is_recorded_only_once_that_is_reopened(
    session, found, client, sign_in
):
    page, desk = (f"/office/calls/{found.call_id}/{of}" for of in ("ranking", "evaluation"))
    commissions.try_ranking(session, found)
    tie(session, found)
    sign_in(client, session.get(Person, found.office.person_id))
    seen = client.get(desk).text
    assert "Registra questi conflitti" not in seen and "riapri prima la prova" in seen
    refused = client.post(f"{desk}/conflicts")
    assert refused.status_code == 409 and "l&#39;ufficio non registra conflitti" in refused.text
    assert session.query(ConflictDeclaration).filter_by(kind="household").count() == 0
    press(client, page, f"{page}/reopening", {"reason": REASON})
    press(client, desk, f"{desk}/conflicts")
    assert session.query(ConflictDeclaration).filter_by(kind="household").count() == 1


def test_a_reopening_for_too_short_a_reason_is_refused_at_the_head_of_the_page(
    session, found, client, sign_in
):
    commissions.try_ranking(session, found)
    session.commit()
    sign_in(client, session.get(Person, found.office.person_id))
    page = f"/office/calls/{found.call_id}/ranking"
    refused = press(client, page, f"{page}/reopening", {"reason": "no"})
    assert refused.status_code in (409, 422)
    head = refused.text.split("<main")[1].split("<table")[0]
    assert 'id="form-errors"' in head and 'href="#f-reason"' in head


def test_a_reason_stays_to_be_read_where_the_trial_has_ended_meanwhile(
    session, found, client, sign_in
):
    commissions.try_ranking(session, found)
    session.commit()
    sign_in(client, session.get(Person, found.office.person_id))
    page = f"/office/calls/{found.call_id}/ranking"
    old = changed(client.get(page).text, f"{page}/reopening", {"reason": REASON})
    press(client, page, f"{page}/reopening", {"reason": "Un altro motivo, di un'altra."})
    refused = client.post(f"{page}/reopening", data=old)
    assert refused.status_code == 409 and REASON in refused.text


@pytest.mark.parametrize("act", [acts.reopen_a_trial, acts.dismiss, acts.decide_a_double])
def test_a_reason_typed_before_the_session_ended_is_there_again(session, client, sign_in, act):
    """What is read as it was sent (`Form.raw`) is somebody's words too."""
    found = act(session)
    make.trial(session)  # a password is enough
    session.commit()
    sign_in(client, session.get(Person, found.person_id))
    email = may_sign_in(session, found.person_id)
    typed = changed(client.get(found.page).text, found.action, found.typed)
    end(session, found.person_id)
    asked = send(client, found.action, typed, found.page)
    assert asked.status_code == 401
    again = resumed(client, sign_in_again(client, asked, email), found.action)
    assert again.status_code == 422 and "controlla e premi di nuovo" in again.text
    shown = untouched(again.text, found.action)
    assert {name: shown[name] for name in found.typed} == found.typed
