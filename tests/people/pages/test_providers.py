"""Signing in by a provider as a browser does it: new, known, refused, out again."""

import html
import re
import threading
import time

import httpx
import pytest
from sqlalchemy import func, select, update

from kit import mail
from kit.audit import AuditEvent
from people import attested, known_devices, passwords, proofs, sign_ins
from people.providers import answers, known, wire
from people.tables.identities import AttestedAttribute, Identity
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make
from tests.forms import form
from tests.jobs import run_all
from tests.people.providers import hostile as hostiles
from tests.people.providers import made, real
from tests.people.providers.hostile import L1, L2, L3, PERSON
from tests.people.providers.made import come_back, found_in, go, path_of

CODE = "RSSMRA80A01D150J"


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def words(answer):
    """What an answer says, without its tags."""
    found = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))
    assert "{" not in found, found  # a name that nobody filled in
    return found


def press(client, page, **typed):
    """Send the form of a page that makes or joins an access."""
    answer = client.get(page)
    action = "/sign-in/identity" if page == "/sign-in/identity" else "/account/identities"
    return client.post(action, data=form(answer.text, action).but(**typed), follow_redirects=False)


def link_in(session, person_email):
    found = session.scalars(select(mail.Mail).where(mail.Mail.to == person_email)).all()
    return found_in(found[-1].text, r"(/links/\S+)")


def new_access(client, hostile):
    """Mario has come for the first time."""
    assert path_of(made.sign_in(client, hostile)) == "/sign-in/identity"
    return press(client, "/sign-in/identity", name="Mario Rossi")


# Through a real provider.


@pytest.mark.parametrize("client_id", ["farelegami", "farelegami-signed", "farelegami-key"])
def test_whoever_comes_first_by_a_real_provider_gets_an_access_and_then_comes_in_by_it(
    client, session, issuer, tmp_path, client_id
):
    path = made.write(tmp_path, issuer, client_id, asked=f'"{L2}"')
    if client_id == "farelegami-key":
        (tmp_path / "key.pem").write_bytes(real.CLIENT_KEY.as_pem(private=True))
        by_key = 'private_key_file = "key.pem"\nkey_id = "ours"'
        path.write_text(path.read_text().replace('client_secret_file = "secret"', by_key))
    with made.set_to(path):
        first = come_back(client, real.visit(go(client, next="/calls"), "mario"))
        assert path_of(first) == "/sign-in/identity"
        shown = client.get("/sign-in/identity")
        assert 'value="Mario Rossi"' in shown.text and "mario.rossi@esempio.it" in shown.text
        assert path_of(press(client, "/sign-in/identity")) == "/calls"
        person = session.scalars(select(Person)).one()
        assert (person.name, person.email) == ("Mario Rossi", "mario.rossi@esempio.it")
        assert person.password_hash is None
        client.cookies.delete(sign_ins.COOKIE)
        again = come_back(client, real.visit(go(client, next="/help"), "mario"))
        assert path_of(again) == "/help"
        levels = session.execute(select(PersonSession.level, PersonSession.means)).all()
        assert levels == [(2, ["provider:spid"])] * 2
        assert client.get("/account").status_code == 200


def test_a_real_provider_that_says_no_leaves_everything_as_it_was(
    client, session, issuer, tmp_path
):
    with made.set_to(made.write(tmp_path, issuer)):
        refused = come_back(client, real.visit(go(client), "mario", refused="yes"))
        assert refused.status_code == 409 and "non è stato concluso" in words(refused)
        assert count(session, Person) == 0


def test_a_real_provider_that_proved_less_than_was_asked_is_refused(
    client, session, issuer, tmp_path
):
    with made.set_to(made.write(tmp_path, issuer, asked=f'"{L2}"')):
        refused = come_back(client, real.visit(go(client), "mario", acr=L1))
        assert refused.status_code == 409 and "livello di sicurezza più basso" in words(refused)
        assert answers.COOKIE not in refused.cookies


