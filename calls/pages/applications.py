"""The applicant's pages: own applications, the task list, one topic a page with autosave."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.applications import drafts
from calls.applications.contents import ApplicationDraft
from calls.applications.rules import application_form, application_sections
from calls.applications.rules.application_sections import Section
from kit.errors import Message, NotFound, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, is_htmx, post, see_other
from kit.words.text import render
from people import places
from people.actors import Actor


@get("/applications", access="signed-in")
def show_list(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """List the person's own applications."""
    mine = drafts.mine(session, actor)
    return web.page(request, "calls/applications/list.html", mine=mine, now=actor.now)


@post("/calls/{call_id:int}/applications", access="signed-in", resent="same")
def start(
    session: NamedDependency[Session], actor: NamedDependency[Actor], call_id: FromPath[int]
) -> Response:
    """Begin an application, or go on with the one already begun."""
    application = drafts.start(session, actor, call_id, actor.now)
    return see_other(f"/applications/{application.id}")


@get("/applications/{application_id:int}", access="signed-in")
def show(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
) -> Response:
    """Show the task list; once sent, the receipt."""
    draft = drafts.own(session, actor, application_id)
    if draft.sent:
        return see_other(f"/applications/{application_id}/receipt")
    return web.page(request, "calls/applications/tasks.html", draft=draft, now=actor.now)


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
    return _section_page(request, draft, _section(draft, code), _typed(draft))


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
    """Save all fields of a page (without JavaScript, or with its button) and go on."""
    draft = drafts.own(session, actor, application_id)
    section = _section(draft, code)
    if form.resumed:
        form.beside(_read_aloud(draft, section))
        return _section_page(request, draft, section, form, 422)
    typed = {
        field.name: form.values.get(field.name, "")
        for field in section.fields
        if field.kind == "flag" or field.name in form.values
    }
    long = drafts.too_long(typed)
    kept = {name: value for name, value in typed.items() if name not in long}
    try:
        draft = drafts.set_fields(session, actor, application_id, kept, actor.now)
    except Refused as error:
        web.refused(request, error)
        form.take(error)
        return _section_page(request, draft, section, form, error.status)
    unreadable = {
        name: message
        for name, message in application_form.errors(section.fields, draft.values).items()
        if draft.values.get(name)
    }
    if not unreadable and not long:
        return see_other(_next(draft, section), Message("Salvato."))
    shown = _typed(draft, {**unreadable, **long})
    shown.values |= {name: typed[name] for name in long}
    response = _section_page(request, draft, section, shown, 422 if long else 200)
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
    """Save one field as it is typed and show what follows from it."""
    typed = {name: form.values.get(name, "")}
    long = drafts.too_long(typed)
    if long:
        draft = drafts.own(session, actor, application_id)
    else:
        draft = drafts.set_fields(session, actor, application_id, typed, actor.now)
    section = _section(draft, code)
    if not is_htmx(request):
        return see_other(f"/applications/{application_id}/sections/{code}")
    return web.page(
        request,
        "calls/applications/_saved.html",
        422 if long else 200,
        draft=draft,
        section=section,
        now=actor.now,
        refused=long,
    )


def _typed(draft: ApplicationDraft, errors: dict[str, Message] | None = None) -> Form:
    """The draft as a form; an unticked box is a field that is not there."""
    values = {name: value for name, value in draft.values.items() if value}
    return Form(values=values, errors=errors or {})


def _read_aloud(draft: ApplicationDraft, section: Section) -> dict[str, str]:
    """What is saved of a section as people read it: choices by their names, boxes left out."""
    named: dict[str, str] = {}
    for field in section.fields:
        value = draft.values.get(field.name, "")
        if field.kind == "choice":
            value = next((render(label) for code, label in field.options if code == value), "")
        elif field.kind == "municipality":
            value = dict(municipalities()).get(value, "")
        if field.kind != "flag":
            named[field.name] = value
    return named


def _section(draft: ApplicationDraft, code: str) -> Section:
    section = application_sections.find(draft.call.content, code)
    if section is None:
        raise NotFound
    return section


def _next(draft: ApplicationDraft, section: Section) -> str:
    """Where "save and go on" leads: the next page, then the files."""
    here = f"/applications/{draft.application.id}"
    codes = [known.code for known in application_sections.sections(draft.call.content)]
    place = codes.index(section.code) + 1
    return f"{here}/sections/{codes[place]}" if place < len(codes) else f"{here}/attachments"


def _section_page(
    request: Request, draft: ApplicationDraft, section: Section, form: Form, status: int = 200
) -> Response:
    if draft.sent:
        return see_other(f"/applications/{draft.application.id}/receipt")
    context: dict[str, Any] = {
        "draft": draft,
        "section": section,
        "form": form,
        "municipalities": municipalities() if section.code == "proponent" else [],
        "now": request.scope["state"]["now"],
        "rows": range(1, application_sections.INVESTMENT_ROWS + 1),
        "years": application_sections.YEARS,
        "sections_of": application_sections,
    }
    return web.page(request, "calls/applications/section.html", status, **context)


def municipalities() -> list[tuple[str, str]]:
    """Code and name of every municipality of the province, by name."""
    known = [(place.istat_code, place.name) for place in places.all_()]
    return sorted(known, key=lambda pair: pair[1])


HANDLERS = [
    show_list,
    start,
    show,
    show_section,
    save_section,
    save_field,
]
