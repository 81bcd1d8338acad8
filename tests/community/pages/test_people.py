"""People and roles: only for the administration."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from kit.errors import Message
from kit.mail import Mail
from kit.rome import to_rome
from kit.words import text
from market.tables.orders import GroupOrder
from people import invitations, roles
from people.tables.roles import AdministratorProposal, Invitation, RoleGrant
from tests import make
from tests.calls import make as calls
from tests.forms import filled, sent_to
from tests.market import make as market


@pytest.fixture
def admin(session, client, sign_in, now):
    person = make.person(session, "Ada Regina")
    roles.grant(session, None, person.id, roles.ADMINISTRATOR, "house", 0, now)
    session.commit()
    sign_in(client, person)
    return person


def test_nobody_else_finds_the_page(client, session, sign_in):
    person = make.person(session)
    session.commit()
    sign_in(client, person)
    assert client.get("/people").status_code == 404
    assert client.post("/people/invitations", data={}).status_code == 404
    assert client.post(f"/people/{person.id}/revocations", data={}).status_code == 404


def test_an_invitation_is_written_for_somebody_new(client, session, admin):
    at = market.world(session)
    session.commit()
    fields = {
        "email": "nuovo@esempio.it",
        "name": "Ivo Bossi",
        "role": f"driver:centre:{at.centre.id}",
    }
    data = filled(client, "/people", fields, "/people/invitations")
    for _ in range(2):
        answer = client.post("/people/invitations", data=data)
        assert answer.status_code == 200 and "Invito inviato a nuovo@esempio.it" in answer.text
    assert session.scalars(select(Mail).where(Mail.to == "nuovo@esempio.it")).one()


def test_an_address_with_accents_is_read_as_it_was_typed_and_written_to_as_servers_know_it(
    client, session, sign_in, admin
):
    fields = {"email": "nome@città.it", "name": "Ivo Bossi", "role": "office:calls:0"}
    data = filled(client, "/people", fields, "/people/invitations")
    answer = client.post("/people/invitations", data=data)
    assert "Invito inviato a nome@città.it" in answer.text
    assert answer.text.count("nome@città.it") > 2 and "xn--" not in answer.text
    letter = session.scalars(select(Mail).where(Mail.to == "nome@xn--citt-3na.it")).one()
    assert "xn--" not in letter.text
    link = client.get(letter.text[letter.text.index("/links/") :].split()[0]).text
    assert "nome@città.it" in link and "xn--" not in link
    ivo = make.person(session, "Ivo Bossi", email="nome@xn--citt-3na.it")
    sign_in(client, ivo)
    account = client.get("/account").text
    assert "nome@città.it" in account and "xn--" not in account


def test_a_wrong_invitation_keeps_what_was_typed(client, session, admin):
    fields = {"email": "storto", "name": "Ivo Bossi", "role": "owner:house:0"}
    answer = client.post("/people/invitations", data=fields)
    assert answer.status_code == 422 and 'value="Ivo Bossi"' in answer.text
    assert 'value="storto"' in answer.text


def invite(client, role, email="nuovo@esempio.it", **more):
    fields = {"email": email, "name": "Ivo Bossi", "role": role, **more}
    path = "/people/invitations"
    return client.post(path, data=filled(client, "/people", fields, path))


def test_somebody_known_has_nothing_before_accepting(client, session, admin):
    known = make.person(session, "Ivo Bossi", email="ivo@esempio.it")
    session.commit()
    answer = invite(client, "office:calls:0", known.email).text
    assert "Invito inviato a ivo@esempio.it" in answer and "ufficio bandi, tutti i bandi" in answer
    held = select(RoleGrant.role).where(RoleGrant.person_id == known.id)
    assert session.scalars(held).all() == []
    actor = make.actor(session, known)
    found = session.scalars(select(Invitation.id)).one()
    invitations.accept(session, actor, found, actor.now)
    assert session.scalars(held).all() == ["office"]


@pytest.mark.parametrize("kind", ["member:household", "evaluator:call"])
def test_only_what_is_offered_can_be_given(client, session, admin, kind):
    at = market.world(session)
    family, call = market.household(session, at), calls.call(session)
    session.commit()
    id_ = family.id if "household" in kind else call.call_id
    answer = invite(client, f"{kind}:{id_}", admin.email)
    assert answer.status_code == 422 and 'id="e-role"' in answer.text
    assert session.scalars(select(Invitation)).all() == []
    assert session.scalars(select(Mail)).all() == []


@pytest.mark.parametrize("kind", ["member:household", "evaluator:call"])
def test_only_what_is_given_here_is_taken_back_here(client, session, admin, now, kind):
    """The commission changes by acts of its call, families by their centre."""
    at = market.world(session)
    family, call = market.household(session, at), calls.call(session)
    id_ = family.id if "household" in kind else call.call_id
    person = make.person(session, "Ugo Lodi")
    role, scope = kind.split(":")
    roles.grant(session, None, person.id, role, scope, id_, now)
    session.commit()
    page = client.get(f"/people/{person.id}").text
    assert roles.NAMES[role].text in page and f"/people/{person.id}/revocations" not in page
    answer = client.post(f"/people/{person.id}/revocations", data={"role": f"{kind}:{id_}"})
    assert answer.status_code == 409 and "dove è stato dato" in answer.text
    assert session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)).one()


@pytest.mark.parametrize("value", ["", "driver", "driver:centre:x", "driver:call:1", "x:y:1"])
def test_a_forged_role_is_refused(client, session, admin, value):
    person = make.person(session, "Ugo Lodi")
    session.commit()
    answer = client.post(f"/people/{person.id}/revocations", data={"role": value})
    assert answer.status_code == 409


def test_an_invitation_is_withdrawn_here(client, session, admin):
    assert "Inviti che aspettano" in invite(client, "office:calls:0").text
    found = session.scalars(select(Invitation.id)).one()
    assert client.post(f"/people/invitations/{found}/letters").status_code == 409
    answer = client.post(f"/people/invitations/{found}/withdrawals").text
    assert "è ritirato" in answer and "Inviti che aspettano" not in answer
    assert client.post(f"/people/invitations/{found}/withdrawals").status_code == 409


def test_a_households_invitation_is_not_kept_by_the_administration(client, session, admin, now):
    role, guest = ("member", "household", 1), invitations.Guest("x@esempio.it", "X")
    invitations.invite(
        session, None, guest, invitations.OfferedRole(role, Message("prenotare")), now
    )
    session.commit()
    found = session.scalars(select(Invitation.id)).one()
    for act in ("letters", "withdrawals"):
        assert client.post(f"/people/invitations/{found}/{act}").status_code == 404
    assert "x@esempio.it" not in client.get("/people").text


def test_others_keep_no_invitation(client, session, sign_in, now):
    person = make.person(session)
    role, guest = ("office", "calls", 0), invitations.Guest("x@esempio.it", "X")
    invitations.invite(session, None, guest, invitations.OfferedRole(role, Message("ufficio")), now)
    session.commit()
    sign_in(client, person)
    found = session.scalars(select(Invitation.id)).one()
    for act in ("letters", "withdrawals"):
        assert client.post(f"/people/invitations/{found}/{act}").status_code == 404


def test_giving_up_the_administration_leaves_one_inside(client, session, admin, now):
    other = make.person(session, "Bea Reina")
    roles.grant(session, None, other.id, roles.ADMINISTRATOR, "house", 0, now)
    session.commit()
    answer = client.post(f"/people/{admin.id}/revocations", data={"role": "administrator:house:0"})
    assert answer.status_code == 200 and "Hai lasciato l'amministrazione" in html.unescape(
        answer.text
    )
    assert "Ciao, Ada" in answer.text and client.get("/people").status_code == 404


def test_a_role_is_taken_back_once(client, session, admin, now):
    at = market.world(session)
    person = make.person(session, "Ugo Lodi")
    roles.grant(session, None, person.id, roles.DRIVER, "centre", at.centre.id, now)
    session.commit()
    fields = {"role": f"driver:centre:{at.centre.id}"}
    path = f"/people/{person.id}/revocations"
    assert client.post(path, data=fields).status_code == 200
    assert client.post(path, data=fields).status_code == 409
    left = select(RoleGrant).where(RoleGrant.person_id == person.id)
    assert session.scalars(left).all() == []


def test_every_role_is_said_in_words(client, session, admin, now):
    """Also those given elsewhere: to families by their centres, to a commission by its call."""
    at = market.world(session)
    family, call = market.household(session, at), calls.call(session)
    person = make.person(session, "Ugo Lodi")
    roles.grant(session, None, person.id, roles.MEMBER, "household", family.id, now)
    roles.grant(session, None, person.id, roles.EVALUATOR, "call", call.call_id, now)
    session.commit()
    page = client.get("/people?q=lodi").text
    shown = re.findall(r'class="fl-role">([^<]*)<', page)
    titled = f"commissione di valutazione, {call.title}"
    assert sorted(html.unescape(label).strip() for label in shown) == [
        titled,
        f"famiglia, {family.name}, {at.centre.name}",
    ]


def coordinating(session, at, name, now):
    person = make.person(session, name)
    roles.grant(session, None, person.id, roles.COORDINATOR, "centre", at.centre.id, now)
    session.commit()
    return person


def dismissed(client, at, person):
    role = f"coordinator:centre:{at.centre.id}"
    return client.post(f"/people/{person.id}/revocations", data={"role": role})


@pytest.fixture
def alone(session):
    """A centre whose one coordinator is Ugo, with an order under way."""
    at = market.world(session)
    market.product(session, at)
    order_id = market.opened(session, at)
    session.execute(delete(RoleGrant).where(RoleGrant.person_id == at.coordinator.person_id))
    ugo = coordinating(session, at, "Ugo Lodi", at.now)
    return at, order_id, ugo


def test_nobody_leaves_orders_under_way_without_a_coordinator(client, session, admin, alone):
    at, _order_id, ugo = alone
    answer = dismissed(client, at, ugo)
    said = html.unescape(answer.text)
    assert (
        answer.status_code == 409
        and f"Ugo Lodi è l'unica persona che coordina {at.centre.name}" in said
    )
    assert "«Ordine di prova»" in said
    held = select(RoleGrant.id).where(RoleGrant.person_id == ugo.id)
    assert len(session.scalars(held).all()) == 1


def test_whoever_goes_on_coordinating_is_named(client, session, admin, alone):
    at, _order_id, ugo = alone
    gone = make.person(session, "Rita Chiusa")
    gone.disabled_at = at.now
    roles.grant(session, None, gone.id, roles.COORDINATOR, "centre", at.centre.id, at.now)
    session.commit()
    assert dismissed(client, at, ugo).status_code == 409, "who may not sign in runs no order"
    coordinating(session, at, "Ines Ferri", at.now)
    answer = dismissed(client, at, ugo)
    assert (
        answer.status_code == 200
        and f"Coordina ancora {at.centre.name}: Ines Ferri." in answer.text
    )


def test_the_last_leaves_where_no_order_is_under_way_and_it_is_said(client, session, admin, alone):
    at, order_id, ugo = alone
    session.execute(update(GroupOrder).where(GroupOrder.id == order_id).values(state="cancelled"))
    session.commit()
    answer = dismissed(client, at, ugo)
    assert answer.status_code == 200 and f"Nessuno coordina più {at.centre.name}" in answer.text
    assert dismissed(client, at, ugo).status_code == 409


def test_the_search_finds_by_part_of_a_name(client, session, admin):
    make.person(session, "Ermenegilda Zucchi")
    session.commit()
    assert "Ermenegilda" in client.get("/people?q=zucc").text
    assert "Ermenegilda" not in client.get("/people?q=nessuno%25").text


def test_each_button_that_takes_a_role_says_whose_and_which(client, session, admin):
    page = client.get(f"/people/{admin.id}").text
    assert 'aria-label="Togli a Ada Regina il ruolo: amministrazione"' in page


def test_what_is_pasted_along_unseen_hinders_no_search(client, session, admin):
    make.person(session, "Ugo Lodi")
    session.commit()
    answer = client.get("/people?q=Ugo%00%E2%80%AE+Lodi")
    assert answer.status_code == 200 and "persona" in answer.text and "Ugo Lodi" in answer.text


def test_a_role_is_offered_until_a_day(client, session, admin, now):
    day = to_rome(now).date() + timedelta(days=3)
    answer = invite(client, "office:calls:0", until=f"{day:%Y-%m-%d}").text
    assert f"(fino a {text.day(day)})" in answer
    kept = session.scalars(select(Invitation.until)).one()
    assert to_rome(kept).date() == day and kept.second == 59


@pytest.mark.parametrize(("days", "says"), [(-1, "già passato"), (None, "")])
def test_an_end_that_has_passed_or_is_none_is_refused_beside_its_field(
    client, session, admin, now, days, says
):
    typed = "storto" if days is None else f"{to_rome(now).date() + timedelta(days=days):%Y-%m-%d}"
    answer = invite(client, "office:calls:0", until=typed)
    assert answer.status_code == 422 and 'id="e-until"' in answer.text
    assert typed in answer.text and says in html.unescape(answer.text)
    assert session.scalars(select(Invitation)).all() == []


def test_an_administrator_is_proposed_by_one_and_confirmed_by_another(
    client, session, admin, sign_in, now
):
    answer = invite(client, "administrator:house:0").text
    assert "Proposta fatta" in answer and "Aspetta la conferma" in html.unescape(answer)
    (found,) = session.scalars(select(AdministratorProposal.id)).all()
    path = f"/people/proposals/{found}/confirmations"
    own = client.post(path)
    assert own.status_code == 409 and "hai proposto tu" in html.unescape(own.text)
    assert session.scalars(select(Invitation)).all() == []
    other = make.person(session, "Bea Reina")
    roles.grant(session, None, other.id, *roles.ADMINISTRATION, now)
    session.commit()
    sign_in(client, other)
    data = sent_to(client.get("/people"), path)
    answer = client.post(path, data=data)
    assert answer.status_code == 200 and "Invito inviato a nuovo@esempio.it" in answer.text
    assert session.scalars(select(Invitation.role)).one() == "administrator"
    assert client.post(path, data=data).status_code == 409


def test_a_proposal_is_withdrawn(client, session, admin):
    invite(client, "administrator:house:0")
    (found,) = session.scalars(select(AdministratorProposal.id)).all()
    path = f"/people/proposals/{found}/withdrawals"
    answer = client.post(path, data=sent_to(client.get("/people"), path))
    assert "La proposta di Ivo Bossi è ritirata" in answer.text
    assert "Proposte per" not in answer.text and client.post(path).status_code == 409


def test_nobody_else_answers_a_proposal(client, session, admin, sign_in):
    invite(client, "administrator:house:0")
    (found,) = session.scalars(select(AdministratorProposal.id)).all()
    person = make.person(session)
    session.commit()
    sign_in(client, person)
    for act in ("confirmations", "withdrawals"):
        assert client.post(f"/people/proposals/{found}/{act}").status_code == 404