def test_the_way_out_leads_to_a_page_of_the_real_provider(client, session, issuer, tmp_path):
    with made.set_to(made.write(tmp_path, issuer)):
        come_back(client, real.visit(go(client), "mario"))
        press(client, "/sign-in/identity")
        csrf = form(client.get("/account").text, "/sign-out").values
        left = client.post("/sign-out", data=csrf, follow_redirects=False)
        assert path_of(left) == "/sign-out/with/spid" and count(session, PersonSession) == 0
        offered = client.get("/sign-out/with/spid")
        address = found_in(offered.text, rf'href="({issuer}[^"]+)"')
        assert httpx.get(address).status_code == 200


# Through one of our own, honest here.


def test_what_a_provider_says_is_kept_beside_the_person_with_its_source(client, session, hostile):
    assert path_of(new_access(client, hostile)) == "/"
    said = {each.name: each.value for each in attested.of(session, person_id(session))}
    assert said == {
        "tax_code": CODE,
        "given_name": "Mario",
        "family_name": "Rossi",
        "birth_date": "1980-01-01",
    }
    row = session.scalars(select(Identity)).one()
    assert (row.issuer, row.subject, row.provider) == (hostile.issuer, PERSON["sub"], "spid")
    event = select(AuditEvent).where(AuditEvent.action == "people.person.registered")
    kept = session.scalars(event).one().after
    assert kept == {"provider": "spid", "signed": {"level": 2, "means": ["provider:spid"]}}


def person_id(session):
    return session.scalars(select(Person.id)).one()


def test_the_browser_keeps_a_journey_sealed_and_gives_it_back_once(client, session, hostile):
    back = hostile.authorize(go(client))
    (journey,) = [each for each in client.cookies.jar if each.name.startswith("__Host-with-")]
    assert PERSON["sub"] not in journey.value and journey.secure
    assert path_of(come_back(client, back)) == "/sign-in/identity"
    assert not [each for each in client.cookies.jar if each.name.startswith("__Host-with-")]
    again = come_back(client, back)
    assert again.status_code == 409 and "è già servito" in words(again)


def test_no_more_than_three_journeys_ride_in_a_browser(client, hostile):
    first = hostile.authorize(go(client))
    others = [hostile.authorize(go(client)) for _ in range(3)]
    riding = [each for each in client.cookies.jar if each.name.startswith("__Host-with-")]
    assert len(riding) == 3
    assert come_back(client, first).status_code == 409
    assert path_of(come_back(client, others[0])) == "/sign-in/identity"


def test_an_address_that_is_not_verified_is_confirmed_by_a_letter(client, session, hostile):
    hostile.me = {**PERSON, "email_verified": False}
    sent = new_access(client, hostile)
    assert sent.status_code == 200 and "Guarda la posta" in sent.text
    assert "rientri con SPID" in sent.text and count(session, Person) == 0
    run_all(session)
    link = link_in(session, PERSON["email"])
    way = found_in(client.get(link).text, r'href="(/sign-in/with/spid\?[^"]+)"')
    left = client.get(way, follow_redirects=False).headers["location"]
    assert path_of(come_back(client, hostile.authorize(left))) == "/sign-in/identity"
    assert path_of(press(client, "/sign-in/identity", name="Mario Rossi")) == "/"
    assert session.scalars(select(Person.email)).one() == PERSON["email"]
    assert client.get(link).status_code == 410


def test_another_address_than_the_verified_one_is_confirmed_by_a_letter(client, session, hostile):
    made.sign_in(client, hostile)
    sent = press(client, "/sign-in/identity", email="altro@esempio.it")
    assert sent.status_code == 200 and count(session, Person) == 0


@pytest.mark.parametrize("field", ["name", "email"])
def test_what_is_typed_wrong_is_said_beside_it(client, session, hostile, field):
    made.sign_in(client, hostile)
    again = press(client, "/sign-in/identity", **{field: ""})
    assert again.status_code == 422 and f'id="e-{field}"' in again.text
    assert count(session, Person) == 0


def test_an_address_that_has_an_access_joins_nobody(client, session, hostile):
    anna = make.person(session, "Anna", email=PERSON["email"])
    session.commit()
    assert path_of(made.sign_in(client, hostile)) == "/sign-in/identity"
    shown = client.get("/sign-in/identity")
    assert "C'è già un accesso" in words(shown) and anna.name not in words(shown)
    assert count(session, Identity) == 0
    assert count(session, PersonSession) == 0


