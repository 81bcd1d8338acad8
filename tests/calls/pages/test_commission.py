"""The pages of whoever is on a commission: stepping down, and what a dismissal does."""

import pytest

from calls.commission import evaluators
from people import roles
from people.tables.persons import Person
from tests import make
from tests.calls import commissions
from tests.calls import make as world
from tests.calls.browsing import press


def test_the_pages_lead_to_it_and_the_desk_says_who_renounced(session, client, sign_in):
    found = commissions.world(session)
    me = found.evaluators[0]
    page = f"/calls/{found.call_id}/evaluations/renunciation"
    session.commit()
    sign_in(client, session.get(Person, me.person_id))
    assert f'href="{page}"' in client.get(f"/calls/{found.call_id}/evaluations").text
    shown = client.get(page).text
    assert "Chi ti ha nominato riceve una lettera" in shown
    assert client.post(page).status_code == 409, "who has seen nothing does nothing"
    done = press(client, page)
    assert "Hai rinunciato" in done.text
    assert client.get(page).status_code == 404
    sign_in(client, session.get(Person, found.office.person_id))
    desk = client.get(f"/office/calls/{found.call_id}/evaluation").text
    assert "Commissaria 1 ha rinunciato alla commissione" in desk


def test_who_sent_a_sheet_reads_there_why_not(session, client, sign_in):
    found = commissions.world(session)
    commissions.send(session, found.evaluators[0], found.keys[0], "8 6 6")
    session.commit()
    sign_in(client, session.get(Person, found.evaluators[0].person_id))
    home = f"/calls/{found.call_id}/evaluations"
    assert "renunciation" not in client.get(home).text
    answer = client.get(f"{home}/renunciation")
    assert "Hai già inviato una scheda" in answer.text
    assert "Se rinunci" not in answer.text and '/renunciation" class=' not in answer.text
    commissions.conflict(session, found.evaluators[0], found.keys[0])
    session.commit()
    assert "renunciation" not in client.get(home).text, "a sheet that counts no more was sent too"


def test_past_the_deadline_nobody_is_told_that_a_draft_can_be_sent(session, client, sign_in):
    found = commissions.world(session)
    session.commit()
    sign_in(client, session.get(Person, found.evaluators[0].person_id))
    page = client.get(f"/calls/{found.call_id}/evaluations/renunciation").text
    assert "Se rinunci" in page and "bozza di domanda" not in page


def test_who_is_on_the_commission_reads_that_sending_gives_it_up_and_is_told(
    session, now, client, sign_in
):
    call, office, person = world.call(session), world.office(session), make.person(session)
    check = f"/applications/{world.draft(session, call, make.actor(session, person))}/check"
    session.commit()
    sign_in(client, person)
    assert "inviando la domanda rinunci alla commissione" not in client.get(check).text
    evaluators.appoint(session, office, call.call_id, person.email, now)
    session.commit()
    assert "inviando la domanda rinunci alla commissione" in client.get(check).text
    done = press(client, check, check.replace("/check", "/send"))
    assert done.url.path.endswith("/receipt")
    assert "hai rinunciato alla commissione di questo bando" in done.text
    assert roles.holders(session, roles.EVALUATOR, "call", call.call_id) == []


def test_who_may_not_begin_an_application_finds_the_way_to_renounce(session, now, client, sign_in):
    call, office, person = world.call(session), world.office(session), make.person(session)
    evaluators.appoint(session, office, call.call_id, person.email, now)
    session.commit()
    sign_in(client, person)
    way = f"/calls/{call.call_id}/evaluations/renunciation"
    assert f'href="{way}"' in client.get(f"/calls/{call.call_id}").text


def test_the_page_of_a_draft_says_what_sending_gives_up(session, now, client, sign_in):
    call, office, person = world.call(session), world.office(session), make.person(session)
    draft = world.draft(session, call, make.actor(session, person))
    session.commit()
    sign_in(client, person)
    page, way = f"/applications/{draft}", f"/calls/{call.call_id}/evaluations/renunciation"
    assert way not in client.get(page).text
    evaluators.appoint(session, office, call.call_id, person.email, now)
    session.commit()
    shown = client.get(page).text
    assert "Puoi rinunciare anche prima" in shown and f'href="{way}"' in shown
    press(client, way)
    assert way not in client.get(page).text
    assert roles.holders(session, roles.EVALUATOR, "call", call.call_id) == []


@pytest.mark.parametrize(
    ("rule", "said", "unsaid"),
    [
        ("count", "1 scheda che ha inviato continua a contare: domanda", "Restano con meno di"),
        ("leave", "1 scheda che ha inviato non conta più: domanda", "continua a contare"),
    ],
)
def test_the_page_before_a_dismissal_says_all_it_does(session, client, sign_in, rule, said, unsaid):
    found = commissions.world(session, sheets_of_dismissed=rule)
    gone = found.evaluators[0]
    commissions.send(session, gone, found.keys[0], "8 6 6")
    commissions.send(session, found.evaluators[1], found.keys[0], "8 6 6")
    session.commit()
    sign_in(client, session.get(Person, found.office.person_id))
    page = f"/office/calls/{found.call_id}/evaluation/evaluators/{gone.person_id}/dismissal"
    shown = client.get(page).text
    assert said in shown and unsaid not in shown
    # Of the second application nobody has sent a sheet: it is short too, whatever the rule.
    short = "Restano con meno di 2 persone che le possono valutare le domande"
    assert ("Resta con meno di 2 persone" in shown, short in shown) == (
        rule == "count",
        rule == "leave",
    )
    assert "1 scheda che non ha ancora inviato non arriva più" in shown
    assert "Riceve una lettera" in shown and gone.email in shown
    assert client.post(page).status_code == 409, "who has seen nothing does nothing"
    short = press(client, page, page, {"reason": "No."})
    assert short.status_code == 409 and "almeno 10 caratteri: si pubblica" in short.text
    assert "No.</textarea>" in short.text and 'href="#f-reason"' in short.text
    press(client, page, page, {"reason": commissions.WHY})
    assert gone.person_id not in {one.id for one in evaluators.commission(session, found.call_id)}


def test_the_desk_says_at_once_what_the_commission_cannot_bring_to_enough_sheets(
    session, client, sign_in
):
    found = commissions.world(session)
    session.commit()
    sign_in(client, session.get(Person, found.office.person_id))
    desk = f"/office/calls/{found.call_id}/evaluation"
    assert "troppo poca gente" not in client.get(desk).text
    commissions.conflict(session, found.evaluators[0], found.keys[0])
    session.commit()
    said = client.get(desk).text
    assert "Domande che troppo poche persone possono valutare" in said
    assert "Serve almeno un" in said and "altra persona" in said
    assert "Mancano 4 schede." in said, "three of the commission, and one that nobody can send"
    assert "1 domanda ha meno di 2 persone che la possono valutare" in said
