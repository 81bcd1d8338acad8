"""The office's pages: its calls, writing one, publishing it."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.applications import counts
from calls.texts import drafts, published
from calls.texts.rules import call_form, call_words, lifecycle
from calls.texts.rules.call_content import SECTIONS
from kit.errors import Invalid, Message, NotFound, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.paper import documents
from people import roles
from people.actors import Actor

# What a new call begins with: the choices that most calls make.
BEGIN = {
    "intensity_percent": "60",
    "age_from": "18",
    "age_below": "36",
    "in_province": "yes",
    "threshold_operator": ">=",
    "rounding_step": "criterion",
    "rounding_digits": "2",
    "budget_rule": "partial",
    "sheets_of_dismissed": "count",
    "tie_break-1": "lot",
    **{f"criterion-{row}-operator": ">=" for row in range(1, call_form.CRITERION_ROWS + 1)},
}


@get("/office/calls", access="signed-in")
def show_list(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """List the calls this person works on."""
    _require_some_office(actor)
    rows = drafts.of_office(session, actor)
    versions = {call.call_id: call for call in published.listed(session)}
    return web.page(
        request,
        "calls/texts/list.html",
        calls=rows,
        versions=versions,
        may_start=actor.has(roles.OFFICE, "calls", 0),
        now=actor.now,
    )


@get("/office/calls/new", access="signed-in")
def show_new(request: Request, actor: NamedDependency[Actor]) -> Response:
    """Show the empty form of a call."""
    actor.require(roles.OFFICE, "calls", 0)
    return _form_page(request, Form(values=dict(BEGIN)), None)


@post("/office/calls", access="signed-in", resent="keyed")
def start(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Save a new draft, whatever it says."""
    if form.resumed:
        actor.require(roles.OFFICE, "calls", 0)
        return _form_page(request, form, None, 422)
    try:
        call = drafts.start(session, actor, form.values, actor.now)
    except Invalid as invalid:
        web.refused(request, invalid)
        form.take(invalid)
        return _form_page(request, form, None, 422)
    return see_other(f"/office/calls/{call.id}", Message("Bozza salvata."))


@get("/office/calls/{call_id:int}", access="signed-in")
def show(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
) -> Response:
    """Show a draft with what it still lacks, or where a published call stands."""
    call = drafts.for_office(session, actor, call_id)
    if lifecycle.is_published(call.state):
        version = published.of_call(session, call_id)
        return web.page(
            request,
            "calls/texts/published.html",
            call=version,
            document=drafts.printed(session, version.version_id),
            counts=counts.of_call(session, call_id),
            now=actor.now,
        )
    problems = drafts.problems(drafts.draft_values(call))
    return web.page(request, "calls/texts/draft.html", call=call, problems=problems, now=actor.now)


@get("/office/calls/{call_id:int}/edit", access="signed-in")
def show_edit(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
) -> Response:
    """Show the form of a draft with what is wrong beside each field."""
    call = drafts.for_office(session, actor, call_id)
    lifecycle.check_may_write(call.state)
    values = drafts.draft_values(call)
    return _form_page(request, Form(values=values, errors=drafts.problems(values)), call_id)


@post("/office/calls/{call_id:int}/edit", access="signed-in", resent="merged")
def edit(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    call_id: FromPath[int],
) -> Response:
    """Save a draft, whatever it says."""
    if form.resumed:
        form.beside(drafts.draft_values(drafts.for_office(session, actor, call_id)))
        return _form_page(request, form, call_id, 422)
    try:
        drafts.edit(session, actor, call_id, form.values, actor.now)
    except (Invalid, Refused) as error:
        web.refused(request, error)
        form.take(error)
        return _form_page(request, form, call_id, error.status)
    return see_other(f"/office/calls/{call_id}", Message("Bozza salvata."))


@get("/office/calls/{call_id:int}/publish", access="signed-in")
def show_publish(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
) -> Response:
    """Show the call as people will read it, and ask once before it is published."""
    call = drafts.for_office(session, actor, call_id)
    lifecycle.check_may_write(call.state)
    try:
        content = drafts.preview(call)
    except Invalid:
        return see_other(f"/office/calls/{call_id}")
    return web.page(
        request,
        "calls/texts/publish.html",
        call=call,
        content=content,
        words=call_words,
        now=actor.now,
    )


@post("/office/calls/{call_id:int}/publish", access="signed-in", resent="seen")
def publish(
    session: NamedDependency[Session], actor: NamedDependency[Actor], call_id: FromPath[int]
) -> Response:
    """Publish a draft as version 1."""
    try:
        drafts.publish(session, actor, call_id, actor.now)
    except Invalid as invalid:
        raise Refused(next(iter(invalid.errors.values()))) from invalid
    return see_other(f"/office/calls/{call_id}", Message("Il bando è pubblicato."))


@post("/office/calls/{call_id:int}/text/retry", access="signed-in", resent="same")
def print_again(
    session: NamedDependency[Session], actor: NamedDependency[Actor], call_id: FromPath[int]
) -> Response:
    """Print the text of a call that failed once more."""
    drafts.print_again(session, actor, call_id)
    return see_other(f"/office/calls/{call_id}", documents.AGAIN)


def _require_some_office(actor: Actor) -> None:
    if not actor.scopes(roles.OFFICE, "calls") and not actor.scopes(roles.OFFICE, "call"):
        raise NotFound


def _form_page(request: Request, form: Form, call_id: int | None, status: int = 200) -> Response:
    context: dict[str, Any] = {
        "form": form,
        "call_id": call_id,
        "sections": SECTIONS,
        "words": call_words,
        "criterion_rows": range(1, call_form.CRITERION_ROWS + 1),
        "declaration_rows": range(1, call_form.DECLARATION_ROWS + 1),
        "tie_break_rows": range(1, call_form.TIE_BREAK_ROWS + 1),
        "tie_breaks": _tie_break_options(form),
    }
    return web.page(request, "calls/texts/edit.html", status, **context)


def _tie_break_options(form: Form) -> list[tuple[str, Message]]:
    criteria = [
        (
            f"criterion:{code}",
            Message("il punteggio più alto in «{criterion}»", criterion=name),
        )
        for row, code in enumerate(call_form.CRITERION_CODES, 1)
        if (name := form.raw(f"criterion-{row}-name") or code)
    ]
    return [*call_words.TIE_BREAKS.items(), *criteria]


HANDLERS = [
    show_list,
    show_new,
    start,
    show,
    show_edit,
    edit,
    show_publish,
    publish,
    print_again,
]
