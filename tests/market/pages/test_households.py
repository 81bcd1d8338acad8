"""Households as whoever coordinates keeps them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from kit.mail import Mail
from market.tables.centres import Household, PickupPoint
from market.tables.orders import GroupOrder
from people import invitations
from people.tables.links import OneTimeLink
from people.tables.roles import Invitation, RoleGrant
from tests import make as people_make
from tests.forms import filled
from tests.market import make


@pytest.fixture
def fields(at):
    return {
        "code": "f031",
        "name": "Famiglia Ghidoni",
        "limit_cents": "20",
        "pickup_point_id": str(at.point.id),
        "email": "",
        "language": "it",
        "note": "Telefona il martedì",
        "member_name": "Anna Ghidoni",
        "member_email": "anna@ghidoni.it",
    }


def path(at):
    return f"/centres/{at.centre.id}/households"


def sent(client, at, fields):
    """Open the form of a new household and fill it in."""
    return client.post(path(at), data=filled(client, f"{path(at)}/new", fields, path(at)))


def invited(client, household, fields):
    page = f"/households/{household.id}"
    data = filled(client, page, fields, f"{page}/members")
    return client.post(f"{page}/members", data=data)


def test_the_list_shows_credit_commitment_and_who_needs_help(coordinator, at, order_id):
    text = coordinator.get(path(at)).text
    assert at.first.name in text and "100,00\u00a0€" in text and "nessuno: prenoti tu" in text
    assert "18,50\u00a0€" in text  # F1 at most: 5 boxes and a honey


def test_a_household_is_welcomed_and_its_member_invited(coordinator, session, at, fields):
    answer = sent(coordinator, at, fields)
    assert "Benvenuta, Famiglia Ghidoni" in answer.text and "Tessera F031" in answer.text
    session.expire_all()
    family = session.scalar(select(Household))
    assert (family.limit_cents, family.note) == (2000, "Telefona il martedì")
    found = session.scalars(select(Invitation)).one()
    assert found.email == "anna@ghidoni.it"
    assert (found.role, found.scope_kind, found.scope_id) == ("member", "household", family.id)
    assert session.scalars(select(Mail.to)).all() == ["anna@ghidoni.it"]


@pytest.mark.parametrize(
    ("field", "typed", "words", "status"),
    [
        ("code", "", "Questo campo serve", 422),
        ("code", "due parole", "senza spazi", 422),
        ("name", "", "Questo campo serve", 422),
        ("limit_cents", "5000", "fuori dai limiti", 422),
        ("member_email", "anna", "Nell&#39;indirizzo manca @", 422),
        ("member_name", "", "Questo campo serve", 422),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_typed_words_stay(
    coordinator, session, at, fields, field, typed, words, status
):
    answer = sent(coordinator, at, {**fields, field: typed})
    assert answer.status_code == status
    assert f'id="e-{field}"' in answer.text and words in answer.text
    assert "Telefona il martedì" in answer.text
    assert session.scalars(select(Household)).all() == []


def test_a_name_that_looks_like_one_of_the_centre_is_told_and_not_refused(
    coordinator, session, at, fields
):
    make.household(session, at, "G9").name = fields["name"].replace("o", "\u043e")
    session.commit()
    answer = sent(coordinator, at, fields)
    assert "Benvenuta" in answer.text and "si legge uguale o quasi" in answer.text


def test_a_household_renamed_to_what_looks_like_another_is_told_once(
    coordinator, session, at, fields
):
    sent(coordinator, at, fields)
    other = make.household(session, at, "G9")
    session.commit()
    path = f"/households/{other.id}"
    twin = fields["name"].replace("o", "\u043e")
    renamed = filled(coordinator, path, {"name": twin}, path)
    assert "si legge uguale o quasi" in coordinator.post(path, data=renamed).text
    again = filled(coordinator, path, {"notes": "Ha un furgone"}, path)
    assert "si legge uguale o quasi" not in coordinator.post(path, data=again).text


def test_a_card_number_is_given_once_and_nobody_is_invited_then(coordinator, session, at, fields):
    make.household(session, at, "F031")
    session.commit()
    answer = sent(coordinator, at, fields)
    assert answer.status_code == 409 and 'id="e-code"' in answer.text
    assert "anna@ghidoni.it" in answer.text
    assert session.scalars(select(OneTimeLink)).all() == []


def test_details_and_limit_are_corrected(coordinator, session, at, order_id):
    data = {
        "name": "Famiglia Rossi",
        "limit_cents": "15,00",
        "pickup_point_id": "",
        "email": "rossi@esempio.it",
        "language": "en",
        "note": "Senza glutine",
    }
    path = f"/households/{at.first.id}"
    answer = coordinator.post(path, data=filled(coordinator, path, data))
    assert answer.status_code == 200 and "Salvato" in answer.text
    session.expire_all()
    family = session.get(Household, at.first.id)
    assert (family.name, family.limit_cents, family.language) == ("Famiglia Rossi", 1500, "en")
    answer = coordinator.post(path, data=filled(coordinator, path, {"name": ""}))
    assert answer.status_code == 422 and 'id="e-name"' in answer.text
    assert "Senza glutine" in answer.text
    session.expire_all()
    assert session.get(Household, at.first.id).name == "Famiglia Rossi"


def invite(client, household, email="luca@esempio.it", **more):
    return invited(client, household, {"member_name": "Luca", "member_email": email, **more})


def test_who_is_known_already_books_only_after_accepting(coordinator, session, at, order_id):
    known = people_make.person(session, name="Luca", email="luca@esempio.it")
    session.commit()
    answer = invite(coordinator, at.first)
    assert "Invito inviato a luca@esempio.it" in answer.text
    assert "Inviti che aspettano una risposta" in answer.text
    held = select(RoleGrant).where(RoleGrant.person_id == known.id)
    assert session.scalars(held).all() == []
    found = session.scalars(select(Invitation)).one()
    actor = people_make.actor(session, known)
    invitations.accept(session, actor, found.id, at.now)
    granted = session.scalars(held).one()
    assert (granted.role, granted.scope_id) == ("member", at.first.id)
    session.commit()
    page = coordinator.get(f"/households/{at.first.id}").text
    assert "Luca, luca@esempio.it" in page and "Inviti che aspettano" not in page


def test_known_and_unknown_addresses_get_the_same_answer(coordinator, session, at, order_id):
    people_make.person(session, name="Luca", email="luca@esempio.it")
    session.commit()
    known = invite(coordinator, at.first).text
    session.execute(delete(OneTimeLink))
    session.execute(delete(Invitation))
    session.commit()
    unknown = invite(coordinator, at.first, "nova@esempio.it").text
    strip = re.compile(
        r"(luca|nova)@esempio.it|[0-9a-f]{16}|name=.key.[^>]*|invitations/\d+|ore \d+:\d+"
    )
    assert strip.sub("", known) == strip.sub("", unknown)


def test_the_letter_speaks_the_households_language(coordinator, session, at, order_id):
    session.execute(update(Household).values(language="en"))
    session.commit()
    invite(coordinator, at.first)
    assert session.scalars(select(Mail.subject)).all() == ["Invitation to FareLegami"]


def test_a_wrong_invitation_is_said_beside_its_field(coordinator, session, at, order_id):
    answer = invite(coordinator, at.first, "")
    assert answer.status_code == 422 and 'id="e-member_email"' in answer.text
    invite(coordinator, at.first)
    answer = invite(coordinator, at.first)
    assert answer.status_code == 409 and 'id="e-member_email"' in answer.text
    assert len(session.scalars(select(Mail)).all()) == 1


def test_an_invitation_is_withdrawn_and_written_anew(coordinator, session, at, order_id):
    invite(coordinator, at.first)
    found = session.scalars(select(Invitation)).one()
    path = f"/households/{at.first.id}/invitations/{found.id}"
    assert coordinator.post(f"{path}/letters").status_code == 409  # within the hour
    session.execute(update(Invitation).values(sent_at=at.now - timedelta(hours=2)))
    session.commit()
    assert "Invito inviato" in coordinator.post(f"{path}/letters").text
    assert len(session.scalars(select(Mail)).all()) == 2
    answer = coordinator.post(f"{path}/withdrawals").text
    assert "è ritirato" in answer and "Inviti che aspettano" not in answer
    assert coordinator.post(f"{path}/withdrawals").status_code == 409


def test_a_declined_invitation_is_told_to_who_coordinates(coordinator, session, at, order_id):
    invite(coordinator, at.first)
    (found,) = session.scalars(select(Invitation))
    assert "Inviti rifiutati" not in coordinator.get(f"/households/{at.first.id}").text
    invitations.turn_down(session, found, None, at.now)
    session.commit()
    page = coordinator.get(f"/households/{at.first.id}").text
    assert "Inviti rifiutati" in page and "luca@esempio.it" in page
    assert "Inviti che aspettano" not in page


def test_others_touch_no_invitation_of_a_household(coordinator, session, at, order_id, enter):
    invite(coordinator, at.first)
    found = session.scalars(select(Invitation)).one()
    # Nor does the coordinator through another household.
    wrong = f"/households/{at.second.id}/invitations/{found.id}/withdrawals"
    assert coordinator.post(wrong).status_code == 404
    other = make.world(session)
    client = enter(("coordinator", "centre", other.centre.id), ("member", "household", at.first.id))
    for act in ("letters", "withdrawals"):
        path = f"/households/{at.first.id}/invitations/{found.id}/{act}"
        assert client.post(path).status_code == 404
    session.expire_all()
    assert session.scalars(select(Invitation.ended_at)).all() == [None]


def test_others_find_no_household_and_change_nothing(enter, session, at, order_id, fields):
    other = make.world(session)
    client = enter(("coordinator", "centre", other.centre.id), ("member", "household", at.first.id))
    target = f"/households/{at.first.id}"
    assert client.get(path(at)).status_code == client.get(target).status_code == 404
    assert client.get(f"{path(at)}/new").status_code == 404
    assert client.post(path(at), data=fields).status_code == 404
    assert client.post(target, data=fields).status_code == 404
    invite = {"member_name": "X", "member_email": "x@esempio.it"}
    assert client.post(f"{target}/members", data=invite).status_code == 404
    assert session.scalars(select(OneTimeLink)).all() == []


def test_the_list_takes_the_same_statements_for_many_households(
    coordinator, session, at, order_id, statements
):
    coordinator.get(path(at))
    few = statements(lambda: coordinator.get(path(at)))
    for _ in range(4):
        make.household(session, at)
    session.commit()
    assert statements(lambda: coordinator.get(path(at))) == few <= 4


def test_what_people_type_is_never_markup(enter, session, at, closed_id):
    hostile = "<script>x</script>%(num)s{name}"
    session.execute(update(Household).values(name=hostile, note=hostile))
    session.execute(update(PickupPoint).values(name=hostile, address=hostile, note=hostile))
    session.execute(update(GroupOrder).values(title=hostile, note=hostile))
    client = enter(
        *((role, "centre", at.centre.id) for role in ("coordinator", "treasurer")),
        ("member", "household", at.first.id),
    )
    day = at.terms.delivery_day.isoformat()
    for page in (
        "/coordination",
        "/statement",
        "/pickups",
        f"/centres/{at.centre.id}",
        f"/centres/{at.centre.id}/pickups/{day}",
        f"/centres/{at.centre.id}/accounts",
        f"/centres/{at.centre.id}/top-ups/new",
        f"/centres/{at.centre.id}/group-orders/new?price_list={at.price_list.id}",
        f"{path(at)}/new",
        path(at),
        f"/households/{at.first.id}",
        f"/group-orders/{closed_id}",
        f"/group-orders/{closed_id}/settlement",
        f"/group-orders/{closed_id}/cancellation",
    ):
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert "&lt;script&gt;x" in answer.text and "<script>x" not in answer.text, page
