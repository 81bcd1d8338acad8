"""Letters to households."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from kit import mail
from kit.clock import to_rome
from kit.errors import NotFound
from kit.words import text
from market import settlements
from market.closings import closings, dry_runs
from market.group_orders import opening
from market.group_orders.opening import Hours
from market.papers import notices
from people.tables.persons import Person
from tests import jobs
from tests.market import make


def letters(session, **where):
    return session.scalars(select(mail.Mail).filter_by(**where).order_by(mail.Mail.id)).all()


def test_closing_is_written_to_those_whose_quantities_changed(session, at, closed_id):
    notices.closed(session, closed_id, at.now)
    (letter,) = letters(session, to=at.first.email)
    assert "Alcune quantità sono cambiate" in letter.text
    changed = f"- {at.boxes.name}: 3 pezzi invece di 4 pezzi."
    assert changed in letter.text.replace("\u00a0", " ")
    assert at.honey.name not in letter.text


def test_settling_is_written_with_the_proof_of_the_transport(session, at, closed_id):
    settlements.settle(session, at.coordinator, closed_id, at.now)
    notices.settled(session, closed_id, at.now)
    (letter,) = letters(session, to=at.second.email)
    assert "È arrivato ed è addebitato." in letter.text and "Il tuo trasporto:" in letter.text
    assert "Arriva" not in letter.text
    assert "Si ritira qui: Oratorio, Via Roma 1." in letter.text
    assert "Quando si ritira: dalle 17:30 alle 19" in letter.text
    planned, arrived = text.day(at.terms.delivery_day), text.day(to_rome(at.now).date())
    assert f"È arrivato {arrived}: era previsto {planned}." in letter.text


def test_what_was_fetched_long_ago_is_not_to_be_fetched_any_more(session, at, closed_id):
    settlements.settle(session, at.coordinator, closed_id, at.now)
    notices.settled(session, closed_id, at.now + timedelta(days=20))
    (letter,) = letters(session, to=at.second.email)
    assert "Si ritira" not in letter.text and "era previsto" not in letter.text


def test_what_arrives_on_its_day_was_planned_for_no_other(session, at, closed_id):
    day = datetime.combine(at.terms.delivery_day, time(12), tzinfo=UTC)
    settlements.settle(session, at.coordinator, closed_id, day)
    notices.settled(session, closed_id, day)
    (letter,) = letters(session, to=at.second.email)
    assert "Si ritira qui" in letter.text and "era previsto" not in letter.text


@pytest.fixture(autouse=True)
def hours(session, at):
    """Until when one fetches at the pick-up point."""
    at.point.note = "dalle 17:30 alle 19"
    session.flush()


def test_cancelling_says_why_and_that_nothing_is_charged(session, at, order_id):
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    notices.cancelled(session, order_id, "gelata", at.now)
    for household in (at.first, at.second):
        (letter,) = letters(session, to=household.email)
        assert "Motivo: gelata" in letter.text
        assert "È annullato: non ricevi e non paghi niente." in letter.text
        assert "Arriva" not in letter.text and "Si ritira" not in letter.text


def test_members_read_instead_of_the_household_and_in_their_language(session, at, order_id):
    member = session.get(Person, make.member(session, at.first).person_id)
    member.locale = "en"
    session.flush()
    opening.cancel(session, at.coordinator, order_id, "", at.now)
    notices.cancelled(session, order_id, "", at.now)
    assert letters(session, to=at.first.email) == []
    (letter,) = letters(session, to=member.email)
    assert "non paghi" not in letter.text and "cancelled" in letter.text


def test_who_is_disabled_or_booked_nothing_reads_nothing(session, at, order_id):
    make.household(session, at)
    member = session.get(Person, make.member(session, at.first).person_id)
    member.disabled_at = at.now
    session.flush()
    notices.cancelled(session, order_id, "", at.now)
    assert {letter.to for letter in letters(session)} == {at.first.email, at.second.email}


def test_a_letter_is_written_once_however_often_it_is_asked_for(session, at, order_id):
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    for _ in range(2):
        notices.cancelled(session, order_id, "gelata", at.now)
    assert len(letters(session, to=at.first.email)) == 1


def test_no_letter_about_an_absent_order(session, at):
    with pytest.raises(NotFound):
        notices.closed(session, 10**12, at.now)


@pytest.fixture
def cancelled(session, at):
    """A cancelled order: of four households one has an address, one a member who signs in,
    one only a member who was disabled, one nothing at all."""
    boxes = make.pieces(session, at)
    order_id = make.opened(session, at)
    at.families = [make.household(session, at) for _ in range(4)]
    for family in at.families:
        make.book(session, at, order_id, family, (boxes.id, 1))
    at.members = [make.member(session, at.families[n]) for n in (1, 1, 2)]
    for actor in at.members[1:]:
        session.get(Person, actor.person_id).disabled_at = at.now
    session.get(Person, at.members[0].person_id).locale = "en"
    for family in at.families[1:]:
        family.email = None
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    session.flush()
    jobs.run_all(session)
    return order_id


def test_each_household_is_written_to_once_in_its_language(session, at, cancelled):
    rows = {
        row.to: row for row in session.scalars(select(mail.Mail).where(mail.Mail.channel == "mail"))
    }
    member = at.members[0]
    assert rows.keys() == {at.families[0].email, member.email}
    assert "non paghi niente.\nMotivo: gelata" in rows[at.families[0].email].text
    assert "Reason: gelata" in rows[member.email].text
    assert rows[member.email].person_id == member.person_id


def test_whoever_cannot_be_written_to_is_named_on_the_page(session, at, cancelled, client, sign_in):
    names = ", ".join(family.name for family in at.families[2:])
    sign_in(client, session.get(Person, at.coordinator.person_id))
    page = client.get(f"/group-orders/{cancelled}").text
    assert f"2 famiglie senza posta: dillo tu a {names}." in page
    assert f"/group-orders/{cancelled}/by-voice" in page


def test_a_household_that_gets_nothing_is_not_told_where_to_fetch_it(session, at):
    boxes, crates = (make.pieces(session, at, case_size=6, whole_cases=True) for _ in range(2))
    full, cut = make.household(session, at), make.household(session, at)
    order_id = make.opened(session, at)
    make.book(session, at, order_id, full, (boxes.id, 8))
    make.book(session, at, order_id, cut, (crates.id, 2))
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    closings.close(session, at.coordinator, order_id, seen.token, at.now)
    notices.closed(session, order_id, at.now)
    (some,) = letters(session, to=full.email)
    (none,) = letters(session, to=cut.email)
    assert "Si ritira qui: Oratorio, Via Roma 1." in some.text and "Arriva " in some.text
    assert "Quando si ritira: dalle 17:30 alle 19" in some.text
    assert "non ricevi niente e non paghi niente" in none.text
    assert "Si ritira" not in none.text and "Arriva" not in none.text
    settlements.settle(session, at.coordinator, order_id, at.now)
    notices.settled(session, order_id, at.now)
    assert len(letters(session, to=cut.email)) == 1 and len(letters(session, to=full.email)) == 2


def test_what_was_cancelled_meanwhile_is_told_by_its_own_letter_alone(session, at, closed_id):
    opening.cancel(session, at.coordinator, closed_id, "gelata", at.now)
    notices.closed(session, closed_id, at.now)
    notices.moved(session, closed_id, 2, at.now)
    assert letters(session) == []


def test_moved_hours_are_told_to_everybody_who_booked_each_time_they_move(session, at, order_id):
    day = make.a_day(at, 20)
    for move in (1, 2):
        hours = Hours(at.terms.closes_at + timedelta(days=move), day)
        assert opening.prolong(session, at.coordinator, order_id, hours, at.now)
        session.expire_all()
    assert not opening.prolong(session, at.coordinator, order_id, hours, at.now)
    jobs.run_all(session)
    for household in (at.first, at.second):
        first, second = letters(session, to=household.email)
        assert first.subject == second.subject == "Ordine di prova: orari cambiati"
        assert (
            f"Arriva {text.day(day)}." in second.text and text.when(hours.closes_at) in second.text
        )
        assert f"Prima si prenotava fino a {text.when(at.terms.closes_at)}." in first.text
        assert f"Prima l'arrivo era previsto {text.day(at.terms.delivery_day)}." in first.text
        assert "Prima si prenotava" in second.text and "Prima l'arrivo" not in second.text
    assert letters(session, to=at.agreement.email) == []