def test_an_address_that_is_not_verified_tells_nothing_of_who_has_an_access(
    client, session, hostile
):
    make.person(session, "Anna", email=PERSON["email"])
    session.commit()
    hostile.me = {**PERSON, "email_verified": False}
    made.sign_in(client, hostile)
    assert "Il tuo primo ingresso" in client.get("/sign-in/identity").text


def test_whoever_proves_the_access_too_joins_the_identity_by_a_press(client, session, hostile):
    password = "tre-cavalli-bianchi"
    mario = make.person(
        session, "Mario", email=PERSON["email"], password_hash=passwords.hash_password(password)
    )
    session.commit()
    made.sign_in(client, hostile)
    fields = {"email": mario.email, "password": password, "next": "/account/identities"}
    assert path_of(client.post("/sign-in", data=fields, follow_redirects=False)).startswith("/acc")
    page = client.get("/account/identities")
    assert "Vuoi collegare SPID?" in page.text and "Mario Rossi" in words(page)
    assert count(session, Identity) == 0
    assert path_of(press(client, "/account/identities")) == "/account/identities"
    assert session.scalars(select(Identity.person_id)).one() == mario.id
    run_all(session)
    subjects = session.scalars(select(mail.Mail.subject).where(mail.Mail.to == mario.email)).all()
    assert [each for each in subjects if "SPID è collegato" in each] != [], subjects
    client.cookies.clear()
    assert path_of(made.sign_in(client, hostile)) == "/"
    assert count(session, Identity) == 1


def test_a_known_identity_whose_tax_code_is_now_anothers_is_refused(client, session, hostile):
    new_access(client, hostile)
    other = make.person(session, "Altra")
    session.add(
        AttestedAttribute(
            person_id=other.id,
            provider="cie",
            name="tax_code",
            value="BNCNNA80A41D150G",
            at=make.SOON,
        )
    )
    session.commit()
    hostile.me = {**PERSON, "fiscal_number": "BNCNNA80A41D150G"}
    refused = made.sign_in(client, hostile)
    assert refused.status_code == 409 and "è già di un'altra persona" in words(refused)
    assert sign_ins.COOKIE not in refused.cookies


def test_an_access_that_is_closed_stays_closed(client, session, hostile, now):
    new_access(client, hostile)
    session.execute(update(Person).values(disabled_at=now))
    session.commit()
    refused = made.sign_in(client, hostile)
    assert refused.status_code == 409 and "Questo accesso è chiuso" in words(refused)


def test_whoever_signs_in_stays_known_in_this_browser(client, hostile):
    assert known_devices.COOKIE in new_access(client, hostile).cookies


def test_an_acr_that_nobody_mapped_is_one_factor(client, session, hostile):
    hostile.claims = {"acr": "something else"}
    new_access(client, hostile)
    assert session.scalars(select(PersonSession.level)).one() == proofs.ONE


def test_the_highest_acr_is_the_highest_level(client, session, hostile):
    hostile.claims = {"acr": L3}
    new_access(client, hostile)
    assert session.scalars(select(PersonSession.level)).one() == proofs.HIGH


def test_without_a_waiting_identity_everybody_starts_again(client, hostile):
    assert path_of(client.get("/sign-in/identity", follow_redirects=False)) == "/sign-in"


def test_a_form_of_another_identity_makes_nothing(client, session, hostile):
    made.sign_in(client, hostile)
    old = form(client.get("/sign-in/identity").text, "/sign-in/identity").but(name="Mario")
    hostile.claims, hostile.me = {"sub": "AGID-2"}, {**PERSON, "sub": "AGID-2"}
    made.sign_in(client, hostile)
    refused = client.post("/sign-in/identity", data=old, follow_redirects=False)
    assert refused.status_code == 409 and "un'altra identità" in words(refused)
    assert count(session, Person) == 0


