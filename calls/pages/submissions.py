"""Checking the answers once more, and sending them."""

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from calls.applications import attempts, drafts, submissions
from calls.applications.contents import ApplicationDraft
from calls.applications.rules import application_sections
from calls.applications.submissions import SentOtherwise
from calls.pages import answers, receipts
from calls.pages.late import NotInIt
from kit.errors import Message, Refused
from kit.http import hop, web
from kit.http.forms import Form
from kit.http.places import SENDING
from kit.http.web import Request, Response, get, post, see_other
from kit.typed import Reader
from people import proof_words, roles
from people.actors import Actor


@get("/applications/{application_id:int}/check", access="signed-in")
def show_check(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
    shown: FromQuery[str] = "",
) -> Response:
    """Show every answer and what is missing, before sending.

    It follows its files as their own page does (`attachments`).
    """
    draft = drafts.own(session, actor, application_id)
    if web.is_htmx(request) and (draft.sent or shown == answers.files_shown(draft)):
        return answers.nothing_new(request, draft)
    if draft.sent:
        return see_other(f"/applications/{application_id}/receipt")
    return _check_page(request, draft, actor)


@get("/applications/{application_id:int}/send", access="signed-in")
def show_send(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
) -> Response:
    """Lead whoever comes back to the address of the sending to what would be sent."""
    drafts.own(session, actor, application_id)
    return see_other(f"/applications/{application_id}/check")


@post(
    "/applications/{application_id:int}/send",
    access="signed-in",
    resent="seen",
    lane=SENDING,
    attempt=attempts.ATTEMPT,
)
def send(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    application_id: FromPath[int],
) -> Response:
    """Send the application as it was shown: the instant is that at which the request was whole."""
    notice = _of_leaving(session, actor, application_id)
    try:
        received_at, seen = hop.received_at(request), form.raw("seen")
        submissions.submit(session, actor, application_id, received_at, seen=seen)
    except SentOtherwise as otherwise:
        draft = drafts.own(session, actor, application_id)
        return receipts.page(request, session, actor, draft, NotInIt(otherwise.message))
    except Refused as refused:
        web.refused(request, refused)  # who came late is remembered
        draft = drafts.own(session, actor, application_id)
        return _check_page(request, draft, actor, refused)
    return see_other(f"/applications/{application_id}/receipt", notice)


def _of_leaving(session: Session, actor: Actor, application_id: int) -> Message | None:
    """Say, before it is sent, what it will have given up; nothing is read for who judges nowhere.

    Whoever is appointed after this has it from the letter of the appointment.
    """
    if not any(role == roles.EVALUATOR for role, _kind, _id in actor.held):
        return None
    draft = drafts.own(session, actor, application_id)
    if draft.sent or not draft.judges:
        return None
    return Message("Con l'invio hai rinunciato alla commissione di questo bando. L'ufficio lo sa.")


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
        said=answers.said_of(draft),
        followed=answers.files_shown(draft),
        sections=application_sections.sections(draft.call.content),
        places={code: name for code, name in answers.municipalities()},
        categories=dict(application_sections.CATEGORIES),
        amounts={**plan.uses, **plan.sources},
        birth_day=Reader(draft.values).day("birth_day"),
        economics=economics,
        proved=proof_words.in_words(actor.proved.means),
    )


HANDLERS = [show_check, show_send, send]
