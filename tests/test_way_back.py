"""A session that ends in the middle of a form: nothing typed is lost, nothing is saved unseen."""

import pytest
from sqlalchemy import delete, select

from calls.applications import drafts
from calls.score_sheets import queue as queues
from calls.tables.applications import ApplicationField
from market.tables.bookings import BookingLine
from market.tables.centres import Household
from market.tables.orders import GroupOrder
from people.tables.persons import Person
from people.tables.roles import RoleGrant
from tests import make as people
from tests.calls import commissions
from tests.calls import make as calls
from tests.ended import end, may_sign_in, resumed, send, sign_in_again
from tests.forms import sent_to
from tests.market import make as market


@pytest.fixture
def enter(session, client, sign_in):
    """Come in as the person of an actor; gives the address to sign in with again."""

    people.trial(session)  # a password is enough

    def _enter(actor):
        sign_in(client, session.get(Person, actor.person_id))
        return may_sign_in(session, actor.person_id)

    return _enter


def interrupted(session, client, actor, email, path, fields, *, page=""):
    """Type into a page, let the session end, press, sign in again, go back to the form."""
    typed = {**sent_to(client.get(page or path), path), **fields}
    end(session, actor.person_id)
    asked = send(client, path, typed, page or path)
    assert asked.status_code == 401 and "non ancora salvato" in asked.text
    back = sign_in_again(client, asked, email)
    assert back.status_code == 200 and "Sei di nuovo dentro" in back.text
    again = resumed(client, back, path)
    assert again.status_code == 422 and "controlla e premi di nuovo" in again.text
    shown = sent_to(again, path)
    for name, value in fields.items():
        assert shown.get(name, "") == value, name
    return again


def test_a_booking_typed_before_the_session_ended_is_shown_and_saved_when_pressed(
    session, client, enter
):
    at = market.world(session)
    apples = market.product(session, at, "Mele", step=500)
    family = market.household(session, at)
    order_id = market.opened(session, at)
    market.book(session, at, order_id, family, (apples.id, 500))
    member = market.member(session, family)
    session.commit()
    email = enter(member)
    path, name = f"/group-orders/{order_id}/booking", f"wanted-{apples.id}"
    again = interrupted(session, client, member, email, path, {name: "2,5"})
    assert "Salvato adesso: 0,5 kg" in again.text.replace("\u00a0", " ")
    assert session.scalars(select(BookingLine.wanted)).all() == [500]
    session.expire_all()
    saved = send(client, path, sent_to(again, path))
    assert saved.status_code == 303
    assert session.scalars(select(BookingLine.wanted)).all() == [2500]


def test_a_quantity_that_cannot_be_read_comes_back_too(session, client, enter):
    """Of a line in which nothing is booked: unread, it looked like one that was left empty."""
    at = market.world(session)
    apples = market.product(session, at, "Mele", step=500)
    order_id = market.opened(session, at)
    member = market.member(session, market.household(session, at))
    session.commit()
    email = enter(member)
    path = f"/group-orders/{order_id}/booking"
    interrupted(session, client, member, email, path, {f"wanted-{apples.id}": "due chili"})


def test_a_section_of_an_application_comes_back_with_every_text(session, client, enter):
    call = calls.call(session)
    actor = people.actor(session, people.person(session, "Giulia Ferrari"))
    draft = calls.draft(session, call, actor, None, idea_what="", idea_new="Prima")
    session.commit()
    email = enter(actor)
    path = f"/applications/{draft}/sections/idea"
    typed = {"idea_what": "Riparo bici.\nAnche a domicilio, «subito».", "idea_new": "Adesso 🚲"}
    again = interrupted(session, client, actor, email, path, typed)
    assert "Prima" in again.text, "what is saved today stands beside it"
    assert drafts.own(session, actor, draft).values["idea_new"] == "Prima"
    assert send(client, path, sent_to(again, path)).status_code == 303
    saved = drafts.own(session, actor, draft).values
    assert {name: saved[name] for name in typed} == typed


def test_a_score_sheet_comes_back_with_marks_and_motivations(session, client, enter):
    found = commissions.world(session, applications=1)
    key, evaluator = found.keys[0], found.evaluators[0]
    session.commit()
    email = enter(evaluator)
    page = f"/calls/{key.call_id}/evaluations/{key.application_id}"
    path = f"{page}/marks"
    typed = {"mark-A": "8", "motivation-A": "Idea chiara, conti veri.", "mark-B": "6"}
    again = interrupted(session, client, evaluator, email, path, typed, page=page)
    assert queues.view(session, evaluator, key).marks == {}
    assert send(client, path, sent_to(again, path), page).status_code == 303
    saved = queues.view(session, evaluator, key)
    marks = {code: str(mark) for code, mark in saved.marks.items() if mark is not None}
    assert marks == {"A": "8", "B": "6"}
    assert saved.motivations["A"] == typed["motivation-A"]


def test_the_draft_of_a_call_comes_back_whether_new_or_begun(session, client, enter):
    office = calls.office(session)
    session.commit()
    email = enter(office)
    typed = {"title": "Bando dei giovani", "section-purpose": "Per chi comincia."}
    page = client.get("/office/calls/new")
    typed = {name: value for name, value in typed.items() if name in sent_to(page, "/office/calls")}
    again = interrupted(
        session, client, office, email, "/office/calls", typed, page="/office/calls/new"
    )
    begun = send(client, "/office/calls", sent_to(again, "/office/calls"))
    path = begun.headers["location"] + "/edit"
    again = interrupted(session, client, office, email, path, {"title": "Bando nuovo"})
    assert "Bando dei giovani" in again.text
    assert send(client, path, sent_to(again, path)).status_code == 303
    assert sent_to(client.get(path), path)["title"] == "Bando nuovo"


