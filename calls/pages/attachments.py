"""The files of an application: show, add, follow, take out, give back."""

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from calls.applications import attachments, drafts, refused_files
from calls.applications.contents import ApplicationDraft
from calls.applications.rules import lifecycle
from calls.pages import answers, receipts
from calls.pages.late import NotInIt
from kit import files, spelled
from kit.canonical import sha256
from kit.errors import Message, Refused
from kit.http import hop, keyed, web
from kit.http.forms import Form, Upload
from kit.http.web import Request, Response, get, post, see_other
from people.actors import Actor

_ATTACHMENT_ADDED = keyed.Making(
    "calls.attachment.added",
    Message("Hai già allegato questo file ({at})."),
    "attachments",
)


@get("/applications/{application_id:int}/attachments", access="signed-in")
def show_attachments(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
    shown: FromQuery[str] = "",
) -> Response:
    """Show the files of the application and the form to add one.

    A page that follows them says what it has `shown`: while nothing is new, nothing is answered.
    """
    draft = drafts.own(session, actor, application_id)
    if web.is_htmx(request) and (draft.sent or shown == answers.files_shown(draft)):
        return answers.nothing_new(request, draft)
    return _attachments_page(request, draft, Form())


@post(
    "/applications/{application_id:int}/attachments",
    access="signed-in",
    resent="keyed",
    takes_files=True,
)
def add_attachment(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    application_id: FromPath[int],
) -> Response:
    """Keep an uploaded PDF; a job looks through it."""
    drafts.own(session, actor, application_id)
    received_at, told = hop.received_at(request), spelled.id_(form.raw("told")) or 0
    try:
        upload = attachments.check(form.files.get("file"))

        def add() -> dict[str, int]:
            file = attachments.add(session, actor, application_id, upload, received_at, told=told)
            return {"id": file.id}

        keyed.once(session, actor, _ATTACHMENT_ADDED, form, add)
    except Refused as refused:
        form.take(refused)
        draft = drafts.own(session, actor, application_id)
        if draft.sent:
            late = _not_in_it(draft, form.files.get("file"))
            return receipts.page(request, session, actor, draft, late)
        if answers.is_late(draft):
            late = _not_added(draft, form.files.get("file"))
            return _attachments_page(request, draft, form, refused.status, late=late)
        return _attachments_page(request, draft, form, refused.status)
    return see_other(f"/applications/{application_id}/attachments", Message("File caricato."))


def _not_in_it(draft: ApplicationDraft, upload: Upload | None) -> NotInIt | None:
    """Say of a file that came after the sending that it is not in what was sent, unless it is."""
    if upload is None or not upload.filename:
        return None
    digest = sha256(upload.content)
    if any(file.sha256 == digest for file in draft.attachments):
        return NotInIt(
            Message("Questo file è già nella domanda inviata: «{name}».", name=upload.filename)
        )
    return NotInIt(
        Message("Questo file non è nella domanda inviata: «{name}».", name=upload.filename)
    )


def _not_added(draft: ApplicationDraft, upload: Upload | None) -> NotInIt:
    """Say of a file that came after the deadline that it is not in the draft."""
    over = lifecycle.over(draft.call)
    if upload is None or not upload.filename:
        return NotInIt(over)
    return NotInIt(
        Message("{over} Questo file non è aggiunto: «{name}».", over=over, name=upload.filename)
    )


@get(
    "/applications/{application_id:int}/attachments/{attachment_id:int}/remove", access="signed-in"
)
def show_remove(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
    attachment_id: FromPath[int],
) -> Response:
    """Lead whoever comes back to the address of a removal to the files."""
    drafts.own(session, actor, application_id)
    return see_other(f"/applications/{application_id}/attachments")


@post(
    "/applications/{application_id:int}/attachments/{attachment_id:int}/remove",
    access="signed-in",
    resent="same",
)
def remove_attachment(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
    attachment_id: FromPath[int],
) -> Response:
    """Take a file out of the draft."""
    try:
        received_at = hop.received_at(request)
        gone = attachments.remove(session, actor, application_id, attachment_id, received_at)
    except Refused as refused:
        draft = drafts.own(session, actor, application_id)
        if not draft.sent:
            over = lifecycle.over(draft.call)
            late = NotInIt(Message("{over} I suoi file restano dove sono.", over=over))
            return _attachments_page(request, draft, Form(), refused.status, late=late)
        late = NotInIt(Message("La domanda è già stata inviata: i suoi file restano dove sono."))
        return receipts.page(request, session, actor, draft, late)
    said = Message("File tolto.") if gone else Message("Questo file era già stato tolto.")
    return see_other(f"/applications/{application_id}/attachments", said)


@post(
    "/applications/{application_id:int}/attachments/refused/{refused_id:int}/remove",
    access="signed-in",
    resent="same",
)
def forget_refused(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
    refused_id: FromPath[int],
) -> Response:
    """Say no more of a file that did not open."""
    refused_files.forget(session, actor, application_id, refused_id)
    return see_other(f"/applications/{application_id}/attachments")


@get(
    "/applications/{application_id:int}/attachments/{attachment_id:int}",
    access="signed-in",
    page=False,
)
def download_attachment(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
    attachment_id: FromPath[int],
) -> Response:
    """Give the applicant a file back."""
    found = attachments.own(session, actor, application_id, attachment_id)
    return web.attachment(files.get(found.sha256), found.filename, "application/pdf")


def _attachments_page(
    request: Request,
    draft: ApplicationDraft,
    form: Form,
    status: int = 200,
    *,
    late: NotInIt | None = None,
) -> Response:
    if draft.sent:
        return see_other(f"/applications/{draft.application.id}/receipt")
    return web.page(
        request,
        "calls/applications/attachments.html",
        status,
        draft=draft,
        said=answers.said_of(draft),
        late=late,
        form=form,
        shown=answers.files_shown(draft),
        told=max((file.id for file in draft.not_kept), default=0),
        most=attachments.MOST,
        largest_mb=attachments.LARGEST_MB,
    )


HANDLERS = [
    show_attachments,
    add_attachment,
    show_remove,
    remove_attachment,
    forget_refused,
    download_attachment,
]
