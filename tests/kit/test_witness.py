"""The head of the chain outside the house: what it tells of an owner who rewrote the inside."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from kit import audit, db, seals, witness
from kit.mail import Mail
from kit.settings import settings
from kit.witness import Misread, Witnessed
from tests.kit.chains import NOON, TABLES, tamper

EVENT, SEAL = audit.AuditEvent, audit.AuditSeal
EACH = 1000


@pytest.fixture(scope="module")
def witnessed(committed):
    """Three thousand events; a witness was given the head after each thousand."""
    held = []
    for start in range(0, 3 * EACH, EACH):
        with committed.sessions() as session:
            rows = [
                {
                    "at": NOON + timedelta(seconds=n),
                    "actor_id": 7,
                    "action": "test.thing.done",
                    "subject_kind": "thing",
                    "subject_id": n,
                    "after": {"n": n},
                }
                for n in range(start, start + EACH)
            ]
            audit.record_many(session, rows)
            session.commit()
            seals.seal(session)
            session.commit()
            held.append(witness.head(session))
    yield committed, held
    tamper(committed)


@pytest.fixture
def owner(witnessed):
    """A session of the database's owner, without guards; what it does is rolled back."""
    committed, held = witnessed
    engine = db.make_engine(committed.owner_url, statement_timeout_s=60)
    with Session(engine) as session:
        for table in TABLES:
            session.execute(text(f"alter table {table} disable trigger user"))
        yield session, held
        session.rollback()
    engine.dispose()


def order(session: Session) -> list[int]:
    """The ids of the chained events, in the order of the chain."""
    return list(session.scalars(select(SEAL.event_id).order_by(SEAL.position)))


def made_to_fit(session: Session, ids: list[int]) -> None:
    """Chain these events in this order from the beginning, as an owner would who hides a change."""
    events = {row.id: row for row in session.execute(select(EVENT.__table__))}
    session.execute(delete(SEAL))
    previous, links = b"", []
    for position, id_ in enumerate(ids, 1):
        previous = audit.digest(previous, events[id_])
        links.append({"position": position, "event_id": id_, "digest": previous})
    if links:
        session.execute(insert(SEAL), links)


def put_in(session: Session) -> int:
    row = {"at": NOON, "action": "test.thing.planted", "subject_kind": "thing", "subject_id": 1}
    row |= {"before": None, "after": None}
    return session.execute(insert(EVENT).returning(EVENT.id), row).scalar_one()


def alter(session, ids):
    session.execute(update(EVENT).where(EVENT.id == ids[1499]).values(after={"n": -1}))
    return ids


def remove(session, ids):
    session.execute(delete(SEAL).where(SEAL.event_id == ids[1499]))
    session.execute(delete(EVENT).where(EVENT.id == ids[1499]))
    return ids[:1499] + ids[1500:]


def insert_one(session, ids):
    return [*ids[:1499], put_in(session), *ids[1499:]]


def exchange(session, ids):
    return [*ids[:1499], ids[1500], ids[1499], *ids[1501:]]


def cut(session, ids):
    session.execute(delete(SEAL).where(SEAL.position > 2990))
    session.execute(delete(EVENT).where(EVENT.id.in_(ids[2990:])))
    return ids[:2990]


def cut_and_go_on(session, ids):
    return cut(session, ids) + [put_in(session) for _ in range(20)]


def cut_all(session, ids):
    session.execute(delete(SEAL))
    session.execute(delete(EVENT))
    return []


FITS_1000, FITS_2000 = "up to link 1000 it is as witnessed", "up to link 2000 it is as witnessed"
REWRITTEN = {
    alter: (["link 2000 was", "link 3000 was"], [FITS_1000, "is still there"]),
    remove: (
        ["link 2000 was", "the chain was cut: it ends at link 2999"],
        [FITS_1000, "1999 now, -1"],
    ),
    insert_one: (["link 2000 was", "link 3000 was"], [FITS_1000, "2001 now, +1"]),
    exchange: (["link 2000 was", "link 3000 was"], [FITS_1000, "is still there"]),
    cut: (
        ["the chain was cut: it ends at link 2990, and link 3000 was witnessed"],
        [FITS_2000, "with event {last} of 2026-03-02T11:49:59Z"],
    ),
    cut_and_go_on: (["link 3000 was written anew"], [FITS_2000, "event {last}", "was removed"]),
    cut_all: (
        ["the chain was cut: it ends at link 0, and link 1000"] + ["the chain was cut"] * 2,
        ["no earlier witness fits"],
    ),
}


@pytest.mark.parametrize("attack", REWRITTEN, ids=lambda attack: attack.__name__)
def test_an_owner_who_makes_all_links_fit_is_found_by_the_witness_alone(owner, attack):
    session, held = owner
    last = order(session)[-1]
    made_to_fit(session, attack(session, order(session)))
    session.expire_all()
    assert audit.violations(session) == [], "from inside nothing is seen"
    found = witness.differences(session, held)
    beginnings, parts = REWRITTEN[attack]
    assert [line.startswith(start) for line, start in zip(found, beginnings, strict=True)] == [
        True
    ] * len(beginnings), found
    for part in parts:
        assert part.format(last=last) in found[0], found


def seal_altered(session, ids):
    session.execute(update(SEAL).where(SEAL.position == 1500).values(digest=b"x" * 32))


