import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from calls.tables.texts import CallVersion
from calls.texts import drafts, published
from kit.audit import AuditEvent, AuditLink
from kit.canonical import sha256
from kit.errors import Invalid, NotFound, Refused
from kit.paper import documents
from kit.rome import to_rome
from people import roles
from tests import make
from tests.calls import make as world
from tests.calls.examples import call_values
from tests.jobs import queued, run_all


def test_a_draft_keeps_whatever_is_typed_and_nothing_else(session, now):
    author = world.office(session)
    call = drafts.start(session, author, {"title": "Prova", "budget": "tanto", "evil": "1"}, now)
    assert drafts.draft_values(call) == {"title": "Prova", "budget": "tanto"}
    drafts.edit(session, author, call.id, {"title": "Prova\r\ndue"}, now)
    assert drafts.draft_values(call) == {"title": "Prova\ndue", "budget": "tanto"}
    assert "budget" in drafts.problems(drafts.draft_values(call), now)


def test_what_is_wrong_is_named_at_once_the_hours_too(now):
    """A deadline that can be read is looked at, whatever else cannot."""
    past = f"{to_rome(now - timedelta(days=7)):%d/%m/%Y} 12:00:30"
    one = {"title": "Prova", "budget": "-5", "deadline_at": past, "opens_at": past}
    found = drafts.problems(one, now)
    assert {"budget", "summary", "deadline_at", "opens_at"} <= found.keys()
    mended = drafts.problems(call_values(now, deadline_at=past, opens_at=past), now)
    assert mended.keys() == {"deadline_at", "opens_at"} <= found.keys()
    late = drafts.problems({**one, "opens_at": "", "deadline_at": past[:-3]}, now)
    assert "passata" in str(late["deadline_at"])


def test_publishing_freezes_the_content_under_its_hash(session, now):
    call = world.call(session)
    version = session.scalars(select(CallVersion)).one()
    assert sha256(version.content.encode()) == version.sha256 == call.sha256
    assert json.loads(version.content)["budget"] == 12_000_000
    assert version.deadline_at == call.deadline_at
    event = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "calls.call.published")
    ).one()
    assert event.after == {"version": 1, "sha256": call.sha256}
    link = session.scalars(select(AuditLink).where(AuditLink.event_id == event.id)).one()
    assert (link.chain_kind, link.chain_id, link.position) == ("call", call.call_id, 1)
    assert [call_.call_id for call_ in published.listed(session)] == [call.call_id]


def test_the_text_of_a_published_call_is_printed_by_the_worker(session, now):
    call = world.call(session)
    assert [name for name, _ in queued(session)] == ["calls.text"]
    run_all(session)
    document = documents.of(session, "call_version", call.version_id)[0]
    session.refresh(document)
    assert (document.state, document.media_type) == ("ready", "application/pdf")


def test_a_published_call_is_not_published_or_edited_again(session, now):
    call = world.call(session)
    author = world.office(session)
    for act in (
        lambda: drafts.publish(session, author, call.call_id, now),
        lambda: drafts.edit(session, author, call.call_id, {"title": "Altro"}, now),
    ):
        with pytest.raises(Refused, match="già pubblicato"):
            act()


def test_an_incomplete_draft_or_a_deadline_gone_by_is_not_published(session, now):
    author = world.office(session)
    call = drafts.start(session, author, call_values(now, cap=""), now)
    with pytest.raises(Invalid) as refused:
        drafts.publish(session, author, call.id, now)
    assert set(refused.value.errors) == {"cap"}
    drafts.edit(session, author, call.id, call_values(now), now)
    with pytest.raises(Invalid) as refused:
        drafts.publish(session, author, call.id, now + timedelta(days=25))
    assert set(refused.value.errors) == {"deadline_at"}
    with pytest.raises(NotFound):
        published.of_call(session, call.id)


def test_only_the_office_of_a_call_touches_it(session, now):
    author = world.office(session)
    call = drafts.start(session, author, {}, now)
    one = make.actor(session, None, (roles.OFFICE, "call", call.id))
    other = make.actor(session, None, (roles.OFFICE, "call", call.id + 1))
    drafts.edit(session, one, call.id, {"title": "Mio"}, now)
    assert [c.id for c in drafts.of_office(session, one)] == [call.id]
    assert drafts.of_office(session, other) == []
    for stranger in (other, make.actor(session)):
        with pytest.raises(NotFound):
            drafts.edit(session, stranger, call.id, {"title": "Tuo"}, now)
        with pytest.raises(NotFound):
            drafts.publish(session, stranger, call.id, now)
        with pytest.raises(NotFound):
            drafts.for_office(session, stranger, call.id)
        with pytest.raises(NotFound):
            drafts.start(session, stranger, {}, now)