def test_the_same_form_twice_makes_one_access_and_opens_no_second_session(client, session, hostile):
    made.sign_in(client, hostile)
    sent = form(client.get("/sign-in/identity").text, "/sign-in/identity").but(name="Mario")
    sealed = client.cookies[answers.COOKIE]
    client.post("/sign-in/identity", data=sent, follow_redirects=False)
    client.cookies.clear()
    client.cookies.set(answers.COOKIE, sealed)
    again = client.post("/sign-in/identity", data=sent, follow_redirects=False)
    assert again.status_code == 409
    assert (count(session, Person), count(session, PersonSession)) == (1, 1)


def test_an_unknown_provider_is_absent(client, hostile):
    for path in ("/sign-in/with/cie", "/sign-in/with/cie/back", "/sign-out/with/cie"):
        assert client.get(path).status_code == 404


def test_the_sign_in_page_has_a_link_for_each_provider_and_no_form(client, hostile):
    page = client.get("/sign-in?next=/calls").text
    assert '/sign-in/with/spid?next=/calls"' in page and "Entra con SPID" in page


def test_where_no_provider_is_set_nothing_speaks_of_them(client, session, sign_in):
    assert "/sign-in/with/" not in client.get("/sign-in").text
    sign_in(client, make.person(session))
    assert "/account/identities" not in client.get("/account").text


def test_signing_out_goes_home_where_the_provider_has_no_way_out(client, hostile):
    hostile.document = {"end_session_endpoint": None}
    answer = client.get("/sign-out/with/spid", follow_redirects=False)
    assert path_of(answer) == "/"


# Hostile answers.

NOW = int(time.time())
LIES = {
    "another nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "another issuer": {"claims": {"iss": "http://127.0.0.1:1"}},
    "another audience": {"claims": {"aud": "somebody else"}},
    "an audience that is given on": {"claims": {"aud": ["farelegami", "x"], "azp": "x"}},
    "several audiences and no party": {"claims": {"aud": ["farelegami", "x"]}},
    "an end that is past": {"claims": {"exp": NOW - 3600}},
    "no end": {"claims": {"exp": None}},
    "an end that is no number": {"claims": {"exp": "soon"}},
    "a birth in the future": {"claims": {"iat": NOW + 3600}},
    "no subject": {"claims": {"sub": None}},
    "a subject that is no text": {"claims": {"sub": ["AGID-0001"]}},
    "a subject that is too long": {"claims": {"sub": "x" * 300}},
    "another access token": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "no signature": {"sign": hostiles.unsigned},
    "a signature by the public key": {"sign": hostiles.by_public_key},
    "a signature by a key nobody published": {"key": hostiles.OTHER_KEY},
    "no token of the right kind": {"sign": lambda _claims: "x.y"},
    "no id token": {"token": {"id_token": None}},
    "an id token that is a number": {"token": {"id_token": 7}},
    "an access token with a line break": {"token": {"access_token": "a\r\nb"}},
    "userinfo of another": {"me": {**PERSON, "sub": "AGID-0002"}},
    "userinfo of nobody": {"me": {}},
    "userinfo that is a list": {"me": [1]},
    "userinfo signed by another": {"me": "x.y.z"},
    "discovery of another issuer": {"document": {"issuer": "http://127.0.0.1:1"}},
    "discovery without a token endpoint": {"document": {"token_endpoint": None}},
    "an endpoint that is a file": {"document": {"token_endpoint": "file:///etc/passwd"}},
    "an endpoint that is a number": {"document": {"jwks_uri": 7}},
}
for _path in ("/.well-known/openid-configuration", "/keys", "/token", "/me"):
    for _how in (hostiles.huge, hostiles.redirect, hostiles.packed, hostiles.nested):
        LIES[f"{_how.__name__} {_path}"] = {"instead": {_path: _how}}
    LIES[f"no JSON {_path}"] = {"instead": {_path: hostiles.no_json}}


def tell(hostile, lie):
    for name, value in lie.items():
        setattr(hostile, name, value)


def left_nothing(session):
    tables = (Person, Identity, AttestedAttribute, PersonSession)
    return [count(session, table) for table in tables] == [0, 0, 0, 0]