def seal_removed(session, ids):
    session.execute(delete(SEAL).where(SEAL.position == 1500))


def seal_put_in(session, ids):
    link = {"position": 3001, "event_id": put_in(session), "digest": b"x" * 32}
    session.execute(insert(SEAL), link)


def seals_exchanged(session, ids):
    session.execute(delete(SEAL).where(SEAL.position.in_([1500, 1501])))
    link = {"position": 1500, "event_id": ids[1500], "digest": b"y" * 32}
    session.execute(insert(SEAL), [link, {**link, "position": 1501, "event_id": ids[1499]}])


def seals_cut(session, ids):
    session.execute(delete(SEAL).where(SEAL.position > 2990))


INSIDE = {
    alter: "event {n1500} is not what was sealed",
    remove: "link 1500 is missing",
    seal_altered: "event {n1500} is not what was sealed",
    seal_removed: "link 1500 is missing",
    seal_put_in: "is not what was sealed",
    seals_exchanged: "event {n1501} is not what was sealed",
    seals_cut: "event {n3000} was put in behind the chain",
}


@pytest.mark.parametrize("attack", INSIDE, ids=lambda attack: attack.__name__)
def test_what_does_not_fit_inside_is_named_by_its_event(owner, attack):
    session, _ = owner
    ids = order(session)
    attack(session, ids)
    named = INSIDE[attack].format(n1500=ids[1499], n1501=ids[1500], n3000=ids[2999])
    found = audit.violations(session)
    assert any(named in line for line in found), found


def test_the_last_ten_cut_off_are_seen_from_outside_only(owner):
    session, held = owner
    cut(session, order(session))
    assert audit.violations(session) == []
    assert witness.differences(session, held[:2]) == [], "those who left before know nothing of it"
    (said,) = witness.differences(session, held)
    assert said.startswith("the chain was cut: it ends at link 2990, and link 3000 was witnessed")


def test_seals_of_the_end_made_anew_from_the_same_events_are_the_same(owner):
    session, held = owner
    made_to_fit(session, order(session))
    assert witness.differences(session, held) == []


def test_an_untouched_chain_fits_all_its_witnesses_in_any_order(owner):
    session, held = owner
    assert [each.position for each in held] == [EACH, 2 * EACH, 3 * EACH]
    assert witness.differences(session, held[::-1]) == []


A_HEAD = Witnessed(12, 34, datetime(2026, 11, 27, 1, 17, 0, 120000, UTC), "0a" * 32)


def test_a_line_is_read_as_it_was_written_however_it_was_broken_or_typed():
    said = A_HEAD.line
    assert said.startswith("12/34/2026-11-27T01:17:00.120000Z/0a0a")
    assert witness.read(said) == A_HEAD
    assert witness.read(f"  {said[:50]}\n {said[50:90]} {said[90:].upper()}\n") == A_HEAD


@pytest.mark.parametrize("typed", ["", "12/34", A_HEAD.line[:-1], "x" + A_HEAD.line, "è" * 200])
def test_what_is_no_line_is_said_so(typed):
    with pytest.raises(Misread, match="not a line"):
        witness.read(typed)


@pytest.mark.parametrize(("slip", "for_"), [("12/", "13/"), ("0a0a", "0a0b"), ("T01", "T02")])
def test_a_slip_of_the_pen_is_no_accusation(slip, for_):
    with pytest.raises(Misread, match="mistyped"):
        witness.read(A_HEAD.line.replace(slip, for_, 1))


@pytest.fixture
def named(monkeypatch):
    """Two witnesses in the settings."""
    monkeypatch.setenv("FARELEGAMI_WITNESSES", "a@example.org, b@example.org")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def letters_of(session):
    query = select(Mail.to, Mail.text).where(Mail.kind == witness.KIND).order_by(Mail.id)
    return session.execute(query).all()


def test_each_witness_gets_a_letter_a_day_with_the_line_and_what_to_do(session, named):
    late = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)  # already the 27th in Rome
    witness.send(session, late)
    assert letters_of(session) == [], "before anything is sealed there is nothing to witness"
    audit.record(session, None, "done", audit.Subject("test", "thing", 1), NOON)
    seals.seal(session)
    witness.send(session, late)
    held = witness.head(session)
    assert held is not None
    audit.record(session, None, "done", audit.Subject("test", "thing", 2), NOON)
    seals.seal(session)
    witness.send(session, late + timedelta(hours=20))
    written = letters_of(session)
    assert [to for to, _ in written] == ["a@example.org", "b@example.org"]
    for _, said in written:
        assert f"litestar verify-audit {held.line}\n" in said
        assert witness.read(said.split("litestar verify-audit ")[1].split("\n")[0]) == held
    witness.send(session, late + timedelta(hours=24))
    assert len(letters_of(session)) == 4


def test_without_witnesses_no_letter_is_written(session):
    audit.record(session, None, "done", audit.Subject("test", "thing", 1), NOON)
    seals.seal(session)
    witness.send(session, NOON)
    assert letters_of(session) == []


def test_where_the_last_event_was_taken_away_no_head_is_given_that_hides_it(owner):
    session, _ = owner
    session.execute(
        text("alter table audit_seal drop constraint fk_audit_seal_event_id_audit_event")
    )
    session.execute(delete(EVENT).where(EVENT.id == session.scalar(select(func.max(EVENT.id)))))
    assert witness.head(session) is None
