"""Checking the answers, sending, the receipt."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.applications import drafts, submissions
from calls.applications.contents import ApplicationDraft
from calls.applications.rules import application_sections
from calls.pages.applications import municipalities
from calls.texts.rules import lifecycle
from kit.errors import Message, NotFound, Refused
from kit.http import hop, web
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


@post("/applications/{application_id:int}/send", access="signed-in", resent="seen")
def send(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
) -> Response:
    """Send the application: the instant is the one read when the request was whole."""
    try:
        submissions.submit(session, actor, application_id, hop.received_at(request))
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
        document=submissions.receipt(session, draft.submission),
        now=actor.now,
    )


@get("/applications/{application_id:int}/receipt/file", access="signed-in")
def download_receipt(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
) -> Response:
    """Give the receipt as PDF; Refused in words while the worker is still drawing it."""
    submission = drafts.own(session, actor, application_id).submission
    document = submissions.receipt(session, submission) if submission is not None else None
    if document is None:
        raise NotFound
    return web.download(document)


@post("/applications/{application_id:int}/receipt/retry", access="signed-in", resent="same")
def print_receipt_again(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
) -> Response:
    """Print a receipt that failed once more."""
    submissions.print_again(session, actor, application_id)
    return see_other(f"/applications/{application_id}/receipt", documents.AGAIN)


def _check_page(
    request: Request, draft: ApplicationDraft, actor: Actor, refused: Refused | None = None
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


HANDLERS = [show_check, send, show_receipt, download_receipt, print_receipt_again]