def test_forms_that_check_themselves_come_back_by_themselves(session, client, enter):
    at = market.world(session)
    session.commit()
    email = enter(at.coordinator)
    page, path = f"/centres/{at.centre.id}/households/new", f"/centres/{at.centre.id}/households"
    typed = {"name": "Famiglia Ghidoni", "code": "F777", "note": "Telefona il martedì"}
    again = interrupted(session, client, at.coordinator, email, path, typed, page=page)
    assert session.scalars(select(Household).where(Household.code == "F777")).all() == []
    assert send(client, path, sent_to(again, path), page).status_code == 303
    assert session.scalars(select(Household.name).where(Household.code == "F777")).all() == [
        "Famiglia Ghidoni"
    ]


def test_an_act_that_cannot_be_undone_shows_its_page_again_and_is_not_done(session, client, enter):
    at = market.world(session)
    market.product(session, at, "Mele")
    order_id = market.opened(session, at)
    session.commit()
    email = enter(at.coordinator)
    path = f"/group-orders/{order_id}/cancellation"
    interrupted(session, client, at.coordinator, email, path, {"reason": "Strada chiusa"})
    assert session.scalars(select(GroupOrder.state)).all() == ["open"]


def test_a_button_without_words_leads_back_to_its_page_and_does_nothing(session, client, enter):
    found = commissions.world(session, applications=1)
    session.commit()
    email = enter(found.office)
    page = f"/office/calls/{found.call_id}/ranking"
    end(session, found.office.person_id)
    asked = send(client, page, {"csrf": "x", "seen": "a=b"}, f"{page}?from=desk")
    assert asked.headers["location"] == f"/sign-in?next={page}%3Ffrom%3Ddesk&lost=nothing"
    shown = client.get(asked.headers["location"])
    assert "non abbiamo fatto niente" in shown.text
    answer = sign_in_again(client, shown, email)
    assert answer.headers["location"] == f"{page}?from=desk"


def test_a_form_of_another_tab_is_shown_again_when_one_has_signed_in_anew(session, client, enter):
    """The other way round: signed in again elsewhere first, then pressed in the old tab."""
    call = calls.call(session)
    actor = people.actor(session, people.person(session, "Giulia Ferrari"))
    draft = calls.draft(session, call, actor, None, idea_what="")
    session.commit()
    email = enter(actor)
    path = f"/applications/{draft}/sections/idea"
    old_tab = {**sent_to(client.get(path), path), "idea_what": "Riparo bici."}
    end(session, actor.person_id)
    sign_in_again(client, client.get("/sign-in"), email)
    again = send(client, path, old_tab)
    assert again.status_code == 422 and "controlla e premi di nuovo" in again.text
    assert sent_to(again, path)["idea_what"] == "Riparo bici."
    assert session.scalars(select(ApplicationField.value)).all().count("Riparo bici.") == 0
    assert send(client, path, sent_to(again, path)).status_code == 303
    assert drafts.own(session, actor, draft).values["idea_what"] == "Riparo bici."


def test_a_button_of_an_older_session_is_not_done_and_says_so(session, client, enter):
    actor = people.actor(session, people.person(session))
    email = enter(actor)
    old = sent_to(client.get("/account"), "/account/sign-out-everywhere")
    end(session, actor.person_id)
    sign_in_again(client, client.get("/sign-in"), email)
    answer = send(client, "/account/sign-out-everywhere", old, "/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    shown = client.get("/account")
    assert shown.status_code == 200 and "premi di nuovo" in shown.text


def test_a_field_that_saves_itself_is_told_that_nobody_is_in(session, client, enter):
    at = market.world(session)
    apples = market.product(session, at, "Mele", step=500)
    family = market.household(session, at)
    order_id = market.opened(session, at)
    member = market.member(session, family)
    session.commit()
    email = enter(member)
    path, field = f"/group-orders/{order_id}/booking/lines/{apples.id}", f"wanted-{apples.id}"
    asks = {"HX-Request": "true", "X-CSRF-Token": client.headers["X-CSRF-Token"]}
    end(session, member.person_id)
    answer = client.post(path, data={field: "1"}, headers=asks, follow_redirects=False)
    assert (answer.status_code, answer.headers["X-Resume"]) == (401, "sign-in")
    assert "Non salvato" in answer.text and "<html" not in answer.text
    sign_in_again(client, client.get("/sign-in"), email)
    answer = client.post(path, data={field: "1"}, headers=asks, follow_redirects=False)
    assert (answer.status_code, answer.headers["X-Resume"]) == (403, "again")
    assert session.scalars(select(BookingLine)).all() == []


def test_who_lost_a_role_finds_nothing_of_it_with_old_words(session, client, enter, now):
    """What a person may is asked again: a carried form opens no door."""
    at = market.world(session)
    who = people.actor(session, None, ("coordinator", "centre", at.centre.id))
    session.commit()
    email = enter(who)
    path, page = f"/centres/{at.centre.id}/households", f"/centres/{at.centre.id}/households/new"
    typed = {**sent_to(client.get(page), path), "name": "Famiglia Ghidoni"}
    end(session, who.person_id)
    back = sign_in_again(client, send(client, path, typed, page), email)
    session.execute(delete(RoleGrant).where(RoleGrant.person_id == who.person_id))
    session.commit()
    assert resumed(client, back, path).status_code == 404
