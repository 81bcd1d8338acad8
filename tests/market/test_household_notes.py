"""«La leggono solo i coordinatori»: what is said of a household where it is helped."""

import pytest
from sqlalchemy import select, update

from kit.mail import Mail
from market.group_orders import opening
from market.papers import order_sheets, sorting_sheets
from market.price_files import export
from market.tables.catalogue import PriceList
from market.tables.centres import Household
from people.tables.persons import Person
from people.tables.roles import RoleGrant
from tests import jobs
from tests.hostile import village as villages
from tests.hostile.test_typed import pages

NOTE = "Telefona il martedì alla vicina Ines"
PROMISE = "La leggono solo i coordinatori."
# Where whoever coordinates is told what helps with a household no letter reaches.
ACTS = ("/hours", "/cancellation")


@pytest.fixture
def village(session, client):
    """Every household has a note, and no letter reaches any."""
    found = villages.build(session)
    session.execute(update(Household).values(note=NOTE, email=None))
    members = select(RoleGrant.person_id).where(RoleGrant.role == "member")
    session.execute(update(Person).where(Person.id.in_(members)).values(disabled_at=found.at.now))
    session.commit()
    return found


def told_at(client, village):
    ids, closed = village.ids, village.closed_id
    open_ = f"/group-orders/{ids['group_order_id']}"
    paths = [*(open_ + tail for tail in ACTS), f"/group-orders/{closed}/settlement"]
    return {path for path in paths if NOTE in client.get(path).text}


def test_whoever_coordinates_reads_the_note_where_a_household_is_told_by_voice(village, client):
    village.enter(client, "coordinator")
    own = client.get(f"/households/{village.ids['household_id']}").text
    assert PROMISE in own and NOTE in own
    assert len(told_at(client, village)) == len(ACTS) + 1


def test_a_treasurer_reads_whom_to_tell_by_voice_and_not_the_note(village, client):
    village.enter(client, "treasurer")
    page = client.get(f"/group-orders/{village.closed_id}/settlement")
    assert "famiglia senza posta: dillo tu a" in page.text and NOTE not in page.text


@pytest.mark.parametrize(
    "who", ["treasurer", "driver", "member", "neighbour", "foreign coordinator", "administrator"]
)
def test_nobody_else_reads_the_note_on_any_page(village, client, who):
    looked = 0
    for path in sorted({*pages(village), f"/group-orders/{village.closed_id}/by-voice"}):
        village.enter(client, who)
        answer = client.get(path)
        looked += answer.status_code == 200
        assert NOTE not in answer.text, path
    assert looked


def test_no_letter_no_sheet_and_no_file_has_the_note(village, session):
    """Also of a letter that is read out by voice; a driver has the sheets for sorting."""
    open_, closed = village.ids["group_order_id"], village.closed_id
    opening.cancel(session, village.at.coordinator, open_, "gelata", village.at.now)
    jobs.run_all(session)
    letters = session.scalars(select(Mail)).all()
    assert letters and all(NOTE not in letter.subject + letter.text for letter in letters)
    read = sorting_sheets.read(session, closed), order_sheets.read(session, closed)
    assert "households" in repr(read) and NOTE not in repr(read)
    price_list = session.get_one(PriceList, village.at.price_list.id)
    assert NOTE not in export.export(session, price_list, village.at.now).decode()
