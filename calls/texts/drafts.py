"""Calls as the office writes them: drafted, edited, published once and for all."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.commission import access
from calls.tables.texts import Call, CallVersion
from calls.texts import published
from calls.texts.rules import call_form, call_parts, lifecycle
from calls.texts.rules.call_content import CallContent, to_plain
from kit import audit, shown
from kit.canonical import encode, sha256
from kit.db import lock_exclusive
from kit.errors import Invalid, Message, NotFound
from kit.paper import documents
from kit.paper.documents import Document
from people import roles, scopes
from people.actors import Actor

LONGEST_VALUE = 20_000
TEXT_DOCUMENT = "calls.text"


def start(session: Session, actor: Actor, values: Mapping[str, str], now: datetime) -> Call:
    """Begin a new call as a draft of typed texts; nothing is refused but an absurd length."""
    actor.require(roles.OFFICE, "calls", 0)
    kept = _kept(values)
    call = Call(
        title=kept.get("title", "").strip()[:200],
        state=lifecycle.DRAFT,
        draft=_text(kept),
        created_by=actor.person_id,
        created_at=now,
        updated_at=now,
    )
    session.add(call)
    session.flush()
    audit.record(session, actor, "started", call, now)
    return call


def held(session: Session, actor: Actor, call_id: int) -> Call:
    """Hold a draft and read it, for a page that changes some of its fields.

    Raises Refused once the call is published: what binds is not changed here.
    """
    access.require_office(actor, call_id)
    lock_exclusive(session, "call", call_id)
    return _draft(session, call_id)


def edit(
    session: Session, actor: Actor, call_id: int, values: Mapping[str, str], now: datetime
) -> Call:
    """Save what the office typed into some fields of a draft, whatever it says.

    The other fields stay as they are. Raises Refused once the call is published.
    """
    call = held(session, actor, call_id)
    before = draft_values(call)
    kept = {**before, **_kept(values)}
    changed = sorted(name for name, value in kept.items() if before.get(name, "") != value)
    if changed:
        call.draft, call.title, call.updated_at = _text(kept), kept.get("title", "")[:200], now
        session.flush()
        facts = {"fields": changed}
        audit.record(session, actor, "edited", audit.of(Call, call_id), now, after=facts)
    return call


def publish(
    session: Session, actor: Actor, call_id: int, now: datetime, *, seen: str | None = None
) -> CallVersion:
    """Publish a draft as version 1, immutable from then on, and have its text printed.

    `seen` is what the preview had shown (`call_parts.parts`, packed), None where there was
    none: what is published from a page begins and ends on a whole minute.

    Raises Changed where the draft is no longer that, Invalid naming everything that is
    wrong, Refused when it is published already.
    """
    call = held(session, actor, call_id)
    values = draft_values(call)
    content = call_form.read(values)
    if seen is not None:
        shown.check(seen, call_parts.parts(content), call_parts.named)
        if found := call_form.seconds(values):
            raise Invalid(found)
    if not lifecycle.in_time(now, content.deadline_at):
        raise Invalid({"deadline_at": _PAST})
    plain = encode(to_plain(content))
    version = CallVersion(
        call_id=call_id,
        number=1,
        title=content.title,
        content=plain.decode(),
        sha256=sha256(plain),
        opens_at=content.opens_at,
        deadline_at=content.deadline_at,
        published_by=actor.person_id,
        published_at=now,
    )
    session.add(version)
    call.state, call.title, call.updated_at = lifecycle.PUBLISHED, content.title, now
    session.flush()
    facts = {"version": 1, "sha256": version.sha256}
    audit.record_act(session, actor, "published", audit.of(Call, call_id), now, after=facts)
    documents.request(
        session,
        kind=TEXT_DOCUMENT,
        subject_kind="call_version",
        subject_id=version.id,
        filename=f"bando-{call_id}-versione-1.pdf",
        media_type="application/pdf",
        task="calls.text",
        now=now,
        call_version_id=version.id,
    )
    return version


def printed(session: Session, call_version_id: int) -> Document | None:
    """The printed text of a version, in whatever state it is."""
    return documents.newest(session, TEXT_DOCUMENT, "call_version", call_version_id)


def print_again(session: Session, actor: Actor, call_id: int) -> None:
    """Have the text in force printed once more. Raises Refused unless printing it failed."""
    access.require_office(actor, call_id)
    document = printed(session, published.of_call(session, call_id).version_id)
    if document is None:
        raise NotFound
    documents.retry(session, document)


_PAST = Message("La scadenza è già passata.")


def problems(values: Mapping[str, str], now: datetime) -> dict[str, Message]:
    """Say what keeps a draft from being published at `now`: field to sentence; empty if nothing."""
    try:
        call_form.read(values)
    except Invalid as invalid:
        found = dict(invalid.errors)
    else:
        found = {}
    # Of what could be read too, so that nothing appears only once the rest is mended.
    late = call_form.seconds(values)
    ends_at = call_form.deadline(values)
    if isinstance(ends_at, datetime) and not lifecycle.in_time(now, ends_at):
        late["deadline_at"] = _PAST
    return found | {name: said for name, said in late.items() if name not in found}


def preview(call: Call) -> CallContent:
    """Read a draft as it would be published; raises Invalid naming everything that is wrong."""
    return call_form.read(draft_values(call))


def draft_values(call: Call) -> dict[str, str]:
    """What the office typed, by field name."""
    values: dict[str, str] = json.loads(call.draft)
    return values


def of_office(session: Session, actor: Actor) -> list[Call]:
    """The calls this member of the office works on, drafts included, the newest first."""
    query = select(Call).order_by(Call.updated_at.desc(), Call.id.desc())
    if not actor.has(roles.OFFICE, "calls", 0):
        query = query.where(Call.id.in_(actor.scopes(roles.OFFICE, "call")))
    return list(session.scalars(query))


def named(session: Session, call_ids: Collection[int]) -> dict[int, Message]:
    """Name calls by id (one statement)."""
    query = select(Call.id, Call.title).where(Call.id.in_(call_ids))
    untitled = Message("un bando senza titolo")
    return {
        id_: Message("{title}", title=title) if title.strip() else untitled
        for id_, title in session.execute(query)
    }


scopes.register("call", named)


def for_office(session: Session, actor: Actor, call_id: int) -> Call:
    """One call for its office; NotFound for everybody else."""
    access.require_office(actor, call_id)
    call = session.get(Call, call_id)
    if call is None:
        raise NotFound
    return call


def _draft(session: Session, call_id: int) -> Call:
    call = session.get(Call, call_id, populate_existing=True)
    if call is None:
        raise NotFound
    lifecycle.check_may_write(call.state)
    return call


def _kept(values: Mapping[str, str]) -> dict[str, str]:
    """The fields of the form and nothing else, with one kind of line end."""
    kept = {
        name: values[name].replace("\r\n", "\n") for name in call_form.names() if name in values
    }
    for name, value in kept.items():
        if len(value) > LONGEST_VALUE:
            raise Invalid({name: Message("Il testo è troppo lungo: al massimo 20.000 caratteri.")})
    return kept


def _text(values: Mapping[str, str]) -> str:
    return encode(dict(values)).decode()
