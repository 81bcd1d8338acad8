"""Fill a call with applications, its commission and their score sheets, by set-based SQL."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from calls.applications import drafts
from calls.applications.rules import sent_content
from calls.commission import progress
from calls.envelopes import openings
from calls.tables.applications import Application, Submission
from calls.tables.commission import EvaluatorProgress
from calls.tables.texts import Call, CallVersion
from calls.texts.rules import call_form
from calls.texts.rules.call_content import CallContent, to_plain
from kit import clock, shown
from kit.canonical import encode, sha256
from people import proofs, roles, sign_ins
from people.actors import Actor
from people.tables.persons import Person
from tests.calls.examples import application_values, call_values

COMMISSION = 3
WRITERS = 17  # one more than the clients: the statements of sending are counted with the last
DRAFTED = 40


@dataclass(frozen=True)
class Draft:
    """A complete application not sent yet: its owner's session, and what its check shows."""

    application_id: int
    token: str
    seen: str


@dataclass
class Seeded:
    """A call under evaluation: who looks at all of it, and who still has sheets to send."""

    call_id: int
    content: CallContent
    application_ids: list[int] = field(default_factory=list)
    submission_id: int = 0
    reader_token: str = ""
    writer_tokens: list[str] = field(default_factory=list)


def call(session: Session, applications: int) -> Seeded:
    """Seed a call whose deadline has passed: opened, and three sheets sent on each application.

    Seventeen more evaluators hold complete drafts on the first forty applications.
    """
    now = clock.now(session)
    office = _person(session, "ufficio", applications, now)
    roles.grant(session, None, office.id, roles.OFFICE, "calls", 0, now)
    content = call_form.read(call_values(now - timedelta(days=40)))
    seeded, version = _publish(session, office, content)
    _applications(session, seeded, version, applications)
    actor = sign_ins.require(
        session,
        sign_ins.open_session(session, office.id, "bench", now, proofs.BY_PASSWORD_AND_CODE),
    )
    openings.open_envelopes(session, actor, seeded.call_id, now)
    for n in range(COMMISSION):
        person, token = _evaluator(session, seeded, f"commissione{n}", applications, now)
        _sheets(session, version.id, person, seeded.application_ids, now)
        _send(session, person)
        seeded.reader_token = seeded.reader_token or token
    for n in range(WRITERS):
        person, token = _evaluator(session, seeded, f"esperta{n}", applications, now)
        _sheets(session, version.id, person, seeded.application_ids[:DRAFTED], now)
        seeded.writer_tokens.append(token)
    counted = progress.counted()
    own = select(counted).where(counted.c.call_id == seeded.call_id)
    session.execute(insert(EvaluatorProgress).from_select(counted.c.keys(), own))
    return seeded


def actor_of(session: Session, token: str) -> Actor:
    """Whoever holds one of the seeded tokens."""
    return sign_ins.require(session, token)


def _person(session: Session, name: str, size: int, now: datetime) -> Person:
    person = Person(email=f"{name}-{size}@esempio.it", name=name.title(), created_at=now)
    session.add(person)
    session.flush()
    return person


def open_call(session: Session, deadline_at: datetime, applicants: int) -> list[Draft]:
    """Seed a call that is open until a second, and complete drafts of so many applicants."""
    now = clock.now(session)
    office = _person(session, "ufficio", applicants, now)
    content = replace(call_form.read(call_values(now)), deadline_at=deadline_at)
    seeded, _ = _publish(session, office, content)
    drafted = []
    for n in range(applicants):
        person = _person(session, f"scrive{n}", applicants, now)
        token = sign_ins.open_session(session, person.id, "bench", now, proofs.BY_PASSWORD_AND_CODE)
        actor = sign_ins.require(session, token)
        id_ = drafts.start(session, actor, seeded.call_id, now).id
        drafts.set_fields(session, actor, id_, application_values(firm_name=f"Impresa {n}"), now)
        drafted.append(Draft(id_, token, shown.pack(drafts.own(session, actor, id_).parts)))
    return drafted


def _publish(session: Session, office: Person, content: CallContent) -> tuple[Seeded, CallVersion]:
    plain = encode(to_plain(content))
    call = Call(
        title=content.title,
        state="published",
        draft="{}",
        created_by=office.id,
        created_at=content.opens_at,
        updated_at=content.opens_at,
    )
    session.add(call)
    session.flush()
    version = CallVersion(
        call_id=call.id,
        number=1,
        title=content.title,
        content=plain.decode(),
        sha256=sha256(plain),
        opens_at=content.opens_at,
        deadline_at=content.deadline_at,
        published_by=office.id,
        published_at=content.opens_at,
    )
    session.add(version)
    session.flush()
    return Seeded(call.id, content), version


