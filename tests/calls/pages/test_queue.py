"""Where an evaluator begins: whose pages these are, and in which state what is shown."""

import html

from calls.rankings import rankings
from kit import clock
from people.tables.persons import Person
from tests import make
from tests.calls import commissions
from tests.calls.test_statements import counted


def enter(client, session, sign_in, actor):
    return sign_in(client, session.get(Person, actor.person_id))


def test_whoever_is_on_no_commission_is_told_so(session, client, sign_in):
    sign_in(client, make.person(session))
    assert "Non sei in nessuna commissione" in client.get("/evaluations").text


def test_a_sealed_an_open_and_a_ranked_call_say_where_they_stand(session, client, sign_in):
    sealed = commissions.world(session, opened=False, evaluators=1)
    enter(client, session, sign_in, sealed.evaluators[0])
    assert "non ha ancora aperto" in html.unescape(client.get("/evaluations").text)
    found = commissions.world(session)
    enter(client, session, sign_in, found.evaluators[0])
    assert "0 / 2" in client.get("/evaluations").text
    commissions.send_all(session, found)
    assert "2 / 2" in client.get("/evaluations").text
    rankings.publish(session, found.office, found.call_id, clock.now(session))
    assert "conclusa" in client.get("/evaluations").text


def test_the_list_of_another_commission_is_absent(session, client, sign_in):
    found, other = commissions.world(session), commissions.world(session)
    enter(client, session, sign_in, found.evaluators[0])
    assert client.get(f"/calls/{other.call_id}/evaluations").status_code == 404
    assert client.get(f"/calls/{found.call_id}/evaluations").status_code == 200


def test_the_list_takes_four_statements_however_long_it_is(session, client, sign_in):
    lengths = []
    for applications in (1, 6):
        found = commissions.world(session, applications=applications)
        enter(client, session, sign_in, found.evaluators[0])
        address = f"/calls/{found.call_id}/evaluations"
        client.get(address)
        with counted(session) as said:
            client.get(address)
        lengths.append(len(said))
    assert lengths == [4, 4]
