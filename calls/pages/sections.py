"""The sections of an application: one topic a page, saved as it is typed or by its button."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.applications import drafts
from calls.applications.contents import ApplicationDraft
from calls.applications.rules import application_form, application_sections, completeness
from calls.applications.rules.application_sections import Field, Section
from calls.pages import answers, receipts
from calls.pages.late import NotInIt
from kit.errors import Invalid, Message, NotFound, PersonError, Refused
from kit.http import hop, web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, is_htmx, post, see_other
from kit.sentences import counted
from people.actors import Actor


@get("/applications/{application_id:int}/sections/{code:str}", access="signed-in")
def show_section(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
    code: FromPath[str],
) -> Response:
    """Show one topic of the application."""
    draft = drafts.own(session, actor, application_id)
    section = _section(draft, code)
    return _section_page(request, draft, section, _typed(draft, section.fields))


@post("/applications/{application_id:int}/sections/{code:str}", access="signed-in", resent="merged")
def save_section(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    *,
    application_id: FromPath[int],
    code: FromPath[str],
) -> Response:
    """Save what was changed on a page (without JavaScript, or with its button) and go on."""
    received_at = hop.received_at(request)
    try:
        draft = drafts.locked(session, actor, application_id, received_at)
        section = _section(draft, code)
        draft, long = _save(session, actor, form, section.fields, draft, received_at=received_at)
    except (Invalid, Refused) as error:
        form.take(error)
        draft = drafts.own(session, actor, application_id)
        section = _section(draft, code)
        if draft.sent:
            late = answers.not_in_it(form, draft, section.fields)
            return _receipt(request, session, actor, draft, late)
        return _section_page(request, draft, section, form, error.status, error=error)
    unreadable = {
        name: message
        for name, message in application_form.errors(section.fields, draft.values).items()
        if draft.values.get(name)
    }
    if not unreadable and not long:
        return see_other(_next(draft, section), _saved_notice(draft, section))
    shown = _typed(draft, section.fields, {**unreadable, **long})
    shown.values |= {name: form.raw(name) for name in long}
    refused = Invalid(long) if long else None
    status = 200 if refused is None else refused.status
    response = _section_page(request, draft, section, shown, status, error=refused)
    web.kept(request)  # the other fields of the page are saved
    return response


@post(
    "/applications/{application_id:int}/sections/{code:str}/{name:str}",
    access="signed-in",
    resent="merged",
)
def save_field(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    *,
    application_id: FromPath[int],
    code: FromPath[str],
    name: FromPath[str],
) -> Response:
    """Save one field as it is typed; answer what follows, and what its page shows of it now."""
    typed, status, refused = form.raw(name), 200, None
    received_at = hop.received_at(request)
    before: dict[str, Message] = {}
    try:
        draft = drafts.locked(session, actor, application_id, received_at)
        section = _section(draft, code)
        before = completeness.wrong(draft.call.content, section, draft.values)
        fields = _only(section, name)
        draft, long = _save(session, actor, form, fields, draft, received_at=received_at)
        form.take(Invalid(long))
        form.check()
    except (Invalid, Refused) as error:
        form.take(error, name)
        status, refused = error.status, error
        draft = drafts.own(session, actor, application_id)
        section = _section(draft, code)
        fields = _only(section, name)
    late = answers.not_in_it(form, draft, fields) if draft.sent or answers.is_late(draft) else None
    if not is_htmx(request):
        if draft.sent:
            return _receipt(request, session, actor, draft, late)
        if status == 200:
            return see_other(f"/applications/{application_id}/sections/{code}")
        if answers.is_late(draft):
            return _section_page(request, draft, section, form, status, error=refused)
        whole = _typed(draft, section.fields, form.errors)
        whole.values[name], whole.clashes = typed, form.clashes
        return _section_page(request, draft, section, whole, status)
    # What was left as it was shown while others changed it goes on showing that.
    told = fields if form.clashes or form.raw(name) == typed else ()
    form.saved = application_form.shown(fields, draft.values)
    wrong = completeness.wrong(draft.call.content, section, draft.values)
    return web.page(
        request,
        "calls/applications/_saved.html",
        status,
        draft=draft,
        said=None if draft.sent else answers.said_of(draft),
        section=section,
        name=name,
        form=form,
        told=told,
        wrong=wrong,
        # What was wrong before may not be any more, also beside another field.
        weighed=dict.fromkeys([name, *before, *wrong]),
        late=late,
        municipalities=answers.municipalities(),
        now=actor.now,
    )


def _save(
    session: Session,
    actor: Actor,
    form: Form,
    fields: Sequence[Field],
    draft: ApplicationDraft,
    *,
    received_at: datetime,
) -> tuple[ApplicationDraft, dict[str, Message]]:
    """Save what was changed in some fields of a held draft, and say what is too long for it.

    Raises Invalid where others changed the same meanwhile.
    """
    saved = application_form.shown(fields, draft.values)
    mine = form.meet(saved, flags=application_form.flags(fields))
    form.check()
    typed = {name: form.raw(name) for name in mine}
    long = drafts.too_long(typed)
    values = {name: text for name, text in typed.items() if name not in long}
    id_ = draft.application.id
    return drafts.set_fields(session, actor, id_, values, received_at, held=draft), long


def _typed(
    draft: ApplicationDraft, fields: Sequence[Field], errors: Mapping[str, Message] | None = None
) -> Form:
    return Form.showing(application_form.shown(fields, draft.values), errors)


def _section(draft: ApplicationDraft, code: str) -> Section:
    section = application_sections.find(draft.call.content, code)
    if section is None:
        raise NotFound
    return section


def _only(section: Section, name: str) -> tuple[Field, ...]:
    found = tuple(field for field in section.fields if field.name == name)
    if not found:
        raise NotFound
    return found


def _saved_notice(draft: ApplicationDraft, section: Section) -> Message:
    """Say that a page is saved, and whether something of it would not be taken."""
    wrong = completeness.wrong(draft.call.content, section, draft.values)
    if not wrong:
        return Message("Salvata la pagina «{page}».", page=section.title)
    return counted(
        len(wrong),
        "Salvato, ma nella pagina «{page}» {n} cosa è da correggere.",
        "Salvato, ma nella pagina «{page}» {n} cose sono da correggere.",
        page=section.title,
    )


def _next(draft: ApplicationDraft, section: Section) -> str:
    """Where "save and go on" leads: the next page, then the files."""
    here = f"/applications/{draft.application.id}"
    codes = [known.code for known in application_sections.sections(draft.call.content)]
    place = codes.index(section.code) + 1
    return f"{here}/sections/{codes[place]}" if place < len(codes) else f"{here}/attachments"


def _receipt(
    request: Request,
    session: Session,
    actor: Actor,
    draft: ApplicationDraft,
    late: NotInIt | None,
) -> Response:
    """Answer what came after the sending: the receipt, and what is not in what was sent."""
    if late is None:
        return see_other(f"/applications/{draft.application.id}/receipt")
    return receipts.page(request, session, actor, draft, late)


def _section_page(
    request: Request,
    draft: ApplicationDraft,
    section: Section,
    form: Form,
    status: int = 200,
    *,
    error: PersonError | None = None,
) -> Response:
    if draft.sent:
        return see_other(f"/applications/{draft.application.id}/receipt")
    if answers.is_late(draft):
        return _reread_page(request, draft, section, form if error is not None else None, error)
    now = request.scope["state"]["now"]
    context: dict[str, Any] = {
        "draft": draft,
        "said": answers.said_of(draft),
        "section": section,
        "wrong": completeness.wrong(draft.call.content, section, draft.values),
        "form": form,
        "named": {field.name: field.label for field in section.fields}.get,
        "municipalities": answers.municipalities() if section.code == "proponent" else [],
        "now": now,
        "rows": range(1, application_sections.INVESTMENT_ROWS + 1),
        "years": application_sections.YEARS,
        "sections_of": application_sections,
    }
    return web.page(request, "calls/applications/section.html", status, **context)


def _reread_page(
    request: Request,
    draft: ApplicationDraft,
    section: Section,
    form: Form | None,
    error: PersonError | None,
) -> Response:
    """Show a page of a draft whose deadline has passed, to be read; what came too late beside."""
    late = None
    if form is not None and error is not None:
        late = answers.not_in_it(form, draft, section.fields) or NotInIt(error.message)
    return web.page(
        request,
        "calls/applications/reread.html",
        200 if error is None else error.status,
        draft=draft,
        said=answers.said_of(draft),
        section=section,
        written=answers.of_section(section, draft.values),
        choices=answers.choices(section),
        late=late,
    )


HANDLERS = [show_section, save_section, save_field]
