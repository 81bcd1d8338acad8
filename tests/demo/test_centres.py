"""The centres: who runs them, where they hand out, and households with their first cash."""

import pytest
from sqlalchemy import select

from demo.centres import build, coordination, take_cash
from demo.stage import cents, table, toml
from ledger import accounts
from ledger import checks as ledger_checks
from market import checks
from market.tables.centres import Centre, Household, PickupPoint
from people import places, roles
from people.tables.persons import Person

CENTRES = toml("centres")["centre"]
each = pytest.mark.parametrize("told", CENTRES, ids=lambda told: told["code"])


@each
def test_a_centre_is_in_the_province_and_is_run_by_people_who_are_there(told):
    assert places.municipality(told["municipality"]) is not None
    assert {told[role] for role in ("coordinator", "treasurer", "driver")} <= set(
        toml("centres")["people"]
    )
    assert 0 <= told["weekday"] <= 6 and told["points"]


@each
def test_the_households_of_a_centre_have_codes_of_their_own_and_can_pay(told):
    rows = [row for row in table("households") if row["centre"] == told["code"]]
    assert len({row["code"] for row in rows}) == len(rows) > 5
    for row in rows:
        assert row["language"] in ("it", "en") and row["size"] in ("1", "2", "3")
        assert cents(row["credit"]) > 0 and cents(row["limit"]) >= 0


def test_every_household_is_of_a_centre_and_every_member_has_a_name_once():
    named = dict(toml("centres")["people"])
    for row in table("households"):
        assert row["centre"] in {told["code"] for told in CENTRES}
        alias, _, name = row["member"].partition(" ")
        assert not alias or named.setdefault(alias, name), row
        assert not (name and named[alias] != name), row


def test_a_centre_is_found_by_its_code():
    assert coordination("CREMONA")["coordinator"] == "paola.galli"
    with pytest.raises(StopIteration):
        coordination("MILANO")


def test_a_centre_is_founded_with_its_points_its_workers_and_its_households(bonemerse):
    session, told = bonemerse.session, coordination("BONEMERSE")
    centre = session.scalars(select(Centre).where(Centre.code == "BONEMERSE")).one()
    assert bonemerse.centres == {"BONEMERSE": centre.id} and centre.name == told["name"]
    for role in (roles.COORDINATOR, roles.TREASURER, roles.DRIVER):
        (holder,) = roles.holders(session, role, "centre", centre.id)
        assert holder.id == bonemerse.persons[told[role]]
    points = session.scalars(select(PickupPoint.name).where(PickupPoint.centre_id == centre.id))
    assert points.all() == [name for name, _, _ in told["points"]]


def test_every_household_has_its_limit_its_cash_and_its_member(bonemerse):
    session = bonemerse.session
    rows = [row for row in table("households") if row["centre"] == "BONEMERSE"]
    found = {row.code: row for row in session.scalars(select(Household)).all()}
    assert set(found) == {row["code"] for row in rows}
    for row in rows:
        household = found[row["code"]]
        assert household.limit_cents == cents(row["limit"])
        assert accounts.balance(session, household.account_id) == cents(row["credit"])
        members = roles.holders(session, roles.MEMBER, "household", household.id)
        alias = row["member"].partition(" ")[0]
        assert [person.id for person in members] == ([bonemerse.persons[alias]] if alias else [])
    assert ledger_checks.violations(session) == checks.violations(session) == []


def test_cash_is_taken_by_the_treasurer_of_the_centre(bonemerse):
    session = bonemerse.session
    household = session.scalars(select(Household).limit(1)).one()
    before = accounts.balance(session, household.account_id)
    for _ in range(2):  # each time another act
        take_cash(bonemerse, "BONEMERSE", household.id, 5000, bonemerse.now)
    assert accounts.balance(session, household.account_id) == before + 10_000
    assert ledger_checks.violations(session) == []


def test_all_are_founded_long_before_today(stage):
    build(stage)
    session = stage.session
    assert set(stage.centres) == {told["code"] for told in CENTRES}
    count = len(table("households"))
    assert len(session.scalars(select(Household.id)).all()) == count
    assert set(toml("centres")["people"]) <= set(stage.persons)
    dates = session.scalars(select(Centre.created_at)).all()
    dates += session.scalars(select(Person.created_at)).all()
    assert all((stage.now - at).days > 60 for at in dates)
