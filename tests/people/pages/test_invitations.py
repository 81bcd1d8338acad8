"""Invitations as their reader meets them: the letter, its page, the answer."""

import html
import re

import pytest
from sqlalchemy import select, update

from kit import mail
from kit.errors import Message
from kit.limits import LimitUse
from people import invitations, passwords, roles, sign_ins
from people.invitations import Guest, OfferedRole
from people.tables.links import OneTimeLink
from people.tables.persons import Person
from people.tables.roles import Invitation
from tests import make
from tests.forms import filled, sent_to
from tests.jobs import run_all

PASSWORD = "tre-cavalli-bianchi"
DRIVER = (roles.DRIVER, "centre", 2)
WHAT = Message("{role}, {where}", role=roles.NAMES[roles.DRIVER], where="Casalmaggiore")
FIELDS = {"name": "Ivo Bossi", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def luca(session):
    hashed = passwords.hash_password(PASSWORD)
    return make.person(session, "Luca Verdi", email="luca@esempio.it", password_hash=hashed)


@pytest.fixture
def invite(session, now):
    inviter = make.person(session, "Paola Galli")

    def _invite(email, locale="it"):
        guest = Guest(email, "Ivo Bossi", locale)
        invitations.invite(session, inviter.id, guest, OfferedRole(DRIVER, WHAT), now)
        session.commit()
        return token_to(session, email)

    return _invite


def offered(session, now, email, role):
    """An invitation to a role of another kind; tells its link's token."""
    guest = Guest(email, "Ivo Bossi")
    offer = OfferedRole(role, roles.NAMES[role[0]])
    invitations.invite(session, None, guest, offer, now)
    session.commit()
    return token_to(session, email)


BINDING = (roles.TREASURER, "centre", 2)


def test_whoever_comes_in_by_an_invitation_reads_that_the_role_rests(session, client, now):
    path = f"/links/{offered(session, now, 'ivo@esempio.it', BINDING)}"
    fields = filled(client, path, FIELDS)
    led = client.post(path, data=fields, follow_redirects=False)
    assert led.headers["location"] == "/account/factors"
    said = html.unescape(client.get("/account").text)
    assert "Fatto: sei dentro. Il tuo ruolo di tesoreria riposa" in said


def test_whoever_accepts_inside_reads_that_the_role_rests(session, client, sign_in, luca, now):
    offered(session, now, luca.email, BINDING)
    sign_in(client, luca)
    make.rest(session, luca)
    fields = sent_to(client.get("/invitations"), answer_of(session))
    led = client.post(answer_of(session), data=fields, follow_redirects=False)
    assert led.headers["location"] == "/account/factors"
    assert "Il ruolo però riposa" in html.unescape(client.get("/account").text)


@pytest.mark.parametrize("trial", [True, False])
def test_a_role_that_is_awake_is_good_from_now_on(session, client, sign_in, luca, now, trial):
    offered(session, now, luca.email, BINDING)
    sign_in(client, luca)
    if trial:
        make.trial(session)
        make.rest(session, luca)
    fields = sent_to(client.get("/invitations"), answer_of(session))
    led = client.post(answer_of(session), data=fields, follow_redirects=False)
    assert led.headers["location"] == "/"
    assert "da adesso vale" in html.unescape(client.get("/").text)


def asked(client, path, fields):
    return client.post(path, data=filled(client, path, fields))


def letters_to(session, email):
    run_all(session)
    session.expire_all()
    query = select(mail.Mail).where(mail.Mail.to == email).order_by(mail.Mail.id)
    return session.scalars(query).all()


def token_to(session, email):
    return re.findall(r"/links/(\S+)", letters_to(session, email)[-1].text)[0]


def holders(session):
    return [person.email for person in roles.holders(session, *DRIVER)]


def answer_of(session, outcome="acceptances"):
    found = session.scalars(select(Invitation.id)).one()
    return f"/invitations/{found}/{outcome}"


def test_the_owner_signs_in_on_the_way_and_accepts(client, session, luca, invite):
    token = invite(luca.email)
    page = client.get(f"/links/{token}")
    assert page.status_code == 200 and "Paola Galli ti invita" in page.text
    assert "consegne, Casalmaggiore" in page.text and 'type="password"' not in page.text
    back = f"/sign-in?next=/links/{token}"
    assert f'href="{back}"' in page.text
    entered = client.post(
        "/sign-in", data={"email": luca.email, "password": PASSWORD, "next": f"/links/{token}"}
    )
    assert "Accetta" in entered.text and holders(session) == []
    token_ = client.cookies[sign_ins.COOKIE]
    client.headers["X-CSRF-Token"] = sign_ins.csrf_token(sign_ins.token_hash(token_))
    assert "Hai accettato" in client.post(answer_of(session)).text
    assert holders(session) == [luca.email]
    assert client.get(f"/links/{token}").status_code == 410


def test_the_owner_declines(client, session, luca, invite, sign_in):
    token = invite(luca.email)
    sign_in(client, luca)
    assert "Rifiuta" in client.get(f"/links/{token}").text
    assert "Hai rifiutato" in client.post(answer_of(session, "refusals")).text
    assert holders(session) == []
    assert client.post(answer_of(session)).status_code == 409


def test_a_forwarded_link_gives_somebody_else_nothing(client, session, luca, invite, sign_in):
    token = invite(luca.email)
    other = make.person(session, "Olga Neri")
    sign_in(client, other)
    page = client.get(f"/links/{token}").text
    assert "questo invito è per un altro indirizzo" in page and "/acceptances" not in page
    assert client.post(answer_of(session)).status_code == 404
    assert client.post(answer_of(session, "refusals")).status_code == 404
    # Nor does the form of a first password, sent by hand: the address has an access.
    assert client.post(f"/links/{token}", data=FIELDS).status_code == 409
    assert client.post(f"/links/{token}/refusals").status_code == 409
    assert holders(session) == []


def test_nobody_answers_without_signing_in(client, session, luca, invite):
    invite(luca.email)
    for outcome in ("acceptances", "refusals"):
        answer = client.post(answer_of(session, outcome), follow_redirects=False)
        assert answer.headers["location"].startswith("/sign-in")
    assert holders(session) == []


def test_who_has_no_access_chooses_a_password_and_accepts(client, session, invite):
    token = invite("ivo@esempio.it")
    page = client.get(f"/links/{token}").text
    assert "Accetta e scegli la password" in page and "Paola Galli" in page
    wrong = client.post(f"/links/{token}", data={**FIELDS, "again": "altro"})
    assert wrong.status_code == 422 and "non sono uguali" in wrong.text and holders(session) == []
    assert client.post(f"/links/{token}", data=FIELDS).status_code == 200
    assert holders(session) == ["ivo@esempio.it"]
    assert session.scalars(select(Invitation.outcome)).all() == ["accepted"]


def test_who_has_no_access_declines_by_the_letter(client, session, invite):
    token = invite("ivo@esempio.it")
    assert "Hai rifiutato" in client.post(f"/links/{token}/refusals").text
    assert session.scalars(select(Person).where(Person.email == "ivo@esempio.it")).all() == []
    for answer in (
        client.get(f"/links/{token}"),
        client.post(f"/links/{token}", data=FIELDS),
        client.post(f"/links/{token}/refusals"),
    ):
        assert answer.status_code == 410 and "Mandami un collegamento nuovo" in answer.text


def test_registering_by_oneself_does_not_lose_the_invitation(client, session, invite):
    invited = invite("ivo@esempio.it")
    asked(client, "/register", {"email": "ivo@esempio.it", "name": "Ivo"})
    registered = client.post(f"/links/{token_to(session, 'ivo@esempio.it')}", data=FIELDS)
    assert registered.status_code == 200 and holders(session) == []
    assert "consegne, Casalmaggiore" in client.get("/invitations").text
    assert 'href="/invitations"' in client.get("/account").text
    assert "Accetta" in client.get(f"/links/{invited}").text
    token = client.cookies[sign_ins.COOKIE]
    client.headers["X-CSRF-Token"] = sign_ins.csrf_token(sign_ins.token_hash(token))
    client.post(answer_of(session))
    assert holders(session) == ["ivo@esempio.it"]


def test_a_withdrawn_invitation_is_answered_in_words(client, session, luca, invite, sign_in, now):
    token = invite(luca.email)
    found = session.scalars(select(Invitation.id)).one()
    place = invitations.Place((roles.DRIVER,))
    invitations.withdraw(session, make.actor(session), found, place, now)
    sign_in(client, luca)
    page = client.get(f"/links/{token}")
    assert page.status_code == 410 and "non vale più" in page.text
    assert "rotto da noi" not in page.text
    assert client.post(answer_of(session)).status_code == 409
    assert holders(session) == []


def renew(client, token):
    answer = client.post(f"/links/{token}/renewals")
    return answer.status_code, re.sub(r"[0-9a-f]{16}|/links/\S+", "", answer.text)


def test_the_answer_is_the_same_for_every_link(client, session, luca, invite, now):
    waiting = invite(luca.email)
    session.execute(update(OneTimeLink).values(expires_at=now))
    session.execute(update(Invitation).values(expires_at=now))
    session.commit()
    wanted = renew(client, waiting)
    assert wanted[0] == 200 and "al massimo una all" in html.unescape(wanted[1])
    for token in ("A" * 43, "corto", "x" * 300, waiting):
        assert renew(client, token) == wanted


def test_an_expired_invitation_is_sent_anew_to_its_address_only_once_an_hour(
    client, session, luca, invite, now
):
    old = invite(luca.email)
    session.execute(update(OneTimeLink).values(expires_at=now))
    session.execute(update(Invitation).values(expires_at=now))
    session.commit()
    assert client.get(f"/links/{old}").status_code == 410
    for _ in range(3):
        renew(client, old)
    assert len(letters_to(session, luca.email)) == 2
    assert "ti invita" in client.get(f"/links/{token_to(session, luca.email)}").text
    session.execute(update(LimitUse).values(spent_until=now))
    session.commit()
    renew(client, old)
    assert len(letters_to(session, luca.email)) == 3


@pytest.mark.parametrize("purpose", ["registration", "reset"])
def test_an_expired_link_of_ours_brings_a_new_one(client, session, luca, now, purpose):
    email = "ivo@esempio.it" if purpose == "registration" else luca.email
    session.commit()
    path = "/register" if purpose == "registration" else "/password-reset"
    asked(client, path, {"email": email, "name": "Ivo", "next": "/calls"})
    old = token_to(session, email)
    session.execute(update(OneTimeLink).values(expires_at=now))
    session.commit()
    renew(client, old)
    new = token_to(session, email)
    assert new != old and client.get(f"/links/{new}").status_code == 200
    target = session.scalars(select(OneTimeLink.target).order_by(OneTimeLink.id)).all()
    assert target == (["/calls"] * 2 if purpose == "registration" else ["/"] * 2)


def test_a_used_registration_tells_its_owner_only_that_there_is_an_access(client, session):
    asked(client, "/register", {"email": "ivo@esempio.it", "name": "Ivo"})
    token = token_to(session, "ivo@esempio.it")
    client.post(f"/links/{token}", data=FIELDS)
    client.cookies.clear()
    renew(client, token)
    assert "ha già un accesso" in letters_to(session, "ivo@esempio.it")[-1].text


def test_what_was_answered_is_never_opened_again(client, session, luca, invite, sign_in):
    token = invite(luca.email)
    sign_in(client, luca)
    client.post(answer_of(session, "refusals"))
    renew(client, token)
    assert session.scalars(select(Invitation.outcome)).all() == ["declined"]
    assert session.scalars(select(OneTimeLink.used_at)).one() is not None
    said = letters_to(session, luca.email)[-1].text
    assert "/links/" not in said and "Questo invito è stato rifiutato." in said
    assert "registrare" not in said


def test_the_letter_and_its_page_speak_the_addressees_language(client, session, invite):
    token = invite("john@example.org", locale="en")
    assert "invites you" in letters_to(session, "john@example.org")[0].text
    assert '<html lang="en"' in client.get(f"/links/{token}").text
    client.headers["Accept-Language"] = "it"
    client.post(f"/links/{token}", data=FIELDS)
    assert session.scalars(select(Person.locale).where(Person.name == "Ivo Bossi")).one() == "en"
    assert '<html lang="en"' in client.get("/account").text


def test_who_has_an_access_is_written_to_in_their_own_language(session, luca, invite):
    luca.locale = "en"
    session.flush()
    invite(luca.email, locale="it")
    assert "invites you" in letters_to(session, luca.email)[0].text


def test_the_chosen_language_is_the_persons(client, session, luca, sign_in):
    sign_in(client, luca)
    client.post("/language", data={"language": "en", "next": "/account"})
    session.expire_all()
    assert session.get(Person, luca.id).locale == "en"
    client.cookies.set("language", "it")  # another browser of theirs was set otherwise
    assert '<html lang="en"' in client.get("/account").text


def test_whoever_signs_in_takes_their_language_along(client, session, luca):
    luca.locale = "en"
    session.commit()
    client.cookies.set("language", "it")
    entered = client.post(
        "/sign-in", data={"email": luca.email, "password": PASSWORD}, follow_redirects=False
    )
    assert any(
        cookie.startswith("language=en") for cookie in entered.headers.get_list("set-cookie")
    )


def test_a_language_is_not_set_without_the_sessions_token(client, session, luca, sign_in):
    sign_in(client, luca)
    client.headers.pop("X-CSRF-Token")
    assert client.post("/language", data={"language": "en"}).status_code == 403
    session.expire_all()
    assert session.get(Person, luca.id).locale == "it"


def test_registering_leads_on_to_where_one_was_going(client, session):
    gate = client.get("/sign-in?next=/calls/7").text
    assert 'href="/register?next=/calls/7"' in gate
    assert 'name="next" value="/calls/7"' in client.get("/register?next=/calls/7").text
    asked(client, "/register", {"email": "ivo@esempio.it", "name": "Ivo", "next": "/calls/7"})
    link = f"/links/{token_to(session, 'ivo@esempio.it')}"
    answer = client.post(link, data=FIELDS, follow_redirects=False)
    assert answer.headers["location"] == "/calls/7"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_registering_never_leads_to_another_site(client, session, target):
    page = client.get("/register", params={"next": target})
    assert "evil" not in str(sent_to(page, "/register"))
    assert "evil" not in page.text.replace(sent_to(page, "/language")["next"], "")
    assert sent_to(page, "/language")["next"].startswith("/register?next=")
    asked(client, "/register", {"email": "ivo@esempio.it", "name": "Ivo", "next": target})
    link = f"/links/{token_to(session, 'ivo@esempio.it')}"
    answer = client.post(link, data=FIELDS, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_a_form_with_faults_keeps_where_one_was_going(client):
    answer = asked(client, "/register", {"email": "storto", "name": "Ivo", "next": "/calls"})
    assert answer.status_code == 422 and 'name="next" value="/calls"' in answer.text


def test_home_tells_of_an_invitation_that_waits(client, session, luca, invite, sign_in):
    invite(luca.email)
    sign_in(client, luca)
    assert 'href="/invitations"' in client.get("/").text
    client.post(answer_of(session, "refusals"))
    assert 'href="/invitations"' not in client.get("/").text