@pytest.mark.parametrize("lie", LIES)
def test_a_hostile_answer_is_refused_in_words_and_leaves_nothing(client, session, hostile, lie):
    address = go(client)
    known.forget()
    tell(hostile, LIES[lie])
    refused = come_back(client, hostile.authorize(address))
    assert refused.status_code == 409, lie
    assert "per prudenza non l'abbiamo accettata" in words(refused)
    assert answers.COOKIE not in refused.cookies and sign_ins.COOKIE not in refused.cookies
    assert left_nothing(session)
    hostile.forget()
    known.forget()
    assert path_of(made.sign_in(client, hostile)) == "/sign-in/identity", "honest again: believed"


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token", "/me"])
def test_a_provider_out_of_order_is_said_to_be(client, session, hostile, path):
    address = go(client)
    known.forget()
    hostile.instead = {path: hostiles.out_of_order}
    refused = come_back(client, hostile.authorize(address))
    assert (refused.status_code, left_nothing(session)) == (503, True)
    assert "adesso non risponde" in words(refused)


def test_a_provider_that_drips_is_left_when_the_time_is_over(client, session, hostile, monkeypatch):
    monkeypatch.setattr(wire, "PATIENCE_S", 0.5)
    ended = threading.Event()
    hostile.instead = {"/.well-known/openid-configuration": hostiles.dripping(ended)}
    refused = client.get("/sign-in/with/spid", follow_redirects=False)
    ended.set()
    assert refused.status_code == 503 and "adesso non risponde" in words(refused)


def test_a_provider_that_is_not_there_is_said_to_be(client, session, tmp_path):
    with made.set_to(made.write(tmp_path, "http://127.0.0.1:9")):
        refused = client.get("/sign-in/with/spid", follow_redirects=False)
        assert refused.status_code == 503
        out = client.get("/sign-out/with/spid", follow_redirects=False)
        assert path_of(out) == "/"


@pytest.mark.parametrize(
    ("name", "said"),
    {"iss": "http://127.0.0.1:1", "code": "another", "state": "another"}.items(),
)
def test_an_answer_that_was_changed_on_the_way_is_refused(client, session, hostile, name, said):
    back = hostile.authorize(go(client))
    refused = come_back(client, {**back, name: said})
    assert refused.status_code == 409 and left_nothing(session)


@pytest.mark.parametrize("name", ["iss", "code", "state"])
def test_an_answer_with_a_part_missing_is_refused(client, session, hostile, name):
    back = hostile.authorize(go(client))
    del back[name]
    assert come_back(client, back).status_code == 409 and left_nothing(session)


def test_a_code_is_good_once_whatever_the_browser_kept(client, session, hostile):
    back = hostile.authorize(go(client))
    kept = {each.name: each.value for each in client.cookies.jar}
    assert path_of(come_back(client, back)) == "/sign-in/identity"
    client.cookies.clear()
    for name, value in kept.items():
        client.cookies.set(name, value)
    replayed = come_back(client, back)
    assert replayed.status_code == 409 and "per prudenza" in words(replayed)


def test_the_journey_of_another_browser_leads_nowhere(client, session, hostile):
    back = hostile.authorize(go(client))
    client.cookies.clear()
    refused = come_back(client, back)
    assert refused.status_code == 409 and "da un altro browser" in words(refused)
    assert "/token" not in hostile.asked


def test_the_journey_to_another_provider_is_none_of_this_one(client, hostile, tmp_path):
    back = hostile.authorize(go(client))
    more = made.TABLE.split("[spid.levels]")[0].replace("[spid]", "[cie]")
    cie = more.format(issuer="http://127.0.0.1:9", client_id="x", asked="")
    with made.set_to(made.write(tmp_path, hostile.issuer, more=cie)):
        refused = client.get("/sign-in/with/cie/back", params=back)
        assert refused.status_code == 409 and "/token" not in hostile.asked


def test_the_identity_of_nobody_is_asked_for_outside_of_any_transaction(client, hostile, engine):
    held = []

    def look(handler):
        held.append(engine.pool.checkedout())
        hostiles.out_of_order(handler)

    before = engine.pool.checkedout()
    address = go(client)
    hostile.instead = {"/token": look}
    come_back(client, hostile.authorize(address))
    assert held == [before]
