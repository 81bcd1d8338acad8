"""Letters to households."""

import pytest
from sqlalchemy import select

from kit import mail
from kit.errors import NotFound
from market import settlements
from market.group_orders import opening
from market.papers import notices
from people.tables import Person
from tests import jobs
from tests.market import make


def letters(session, **where):
    return session.scalars(select(mail.Mail).filter_by(**where).order_by(mail.Mail.id)).all()


def test_closing_is_written_to_those_whose_quantities_changed(session, at, closed_id):
    notices.closed(session, closed_id)
    (letter,) = letters(session, to=at.first.email)
    assert "Alcune quantità sono cambiate" in letter.text
    changed = f"- {at.boxes.name}: 3 pezzi invece di 4 pezzi."
    assert changed in letter.text.replace("\u00a0", " ")
    assert at.honey.name not in letter.text


def test_settling_is_written_with_the_proof_of_the_transport(session, at, closed_id):
    settlements.settle(session, at.coordinator, closed_id, at.now)
    notices.settled(session, closed_id)
    (letter,) = letters(session, to=at.second.email)
    assert "consegnato e addebitato" in letter.text and "Il tuo trasporto:" in letter.text


def test_cancelling_says_why_and_that_nothing_is_charged(session, at, order_id):
    notices.cancelled(session, order_id, "gelata")
    for household in (at.first, at.second):
        (letter,) = letters(session, to=household.email)
        assert "Motivo: gelata" in letter.text
        assert "Non ti viene addebitato nulla." in letter.text


def test_members_read_instead_of_the_household_and_in_their_language(session, at, order_id):
    member = session.get(Person, make.member(session, at.first).person_id)
    member.locale = "en"
    session.flush()
    notices.cancelled(session, order_id, "")
    assert letters(session, to=at.first.email) == []
    (letter,) = letters(session, to=member.email)
    assert "Non ti viene" not in letter.text


def test_who_is_disabled_or_booked_nothing_reads_nothing(session, at, order_id):
    make.household(session, at)
    member = session.get(Person, make.member(session, at.first).person_id)
    member.disabled_at = at.now
    session.flush()
    notices.cancelled(session, order_id, "")
    assert {letter.to for letter in letters(session)} == {at.first.email, at.second.email}


def test_a_letter_is_written_once_however_often_it_is_asked_for(session, at, order_id):
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    for _ in range(2):
        notices.cancelled(session, order_id, "gelata")
    assert len(letters(session, to=at.first.email)) == 1


def test_no_letter_about_an_absent_order(session):
    with pytest.raises(NotFound):
        notices.closed(session, 10**12)


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
    assert "Motivo: gelata\nNon ti viene" in rows[at.families[0].email].text
    assert "Reason: gelata" in rows[member.email].text
    assert rows[member.email].person_id == member.person_id


def test_whoever_cannot_be_written_to_is_named_on_the_page(session, at, cancelled, client, sign_in):
    names = [family.name for family in at.families[2:]]
    assert notices.unreached(session, cancelled) == sorted(names)
    sign_in(client, session.get(Person, at.coordinator.person_id))
    page = client.get(f"/group-orders/{cancelled}").text
    assert "2 senza indirizzo" in page
    assert all(name in page.partition("Avvisali a voce")[0] for name in names)