def _applications(session: Session, seeded: Seeded, version: CallVersion, count: int) -> None:
    sent_at = seeded.content.deadline_at - timedelta(hours=1)
    names = [
        {"email": f"proponente{n}-{count}@esempio.it", "name": f"Proponente {n}"}
        for n in range(count)
    ]
    people = session.scalars(
        insert(Person).returning(Person.id, sort_by_parameter_order=True),
        [{**name, "created_at": sent_at} for name in names],
    ).all()
    rows = [
        {
            "call_id": seeded.call_id,
            "call_version_id": version.id,
            "person_id": person_id,
            "state": "submitted",
            "salt": b"salt" * 4,
            "created_at": sent_at,
            "saved_at": sent_at,
            "submitted_at": sent_at,
        }
        for person_id in people
    ]
    ids = session.scalars(
        insert(Application).returning(Application.id, sort_by_parameter_order=True), rows
    ).all()
    seeded.application_ids = list(ids)
    applicants = [{"id": person_id, **name} for person_id, name in zip(people, names, strict=True)]
    _submissions(session, seeded, version, applicants, sent_at)


def _submissions(
    session: Session,
    seeded: Seeded,
    version: CallVersion,
    applicants: list[dict[str, Any]],
    sent_at: datetime,
) -> None:
    """Send every application with the next protocol numbers of the year."""
    answered = sent_content.AnsweredCall(seeded.call_id, 1, version.sha256, seeded.content)
    year = sent_at.year
    last = session.scalar(_PROTOCOL, {"year": year, "more": len(applicants)})
    rows = []
    for n, (id_, who) in enumerate(zip(seeded.application_ids, applicants, strict=True), 1):
        values = application_values(firm_name=f"Impresa {n}")
        content = encode(sent_content.build(answered, id_, who, values, []))
        rows.append(
            {
                "application_id": id_,
                "call_version_id": version.id,
                "protocol_year": year,
                "protocol_number": last - len(applicants) + n,
                "content": content,
                "sha256": sha256(content),
                "received_at": sent_at,
            }
        )
    made = session.scalars(
        insert(Submission).returning(Submission.id, sort_by_parameter_order=True), rows
    ).all()
    seeded.submission_id = made[0]


def _evaluator(
    session: Session, seeded: Seeded, name: str, size: int, now: datetime
) -> tuple[int, str]:
    """Appoint somebody who denies every conflict."""
    person = _person(session, name, size, now)
    roles.grant(session, None, person.id, roles.EVALUATOR, "call", seeded.call_id, now)
    session.execute(_DECLARE, {"me": person.id, "ids": seeded.application_ids, "at": now})
    return person.id, sign_ins.open_session(
        session, person.id, "bench", now, proofs.BY_PASSWORD_AND_CODE
    )


def _sheets(
    session: Session, version_id: int, person_id: int, ids: list[int], now: datetime
) -> None:
    """Fill a sheet on each of the applications: marks differ, all are of the grid."""
    values = {"me": person_id, "ids": ids, "version": version_id, "at": now}
    session.execute(_SHEETS, values)
    session.execute(_SCORES, values)
    session.execute(_TOTALS, values)


def _send(session: Session, person_id: int) -> None:
    session.execute(
        text(
            "with sent as (update score_sheet set state = 'sent', sent_at = saved_at"
            " where evaluator_id = :me and state = 'draft' returning application_id, total)"
            " update opened_application a set sheets = a.sheets + 1,"
            " total_sum = a.total_sum + sent.total from sent"
            " where sent.application_id = a.application_id"
        ),
        {"me": person_id},
    )


_PROTOCOL = text(
    "insert into protocol_counter as c (year, last_number) values (:year, :more)"
    " on conflict (year) do update set last_number = c.last_number + :more"
    " returning last_number"
)
_DECLARE = text(
    "insert into conflict_declaration (application_id, evaluator_id, kind, note, declared_at)"
    " select id, :me, 'none', '', :at from unnest(cast(:ids as bigint[])) id"
)
_SHEETS = text(
    "insert into score_sheet (application_id, evaluator_id, call_version_id, state, given, marks,"
    " created_at, saved_at) select id, :me, :version, 'draft', 0, :nothing, :at, :at"
    " from unnest(cast(:ids as bigint[])) id"
).bindparams(bindparam("nothing", {}, type_=JSONB))
_SCORES = text(
    "insert into score (score_sheet_id, criterion, mark, motivation, saved_at)"
    " select s.id, c.grid ->> 'code', 2 * (2 + (s.id * c.place) % 4), 'Perché convince.', :at"
    " from score_sheet s join call_version v on v.id = s.call_version_id"
    " cross join lateral jsonb_array_elements(v.content::jsonb -> 'criteria')"
    "  with ordinality c(grid, place)"
    " where s.evaluator_id = :me and s.state = 'draft'"
)
_TOTALS = text(
    "update score_sheet s set given = t.given, total = t.total, marks = t.marks from"
    " (select m.score_sheet_id, count(*) as given,"
    "  sum(m.mark * (c.grid ->> 'weight')::numeric) as total,"
    "  jsonb_object_agg(m.criterion, trim_scale(m.mark)::text) as marks"
    "  from score m join score_sheet o on o.id = m.score_sheet_id"
    "  join call_version v on v.id = o.call_version_id"
    "  cross join lateral jsonb_array_elements(v.content::jsonb -> 'criteria') c(grid)"
    "  where o.evaluator_id = :me and c.grid ->> 'code' = m.criterion group by 1) t"
    " where t.score_sheet_id = s.id and s.state = 'draft'"
)
