"""Identities of one's own access on its pages: joining from inside, refused, parted."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from kit import mail
from people import attested, passwords, proofs, sign_ins
from people.providers import answers
from people.tables.identities import AttestedAttribute, Identity
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make
from tests.forms import form
from tests.jobs import run_all
from tests.people.pages.test_providers import count, words
from tests.people.providers import made
from tests.people.providers.hostile import PERSON
from tests.people.providers.made import come_back, found_in, path_of

HERE = "/account/identities"
CODE, OTHER_CODE = "RSSMRA80A01D150J", "BNCNNA80A41D150G"


@pytest.fixture
def mario(session):
    found = make.person(session, "Mario Rossi", password_hash=passwords.hash_password("x" * 12))
    session.commit()
    return found


def leave(client):
    """Press for the journey and give the address of the link that is offered."""
    sent = form(client.get(HERE).text, f"{HERE}/journeys").values
    page = client.post(f"{HERE}/journeys", data=sent)
    assert page.status_code == 200, page.text
    return found_in(page.text, r'href="(/sign-in/with/spid\?wish=[^"]+)"')


def return_(client, hostile, way):
    away = client.get(way, follow_redirects=False).headers["location"]
    return come_back(client, hostile.authorize(away))


def join(client, **but):
    sent = form(client.get(HERE).text, HERE).but(**but)
    return client.post(HERE, data=sent, follow_redirects=False)


def joined(client, hostile):
    assert path_of(return_(client, hostile, leave(client))) == HERE
    answer = join(client)
    assert path_of(answer) == HERE
    return answer


def attest(session, person, code, provider="cie"):
    row = {"provider": provider, "name": "tax_code", "value": code, "at": make.SOON}
    session.add(AttestedAttribute(person_id=person.id, **row))
    session.commit()


def test_from_inside_an_identity_is_joined_after_a_second_press(
    client, session, hostile, sign_in, mario
):
    sign_in(client, mario)
    assert path_of(return_(client, hostile, leave(client))) == HERE
    shown = client.get(HERE)
    assert "Vuoi collegare SPID?" in shown.text and count(session, Identity) == 0
    done = join(client)
    assert session.scalars(select(Identity.person_id)).one() == mario.id
    assert "Max-Age=0" in next(
        each for each in done.headers.get_list("set-cookie") if each.startswith(answers.COOKIE)
    )
    page = words(client.get(HERE))
    assert "Scollega SPID" in page and CODE in page and "Vuoi collegare" not in page
    assert "martedì 1 gennaio 1980" in page
    run_all(session)
    assert "SPID è collegato" in session.scalars(select(mail.Mail)).one().subject


def test_the_journey_is_of_the_session_in_which_it_began(client, session, hostile, sign_in, mario):
    sign_in(client, mario)
    way = leave(client)
    sign_in(client, make.person(session, "Altra"))
    refused = return_(client, hostile, way)
    assert refused.status_code == 409 and "Intanto sei uscito" in words(refused)
    assert answers.COOKIE not in refused.cookies


def test_what_waits_from_a_journey_is_not_offered_to_another_session(
    client, session, hostile, sign_in, mario
):
    sign_in(client, mario)
    return_(client, hostile, leave(client))
    sent = form(client.get(HERE).text, HERE).values
    sign_in(client, make.person(session, "Altra"))
    assert "Vuoi collegare" not in client.get(HERE).text
    own = form(client.get(HERE).text, f"{HERE}/journeys").values["csrf"]
    refused = client.post(HERE, data={**sent, "csrf": own})
    assert refused.status_code == 409 and count(session, Identity) == 0


def test_a_wish_that_nobody_here_made_leads_nowhere(client, hostile):
    refused = client.get("/sign-in/with/spid?wish=made-up", follow_redirects=False)
    assert refused.status_code == 409 and hostile.asked == []


def test_the_tax_code_of_another_person_joins_nothing(client, session, hostile, sign_in, mario):
    attest(session, make.person(session, "Altra"), CODE)
    sign_in(client, mario)
    return_(client, hostile, leave(client))
    refused = join(client)
    assert refused.status_code == 409 and "è già di un'altra persona" in words(refused)
    assert count(session, Identity) == 0 and attested.of(session, mario.id) == []


def test_a_person_with_another_tax_code_is_not_this_one(client, session, hostile, sign_in, mario):
    attest(session, mario, OTHER_CODE)
    sign_in(client, mario)
    return_(client, hostile, leave(client))
    refused = join(client)
    assert refused.status_code == 409 and "codice fiscale diverso" in words(refused)
    assert count(session, Identity) == 0


def test_the_identity_of_another_access_is_joined_to_none(client, session, hostile, sign_in, mario):
    sign_in(client, mario)
    joined(client, hostile)
    sign_in(client, make.person(session, "Altra"))
    return_(client, hostile, leave(client))
    refused = join(client)
    assert refused.status_code == 409 and "già collegata a un altro accesso" in words(refused)
    assert session.scalars(select(Identity.person_id)).one() == mario.id


def test_a_form_of_another_identity_joins_nothing(client, session, hostile, sign_in, mario):
    sign_in(client, mario)
    return_(client, hostile, leave(client))
    refused = join(client, identity="of another page")
    assert refused.status_code == 409 and "un'altra identità" in words(refused)
    assert count(session, Identity) == 0


def test_what_waits_is_let_go_by_a_press(client, session, hostile, sign_in, mario):
    sign_in(client, mario)
    return_(client, hostile, leave(client))
    sent = form(client.get(HERE).text, f"{HERE}/dismissal").values
    client.post(f"{HERE}/dismissal", data=sent)
    assert "Vuoi collegare" not in client.get(HERE).text and count(session, Identity) == 0


def part(client):
    page = client.get(HERE).text
    action = found_in(page, r'action="(/account/identities/\d+/removal)"')
    return client.post(action, data=form(page, action).values, follow_redirects=False)


def test_parted_an_identity_lets_nobody_in_and_its_sessions_end(
    client, session, hostile, sign_in, mario, now
):
    sign_in(client, mario)
    joined(client, hostile)
    by_it = proofs.Proof(2, ("provider:spid",))
    elsewhere = sign_ins.open_session(session, mario.id, "altrove", now, by_it)
    by_password = sign_ins.open_session(session, mario.id, "casa", now, proofs.BY_PASSWORD)
    session.commit()
    assert path_of(part(client)) == HERE
    assert count(session, Identity) == 0 and attested.of(session, mario.id) == []
    assert sign_ins.actor_of(session, elsewhere) is None
    assert sign_ins.actor_of(session, by_password) is not None
    run_all(session)
    subjects = session.scalars(select(mail.Mail.subject)).all()
    assert "SPID non è più collegato al tuo accesso" in subjects


def test_the_only_way_in_stays(client, session, hostile, sign_in):
    alone = make.person(session, "Senza Password")
    sign_in(client, alone)
    joined(client, hostile)
    refused = part(client)
    assert refused.status_code == 409 and "unico modo in cui puoi entrare" in words(refused)
    assert count(session, Identity) == 1


def test_the_identity_of_somebody_else_is_absent(client, session, hostile, sign_in, mario):
    sign_in(client, mario)
    joined(client, hostile)
    (identity_id,) = session.scalars(select(Identity.id))
    other = make.person(session, "Altra")
    sign_in(client, other)
    csrf = form(client.get(HERE).text, f"{HERE}/journeys").values["csrf"]
    absent = client.post(f"{HERE}/{identity_id}/removal", data={"csrf": csrf})
    assert absent.status_code == 404 and count(session, Identity) == 1


def test_who_proved_it_long_ago_confirms_with_the_provider_first(
    client, session, hostile, monkeypatch
):
    """A session by a provider becomes fresh by the same one, which is asked to sign in again."""
    assert path_of(made.sign_in(client, hostile)) == "/sign-in/identity"
    new = form(client.get("/sign-in/identity").text, "/sign-in/identity")
    client.post("/sign-in/identity", data=new.but(name="Mario Rossi"))
    long_ago = PersonSession.proved_at - timedelta(hours=1)
    session.execute(update(PersonSession).values(proved_at=long_ago))
    session.commit()
    page = client.get("/account/proof?next=/account").text
    way = found_in(page, r'href="(/sign-in/with/spid\?[^"]+)"')
    away = client.get(way, follow_redirects=False).headers["location"]
    assert "prompt=login" in away and "max_age=0" in away
    before = session.scalars(select(PersonSession.proved_at)).one()
    assert path_of(come_back(client, hostile.authorize(away))) == "/account"
    session.expire_all()
    assert session.scalars(select(PersonSession.proved_at)).one() > before
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("auth_time", [None, 1, "now", 10**30])
def test_a_provider_that_did_not_ask_again_makes_nothing_fresh(client, session, hostile, auth_time):
    made.sign_in(client, hostile)
    new = form(client.get("/sign-in/identity").text, "/sign-in/identity")
    client.post("/sign-in/identity", data=new.but(name="Mario Rossi"))
    session.execute(update(PersonSession).values(proved_at=make.SOON - timedelta(days=30)))
    session.commit()
    page = client.get("/account/proof?next=/account").text
    way = found_in(page, r'href="(/sign-in/with/spid\?[^"]+)"')
    hostile.claims = {"auth_time": auth_time}
    refused = return_(client, hostile, way)
    assert refused.status_code == 409
    proved = session.scalars(select(PersonSession.proved_at)).one()
    assert proved == make.SOON - timedelta(days=30)


def test_another_persons_identity_makes_nothing_fresh(client, session, hostile):
    made.sign_in(client, hostile)
    new = form(client.get("/sign-in/identity").text, "/sign-in/identity")
    client.post("/sign-in/identity", data=new.but(name="Mario Rossi"))
    session.execute(update(PersonSession).values(proved_at=make.SOON - timedelta(days=30)))
    session.commit()
    page = client.get("/account/proof?next=/account").text
    way = found_in(page, r'href="(/sign-in/with/spid\?[^"]+)"')
    hostile.claims, hostile.me = {"sub": "AGID-2"}, {**PERSON, "sub": "AGID-2"}
    refused = return_(client, hostile, way)
    assert refused.status_code == 409 and "sei un'altra persona" in words(refused)


def test_a_person_has_a_page_of_what_was_said_of_them(client, session, sign_in, mario):
    attest(session, mario, CODE)
    sign_in(client, mario)
    page = words(client.get(HERE))
    assert "Codice fiscale" in page and CODE in page and "da cie" in page
    assert session.scalar(select(func.count()).select_from(Person)) == 1
