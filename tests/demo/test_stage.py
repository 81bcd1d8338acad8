"""The stage: its data is read whole, its days are Cremona's, its acts come in order of time."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

import demo
from demo.stage import DATA, MAIL, cents, table, toml
from people import roles
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests.demo.days import on

ROOM = Path(demo.__file__).parent


def test_every_file_of_the_data_is_read_by_somebody():
    code = "\n".join(path.read_text(encoding="utf-8") for path in ROOM.glob("*.py"))
    read = set(re.findall(r'\b(?:toml|table)\("(\w+)"\)', code))
    if 'toml(f"{key}_call")' in code:
        from demo.offices import CALLS

        read |= {f"{key}_call" for key in CALLS}
    assert read == {path.stem for path in DATA.iterdir()}


@pytest.mark.parametrize("name", sorted(path.stem for path in DATA.glob("*.toml")))
def test_a_file_of_facts_is_not_empty(name):
    assert toml(name)


@pytest.mark.parametrize("name", sorted(path.stem for path in DATA.glob("*.csv")))
def test_every_row_of_a_table_has_every_column(name):
    rows = table(name)
    assert rows
    for row in rows:
        assert None not in row and None not in row.values(), row


@pytest.mark.parametrize(("typed", "amount"), [("1.234,50", 123_450), ("30", 3000), ("0,00", 0)])
def test_amounts_are_read_as_people_write_them(typed, amount):
    assert cents(typed) == amount


@pytest.mark.parametrize("typed", ["", "molto", "1,234"])
def test_what_is_no_amount_is_an_error(typed):
    with pytest.raises(ValueError, match="not an amount"):
        cents(typed)


def test_a_day_is_the_day_in_cremona_and_an_hour_that_of_its_clocks():
    stage = on(datetime(2026, 3, 27, 23, 30, tzinfo=UTC))  # two days before summer time
    assert stage.today == date(2026, 3, 28)
    assert stage.at(0, 20) == datetime(2026, 3, 28, 19, tzinfo=UTC)
    assert stage.at(1, 20, 15) == datetime(2026, 3, 29, 18, 15, tzinfo=UTC)
    assert stage.on(date(2026, 1, 2), 9) == datetime(2026, 1, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "later", "earlier"),
    [
        (0, date(2026, 3, 27), date(2026, 3, 27)),  # a Friday
        (1, date(2026, 3, 30), date(2026, 3, 27)),
        (2, date(2026, 3, 30), date(2026, 3, 27)),
        (3, date(2026, 3, 30), date(2026, 3, 30)),
        (-5, date(2026, 3, 23), date(2026, 3, 20)),
    ],
)
def test_offices_are_closed_at_the_weekend(days, later, earlier):
    stage = on(datetime(2026, 3, 27, 12, tzinfo=UTC))
    assert stage.office_day(days, later=True) == later
    assert stage.office_day(days, later=False) == earlier


def test_a_person_is_made_once(stage):
    first = stage.person("anna.ferrari", "Anna Ferrari", stage.now, "en")
    assert stage.person("anna.ferrari", "Somebody else", stage.now) == first
    found = stage.session.get_one(Person, first)
    assert (found.email, found.name, found.locale) == (f"anna.ferrari{MAIL}", "Anna Ferrari", "en")


def test_who_acts_leaves_no_session_behind_and_has_the_roles_of_the_moment(staffed):
    before = staffed.acting("paola.galli")
    assert not before.has(roles.COORDINATOR, "centre", 5)
    staffed.grant("paola.galli", roles.COORDINATOR, ("centre", 5), staffed.now)
    assert staffed.acting("paola.galli").has(roles.COORDINATOR, "centre", 5)
    assert staffed.acting("paola.galli") is staffed.acting("paola.galli")
    assert staffed.session.scalar(select(func.count()).select_from(PersonSession)) == 0


def test_who_may_not_sign_in_does_not_act(stage):
    stage.person("anna.ferrari", "Anna Ferrari", stage.now)
    stage.session.get_one(Person, stage.persons["anna.ferrari"]).disabled_at = stage.now
    stage.session.flush()
    with pytest.raises(LookupError):
        stage.acting("anna.ferrari")
    with pytest.raises(KeyError):
        stage.acting("nobody")


def test_acts_come_in_the_order_of_time_and_together_in_that_of_planning(stage):
    told = []
    for hours, name in ((1, "late"), (3, "first"), (2, "middle"), (2, "middle too"), (0, "now")):
        when = stage.now - timedelta(hours=hours)
        stage.plan(when, lambda now, name=name: told.append((name, now)))
    assert stage.play() == 5
    assert [name for name, _ in told] == ["first", "middle", "middle too", "late", "now"]
    assert [now for _, now in told] == sorted(now for _, now in told)
    assert stage.play() == 0


def test_an_act_may_plan_another_one_for_later(stage):
    told = []

    def begin(now):
        told.append("begun")
        stage.plan(now + timedelta(hours=2), lambda _now: told.append("ended"))

    stage.plan(stage.now - timedelta(hours=3), begin)
    stage.plan(stage.now - timedelta(hours=2), lambda _now: told.append("meanwhile"))
    assert stage.play() == 3
    assert told == ["begun", "meanwhile", "ended"]


def test_nothing_is_planned_for_the_future(stage):
    with pytest.raises(ValueError, match="has not come yet"):
        stage.plan(stage.now + timedelta(microseconds=1), lambda _now: None)
    assert stage.play() == 0


def test_each_act_begins_with_nothing_remembered(stage):
    kept = []
    person_id = stage.person("anna.ferrari", "Anna Ferrari", stage.now)
    for _ in range(2):
        stage.plan(stage.now, lambda _now: kept.append(stage.session.get_one(Person, person_id)))
    stage.play()
    assert kept[0] is not kept[1] and len(stage.session.identity_map) == 0
