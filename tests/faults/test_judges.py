"""The drill's own judges: what each calls lost, half stored, twice, or not started again."""

from pathlib import Path

import pytest
from sqlalchemy import text

from kit import audit, clock
from market.centres import households
from people.invitations import Guest
from people.tables.persons import Person
from tests import make
from tests.drill import promises, report, schedule
from tests.drill.deeds import DEEDS, Deed
from tests.drill.faults import FAULTS
from tests.drill.launched import restarts
from tests.drill.promises import ABSENT, ACKNOWLEDGED, HALF, REFUSED, TWICE, UNKNOWN, WHOLE
from tests.drill.report import BEGIN, END, Tally
from tests.drill.scenes import stall

INVITE = next(each for each in DEEDS if each.name == "invite")


@pytest.fixture
def invitation(session):
    """The promise of an invitation, as its scene is made."""
    return promises.promise(session, INVITE, stall(session))


def invite(session, of) -> None:
    """Do what the promise is about, as its page does."""
    home, who = int(of.act.page.rsplit("/", 1)[1]), of.act.person_id
    actor = make.actor(session, session.get_one(Person, who))
    guest = Guest(of.act.typed["member_email"], "Una")
    households.invite(session, actor, home, guest, clock.now(session))


def record(session, of) -> None:
    """The audit row of the act, and nothing else."""
    subject = audit.Subject("people", "invitation", 1)
    audit.record(session, of.act.person_id, "sent", subject, clock.now(session))


def test_what_was_acknowledged_and_is_not_there_is_lost(session, invitation):
    invitation.told = ACKNOWLEDGED
    assert promises.stored(session, invitation) == ABSENT
    (found,) = promises.broken(session, [invitation])
    assert found.startswith("lost: invite at /households/")


@pytest.mark.parametrize("told", [ACKNOWLEDGED, REFUSED, UNKNOWN])
def test_what_is_there_whole_breaks_no_promise(session, invitation, told):
    invite(session, invitation)
    invitation.told = told
    assert promises.stored(session, invitation) == WHOLE
    assert promises.broken(session, [invitation]) == []
    assert promises.undone(session, [invitation]) == []


@pytest.mark.parametrize("told", [REFUSED, UNKNOWN])
def test_what_was_not_acknowledged_need_not_be_there(session, invitation, told):
    invitation.told = told
    assert promises.broken(session, [invitation]) == []
    assert promises.undone(session, [invitation]) == [invitation]


@pytest.mark.parametrize("told", [ACKNOWLEDGED, REFUSED, UNKNOWN])
def test_half_of_an_act_is_found_whatever_was_answered(session, invitation, told):
    record(session, invitation)
    invitation.told = told
    assert promises.stored(session, invitation) == HALF
    assert promises.broken(session, [invitation])[0].startswith("half stored: ")


def test_an_act_that_was_done_twice_is_found(session, invitation):
    invite(session, invitation)
    record(session, invitation)
    assert promises.stored(session, invitation) == TWICE


def test_every_act_of_the_table_is_undone_before_it_is_done(session):
    """Else its judge would call it stored whatever happens."""
    at = stall(session)
    for deed in DEEDS:
        of = promises.promise(session, deed, at)
        of.since = session.scalar(text("select max(id) from audit_event"))
        assert promises.stored(session, of) == ABSENT, deed.name
    assert len({deed.name for deed in DEEDS}) == len(DEEDS) and Deed in map(type, DEEDS)


def test_each_end_has_its_start_in_the_log():
    lines = ["· web 1 ended by signal SIGKILL; log: x", "· web 1 is started again"]
    database = ["· the database has ended", "· the database is started again"]
    assert restarts([*lines, *database]) == ({"web 1": 1, "database": 1}, [])
    assert restarts(lines[:1])[1] == ["web 1 ended and was not started again"]
    assert restarts(database[1:])[1] == ["database is started again and had not ended"]
    assert restarts([lines[0], *lines])[1] == ["web 1 ended twice without a start between"]


def test_every_fault_comes_once_before_any_comes_again_and_the_tables_every_third_time():
    turns = schedule.order(FAULTS, 1)
    others = len(FAULTS) - 1
    first = [next(turns) for _ in range(others + others // 3)]
    assert {each.name for each in first} == {each.name for each in FAULTS}
    again = schedule.order(FAULTS, 1)
    assert [next(again) for _ in first] == first


def test_the_table_is_written_between_its_markers_and_nowhere_else(tmp_path: Path):
    page = tmp_path / "page"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    tally = Tally(times=2, in_flight=3, lost=0, green=[1.0, 3.0])
    tally.told.update([ACKNOWLEDGED, ACKNOWLEDGED, REFUSED, UNKNOWN])
    report.write(page, report.table({"a web process killed": tally}))
    words = page.read_text()
    assert "| a web process killed | 2 | 4 | 3 | 2 | 1 | 1 | 0 | 2.0 s | 3.0 s |" in words
    assert words.startswith("before\n") and words.endswith("after\n") and "old" not in words
    page.write_text("no place")
    with pytest.raises(ValueError, match="no place"):
        report.write(page, "")
