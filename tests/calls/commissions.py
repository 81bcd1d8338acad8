"""A call whose deadline has passed, its sent applications and its commission."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.it.codicefiscale import calc_check_digit

import calls.jobs  # noqa: F401 - registers the jobs that use cases queue
from calls.applications.rules import sent_content
from calls.commission import declarations
from calls.commission import evaluators as evaluators_
from calls.commission.declarations import Declared
from calls.commission.standings import ApplicationKey
from calls.envelopes import doubles, openings
from calls.envelopes.rules.doubles import Decision
from calls.rankings import trial
from calls.score_sheets import score_sheets, sent_score_sheets
from calls.score_sheets.score_sheets import TypedScore
from calls.tables.applications import Application, Submission
from calls.tables.envelopes import OpenedApplication
from calls.tables.texts import Call, CallVersion
from calls.texts import published
from calls.texts.rules import call_form
from calls.texts.rules.call_content import CallContent, to_plain
from kit import audit, clock
from kit.canonical import encode, sha256
from people import roles
from people.actors import Actor
from people.tables.persons import Person
from tests import make
from tests.calls.examples import application_values, call_values

_protocol = count(10**6 + 1)
WHY = "Non può più seguire i lavori."  # a reason of an act on the commission
FIRMS = ("Ruota libera", "Il forno mobile", "Cura vicina", "Custodie Amati", "Orto sospeso")


@dataclass
class World:
    """Everything a test of the second half needs, by name."""

    call_id: int
    content: CallContent
    office: Actor
    evaluators: list[Actor] = field(default_factory=list)
    keys: list[ApplicationKey] = field(default_factory=list)


def world(
    session: Session,
    *,
    applications: int = 2,
    evaluators: int = 2,
    opened: bool = True,
    declared: bool = True,
    first_protocol: int | None = None,
    **changes: str,
) -> World:
    """A published call of last month; by default opened, and every conflict denied."""
    now = clock.now(session)
    found = _call(session, now, changes)
    for number in range(applications):
        protocol = next(_protocol) if first_protocol is None else first_protocol + number
        found.keys.append(_application(session, found, number, protocol))
    for number in range(evaluators):
        who = make.person(session, name=f"Commissaria {number + 1}")
        found.evaluators.append(make.actor(session, who, (roles.EVALUATOR, "call", found.call_id)))
    if opened:
        openings.open_envelopes(session, found.office, found.call_id, now)
    if opened and declared:
        for evaluator in found.evaluators:
            for key in found.keys:
                declarations.declare(session, evaluator, key, Declared("none"), now)
    return found


def _call(session: Session, now: datetime, changes: dict[str, str]) -> World:
    office = make.actor(session, make.person(session, name="Ugo Ufficio"), ("office", "calls", 0))
    content = call_form.read(call_values(now - timedelta(days=40), **changes))
    plain = encode(to_plain(content))
    call = Call(
        title=content.title,
        state="published",
        draft="{}",
        created_by=office.person_id,
        created_at=now,
        updated_at=now,
    )
    session.add(call)
    session.flush()
    session.add(
        CallVersion(
            call_id=call.id,
            number=1,
            title=content.title,
            content=plain.decode(),
            sha256=sha256(plain),
            opens_at=content.opens_at,
            deadline_at=content.deadline_at,
            published_by=office.person_id,
            published_at=content.opens_at,
        )
    )
    session.flush()
    return World(call.id, content, office)


def code_of(number: int) -> str:
    """The tax code of one of many people with one birthday: born in another place each."""
    start = f"FRRGLI98E43D{150 + number:03d}"
    return start + calc_check_digit(start)


def add_application(
    session: Session, found: World, number: int, *, tax_code: str = "", person: Person | None = None
) -> ApplicationKey:
    """One more sent application, of a new person or of a given one, before the opening."""
    found.keys.append(_application(session, found, number, next(_protocol), tax_code, person))
    return found.keys[-1]


def _application(
    session: Session,
    found: World,
    number: int,
    protocol: int,
    tax_code: str = "",
    person: Person | None = None,
) -> ApplicationKey:
    version = session.query(CallVersion).filter_by(call_id=found.call_id).one()
    person = person or make.person(session, name=f"Proponente {number + 1}")
    sent_at = found.content.deadline_at - timedelta(hours=number + 1)
    application = Application(
        call_id=found.call_id,
        call_version_id=version.id,
        person_id=person.id,
        state="submitted",
        salt=b"salt" * 4,
        created_at=sent_at,
        saved_at=sent_at,
        submitted_at=sent_at,
    )
    session.add(application)
    session.flush()
    values = application_values(
        firm_name=FIRMS[number % len(FIRMS)],
        tax_code=tax_code or code_of(number),
        birth_day=f"1998-05-{1 + number % 28:02d}",  # one name: else all would be alike
    )
    content = encode(
        sent_content.build(
            sent_content.AnsweredCall(found.call_id, 1, version.sha256, found.content),
            application.id,
            {"id": person.id, "name": person.name, "email": person.email},
            values,
            [],
        )
    )
    session.add(
        Submission(
            application_id=application.id,
            call_version_id=version.id,
            protocol_year=2026,
            protocol_number=protocol,
            content=content,
            sha256=sha256(content),
            received_at=sent_at,
        )
    )
    session.flush()
    return ApplicationKey(found.call_id, application.id)


def mark(
    session: Session, evaluator: Actor, key: ApplicationKey, marks: str, why: str = "Perché sì."
) -> None:
    """Fill a whole sheet: one mark per criterion, in the order of the grid."""
    now = clock.now(session)
    content = published.of_call(session, key.call_id).content
    typed = {
        criterion.code: TypedScore(value, why)
        for criterion, value in zip(content.criteria, marks.split(), strict=True)
    }
    score_sheets.save(session, evaluator, key, typed, now)


def send(session: Session, evaluator: Actor, key: ApplicationKey, marks: str) -> None:
    """Fill a whole sheet and send it."""
    mark(session, evaluator, key, marks)
    sent_score_sheets.send(session, evaluator, key, clock.now(session))


def send_all(session: Session, found: World, marks: str = "8 6 6") -> None:
    """Every evaluator sends the same marks for every application."""
    for evaluator in found.evaluators:
        for key in found.keys:
            send(session, evaluator, key, marks)


def declare_all(
    session: Session, found: World, evaluator: Actor, keys: list[ApplicationKey]
) -> None:
    """Deny any conflict on some applications."""
    for key in keys:
        declarations.declare(session, evaluator, key, Declared("none"), clock.now(session))


def conflict(session: Session, evaluator: Actor, key: ApplicationKey, kind: str = "family") -> None:
    """Declare a conflict on one application."""
    declarations.declare(session, evaluator, key, Declared(kind, "una cugina"), clock.now(session))


def try_ranking(session: Session, found: World) -> None:
    """Let the office try the ranking: from then on it sees points, and the commission is frozen."""
    trial.begin(session, found.office, found.call_id, clock.now(session))


def decide_last(session: Session, found: World, reason: str = "Ha chiamato: conta questa.") -> None:
    """Let the last one count of every double that waits for the office."""
    for double in doubles.of_call(session, found.call_id):
        if double.waits:
            decision = Decision(double.kept.application_id, reason)
            doubles.decide(session, found.office, found.call_id, decision, clock.now(session))


def open_and_declare(session: Session, found: World) -> None:
    """Open the envelopes and deny every conflict."""
    now = clock.now(session)
    openings.open_envelopes(session, found.office, found.call_id, now)
    for evaluator in found.evaluators:
        declare_all(session, found, evaluator, found.keys)


def recorded(session: Session, found: World) -> None:
    """Put every sending on record, as `submissions.submit` does."""
    ids = [key.application_id for key in found.keys]
    for sent in session.scalars(select(Submission).where(Submission.application_id.in_(ids))):
        subject = audit.of(Application, sent.application_id)
        facts = {"sha256": sent.sha256}
        audit.record(session, None, "submitted", subject, sent.received_at, after=facts)


def applicant(session: Session, key: ApplicationKey) -> Actor:
    """The person who sent an application, as an actor."""
    application = session.get_one(Application, key.application_id)
    return make.actor(session, session.get_one(Person, application.person_id))


def anonymous(session: Session, found: World, text: str) -> str:
    """A page without what differs between two worlds by construction: ids, codes, token."""
    for number, key in enumerate(found.keys):
        code = session.scalar(
            select(OpenedApplication.code).where(
                OpenedApplication.application_id == key.application_id
            )
        )
        text = text.replace(f"evaluations/{key.application_id}", f"evaluations/#{number}")
        text = text.replace(str(code), f"code {number}")
    text = text.replace(f"/calls/{found.call_id}", "/calls/#")
    own = r'(X-CSRF-Token": "|data-person="|name="(csrf|seen|whose)" value=")[^"]*|\d+:\d\d'
    return re.sub(own, "", text)


def join(session: Session, found: World) -> None:
    """Let whoever was appointed through the page act, having denied every conflict."""
    for person in evaluators_.commission(session, found.call_id):
        found.evaluators.append(make.actor(session, person))
        declare_all(session, found, found.evaluators[-1], found.keys)
