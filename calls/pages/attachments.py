"""The files of an application: show, add, take out, give back."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.applications import attachments, drafts
from calls.applications.contents import ApplicationDraft
from kit import files
from kit.errors import Message, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from people.actors import Actor


@get("/applications/{application_id:int}/attachments", access="signed-in")
def show_attachments(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
) -> Response:
    """Show the files of the application and the form to add one."""
    draft = drafts.own(session, actor, application_id)
    return _attachments_page(request, draft, Form())


@post("/applications/{application_id:int}/attachments", access="signed-in", resent="keyed")
def add_attachment(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    application_id: FromPath[int],
) -> Response:
    """Look through an uploaded PDF and keep it."""
    drafts.own(session, actor, application_id)
    try:
        # Nothing has been written yet: the connection is given back while the file is
        # looked through, which may take seconds.
        session.rollback()
        upload = attachments.check(form.files.get("file"))
        attachments.add(session, actor, application_id, upload, actor.now)
    except Refused as refused:
        web.refused(request, refused)
        form.take(refused)
        draft = drafts.own(session, actor, application_id)
        return _attachments_page(request, draft, form, refused.status)
    return see_other(f"/applications/{application_id}/attachments", Message("File allegato."))


@post(
    "/applications/{application_id:int}/attachments/{attachment_id:int}/remove",
    access="signed-in",
    resent="same",
)
def remove_attachment(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
    attachment_id: FromPath[int],
) -> Response:
    """Take a file out of the draft."""
    attachments.remove(session, actor, application_id, attachment_id, actor.now)
    return see_other(f"/applications/{application_id}/attachments", Message("File tolto."))


@get("/applications/{application_id:int}/attachments/{attachment_id:int}", access="signed-in")
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
    request: Request, draft: ApplicationDraft, form: Form, status: int = 200
) -> Response:
    if draft.sent:
        return see_other(f"/applications/{draft.application.id}/receipt")
    return web.page(
        request,
        "calls/applications/attachments.html",
        status,
        draft=draft,
        form=form,
        most=attachments.MOST,
        largest_mb=attachments.LARGEST_MB,
    )


HANDLERS = [show_attachments, add_attachment, remove_attachment, download_attachment]
