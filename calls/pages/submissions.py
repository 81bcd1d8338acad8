"""Checking the answers, sending, the receipt."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.applications import drafts, submissions
from calls.applications.contents import Draft
from calls.applications.rules import application_sections
from calls.pages.applications import municipalities
from calls.texts.rules import lifecycle
from kit.errors import Message, NotFound, Refused
from kit.http import web
from kit.http.web import Request, Response, get, post, see_other
from kit.paper import documents
from kit.typed import Reader
from people.actors import Actor


@get("/applications/{application_id:int}/check", access="signed-in")
def show_check(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
) -> Response:
    """Show every answer and what is missing, before sending."""
    draft = drafts.own(session, actor, application_id)
    if draft.sent:
        return see_other(f"/applications/{application_id}/receipt")
    return _check_page(request, draft, actor)


@post("/applications/{application_id:int}/send", access="signed-in")
def send(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
) -> Response:
    """Send the application: the instant is the one read when the request was whole."""
    try:
        submissions.submit(session, actor, application_id, actor.now)
    except Refused as refused:
        web.refused(request, refused)
        draft = drafts.own(session, actor, application_id)
        return _check_page(request, draft, actor, refused)
    return see_other(f"/applications/{application_id}/receipt")


@get("/applications/{application_id:int}/receipt", access="signed-in")
def show_receipt(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
) -> Response:
    """Show the receipt of a sent application."""
    draft = drafts.own(session, actor, application_id)
    if draft.submission is None:
        raise NotFound
    return web.page(
        request,
        "calls/applications/receipt.html",
        draft=draft,
        submission=draft.submission,
        protocol=submissions.protocol(draft.submission),
        document=_receipt(session, draft),
        now=actor.now,
    )


@get("/applications/{application_id:int}/receipt/file", access="signed-in")
def download_receipt(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
) -> Response:
    """Give the receipt as PDF; Refused in words while the worker is still drawing it."""
    document = _receipt(session, drafts.own(session, actor, application_id))
    if document is None:
        raise NotFound
    return web.download(document)


def _check_page(
    request: Request, draft: Draft, actor: Actor, refused: Refused | None = None
) -> Response:
    plan = draft.plan
    economics = [
        (label, [year.revenues[code] for year in plan.years])
        for code, label in application_sections.REVENUES
    ]
    economics += [
        (label, [year.costs[code] for year in plan.years])
        for code, label in application_sections.COSTS
    ]
    economics.append((Message("Utile o perdita"), [year.result for year in plan.years]))
    return web.page(
        request,
        "calls/applications/check.html",
        200 if refused is None else refused.status,
        draft=draft,
        refused=refused,
        late=not lifecycle.in_time(actor.now, draft.call.deadline_at),
        sections=application_sections.sections(draft.call.content),
        places={code: name for code, name in municipalities()},
        categories=dict(application_sections.CATEGORIES),
        amounts={**plan.uses, **plan.sources},
        birth_day=Reader(draft.values).day("birth_day"),
        economics=economics,
    )


def _receipt(session: Session, draft: Draft) -> documents.Document | None:
    if draft.submission is None:
        return None
    for document in documents.of(session, "submission", draft.submission.id):
        if document.kind == submissions.RECEIPT_DOCUMENT:
            return document
    return None


HANDLERS = [show_check, send, show_receipt, download_receipt]
