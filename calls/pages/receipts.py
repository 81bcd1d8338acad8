"""The receipt of a sent application, and what came too late to be in it."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.applications import drafts, submissions
from calls.applications.contents import ApplicationDraft
from calls.pages.late import NotInIt
from calls.rankings import outcomes
from kit.errors import NotFound
from kit.http import web
from kit.http.web import Request, Response, get, post, see_other
from kit.paper import documents
from people import proof_words
from people.actors import Actor


@get("/applications/{application_id:int}/receipt", access="signed-in")
def show_receipt(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
) -> Response:
    """Show the receipt of a sent application."""
    return page(request, session, actor, drafts.own(session, actor, application_id))


def page(
    request: Request,
    session: Session,
    actor: Actor,
    draft: ApplicationDraft,
    late: NotInIt | None = None,
) -> Response:
    """Show the receipt; with `late`, as a refusal (409) of what is not in what was sent.

    Raises NotFound for a draft.
    """
    if draft.submission is None:
        raise NotFound
    return web.page(
        request,
        "calls/applications/receipt.html",
        200 if late is None else 409,
        draft=draft,
        said=outcomes.of_draft(session, draft, actor.now),
        late=late,
        submission=draft.submission,
        protocol=submissions.protocol(draft.submission),
        fingerprint=submissions.fingerprint(draft.submission),
        sent_with=proof_words.in_words(draft.submission.means) if draft.submission.means else None,
        document=submissions.receipt(session, draft.submission),
        now=actor.now,
    )


@get("/applications/{application_id:int}/receipt/file", access="signed-in", page=False)
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


HANDLERS = [show_receipt, download_receipt, print_receipt_again]
