"""Who reads what of a household: what the page on personal data says of the market.

Each sentence of `/privacy` on the market is held here against every page and every role; what
tests elsewhere hold of it is listed in `tests/test_promises.py`.
"""

import pytest
from sqlalchemy import select, update

from kit import audit
from market.catalogue import producers
from market.catalogue.producers import AgreementKey, Facts
from market.group_orders import opening
from market.papers import order_sheets
from market.tables.centres import Household
from people import attested, sign_ins
from people.tables.persons import Person
from people.tables.roles import RoleGrant
from people.tables.sessions import PersonSession
from tests import jobs
from tests.hostile import village as villages
from tests.hostile.test_typed import pages
from tests.people.providers.made import answer

FAMILY, ITS_ADDRESS = "Famiglia Zucchelli", "zucchelli@casa.example"
PERSON, ADDRESS = "Wanda Zucchelli", "wanda@posta.example"
OTHERS = ("stranger", "neighbour", "foreign member", "foreign coordinator")


@pytest.fixture
def village(session, client):
    """A member of a household that booked, with names and addresses that stand nowhere else."""
    found = villages.build(session)
    hashed = sign_ins.token_hash(found.tokens["member"])
    who = session.scalars(
        select(PersonSession.person_id).where(PersonSession.token_hash == hashed)
    ).one()
    session.execute(update(Person).where(Person.id == who).values(name=PERSON, email=ADDRESS))
    own = update(Household).where(Household.id == found.ids["household_id"])
    session.execute(own.values(name=FAMILY, email=ITS_ADDRESS))
    session.commit()
    return found


def readers(village, client, *words):
    """Tell who finds one of the words on a page: each role, and on which pages."""
    found: dict[str, set[str]] = {}
    looked = {*pages(village), f"/group-orders/{village.ids['group_order_id']}/by-voice"}
    for who in village.tokens:
        for path in sorted(looked):
            village.enter(client, who)
            answer = client.get(path)
            main = answer.text.partition("<main")[2].partition("</main>")[0] or answer.text
            if answer.status_code == 200 and any(word in main for word in words):
                found.setdefault(who, set()).add(path)
    return found


def test_a_persons_name_and_address_are_read_by_who_coordinates_and_who_administers(
    village, client
):
    found = readers(village, client, PERSON, ADDRESS, ITS_ADDRESS)
    assert set(found) == {"member", "coordinator", "administrator"}
    assert found["administrator"] == {"/people"}


def test_a_booking_is_read_by_the_family_and_by_who_works_for_its_centre(village, client):
    found = readers(village, client, FAMILY)
    # Of whose household somebody is: nothing of what it booked.
    assert found.pop("administrator") == {"/people"}
    assert set(found) == {"member", "coordinator", "treasurer", "driver"}
    assert found["driver"] == {f"/centres/{village.ids['centre_id']}/pickups/{village.ids['day']}"}
    assert not set(found) & {*OTHERS, "administrator"}


def test_where_a_centre_sends_its_orders_is_read_by_its_own_coordinators(village, client, session):
    """Also where the other centre buys from the same producer."""
    at, mail, phone = village.at, "ordini@segreto.example", "0372 987654"
    at.agreement.email, at.agreement.phone = mail, phone
    key = AgreementKey(village.ids["foreign_centre_id"], at.producer.id)
    producers.agree(session, None, key, at.now, Facts(name="x", email="altra@esempio.it"))
    session.commit()
    village.enter(client, "foreign coordinator")
    other = client.get(f"/producers/{at.producer.id}").text
    assert "altra@esempio.it" in other and mail not in other and phone not in other
    found = readers(village, client, mail, phone)
    assert set(found) <= {"coordinator", "treasurer", "driver"} and "coordinator" in found


def test_the_producer_gets_totals_and_no_name(village, client, session):
    """On the sheet and in its table; a producer has no access of their own."""
    sheet = order_sheets.read(session, village.closed_id)
    told = repr(sheet) + order_sheets.csv_of(sheet).decode() + repr(order_sheets.printed(sheet))
    assert sheet.lines and not [word for word in (FAMILY, PERSON, ADDRESS) if word in told]


def test_movements_are_read_by_the_family_and_who_keeps_the_till(village, client):
    ids = village.ids
    account = f"/centres/{ids['centre_id']}/accounts/{ids['account_id']}"
    statement = f"/statement?household={ids['household_id']}"
    found = {}
    for who in village.tokens:
        village.enter(client, who)
        found[who] = tuple(client.get(path).status_code for path in (account, statement))
    assert found.pop("treasurer") == (200, 404) and found.pop("member") == (404, 200)
    assert set(found.values()) == {(404, 404)}


def test_who_coordinates_reads_the_credit_and_no_movement(village, client):
    village.enter(client, "coordinator")
    page = client.get(f"/households/{village.ids['household_id']}").text
    assert "100,00" in page and "/accounts/" not in page


def test_the_letter_of_who_has_no_post_is_read_by_who_coordinates_or_keeps_the_till(
    village, client, session
):
    session.execute(update(Household).values(email=None))
    members = select(RoleGrant.person_id).where(RoleGrant.role == "member")
    session.execute(update(Person).where(Person.id.in_(members)).values(disabled_at=village.at.now))
    order_id = village.ids["group_order_id"]
    opening.cancel(session, village.at.coordinator, order_id, "gelata tardiva", village.at.now)
    jobs.run_all(session)
    session.commit()
    found = readers(village, client, "gelata tardiva")
    by_voice = f"/group-orders/{order_id}/by-voice"
    assert {who for who, paths in found.items() if by_voice in paths} == {
        "coordinator",
        "treasurer",
    }


def test_no_page_shows_the_record_of_changes(village, client, session):
    session.execute(update(Household).values(note=""))
    actions = set(session.scalars(select(audit.AuditEvent.action)))
    assert len(actions) > 3
    assert readers(village, client, *actions) == {}


def test_what_a_provider_says_of_somebody_is_on_no_page_of_others(village, client, session, now):
    said = {"tax_code": "RSSMRA80A01D150J", "address": "Via del Segreto 3"}
    who = session.scalars(select(Person.id).where(Person.name == PERSON)).one()
    attested.keep(session, answer(attributes=said), who, now)
    session.commit()
    assert set(readers(village, client, *said.values())) <= {"member"}
    village.enter(client, "member")
    assert all(each in client.get("/account/identities").text for each in said.values())
