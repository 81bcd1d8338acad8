"""The office's pages: its calls, writing one, publishing it."""

from collections.abc import Mapping

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.applications import counts
from calls.commission import holders
from calls.pages import call_form
from calls.tables.texts import Call
from calls.texts import drafts, published
from calls.texts.rules import call_form as form_rules
from calls.texts.rules import call_parts, call_words, lifecycle, standing
from kit.errors import Invalid, Message, NotFound, Refused
from kit.http import keyed, web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.paper import documents
from people import roles
from people.actors import Actor

_CALL_STARTED = keyed.Making(
    "calls.call.started",
    Message("Hai già salvato una bozza uguale ({at})."),
    "/office/calls/{id}",
)


@get("/office/calls", access="signed-in")
def show_list(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """List the calls this person works on."""
    _require_some_office(actor)
    versions = {call.call_id: call for call in published.listed(session)}
    calls = [
        (
            call,
            version,
            standing.of(version, actor.now, "office"),
            None if version else form_rules.deadline(drafts.draft_values(call)),
        )
        for call in drafts.of_office(session, actor)
        for version in [versions.get(call.id)]
    ]
    return web.page(
        request,
        "calls/texts/list.html",
        calls=calls,
        may_start=actor.has(roles.OFFICE, "calls", 0),
        now=actor.now,
    )


@get("/office/calls/new", access="signed-in")
def show_new(request: Request, actor: NamedDependency[Actor]) -> Response:
    """Show the empty form of a call."""
    actor.require(roles.OFFICE, "calls", 0)
    return call_form.page(request, Form(values=dict(call_form.BEGIN)), None)


@post("/office/calls", access="signed-in", resent="keyed")
def start(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Save a new draft, whatever it says."""
    actor.require(roles.OFFICE, "calls", 0)
    try:
        form.check()
        made = keyed.once(
            session,
            actor,
            _CALL_STARTED,
            form,
            lambda: {"id": drafts.start(session, actor, form.values, actor.now).id},
        )
    except (Invalid, Refused) as error:
        form.take(error)
        return call_form.page(request, form, None, error.status)
    return see_other(f"/office/calls/{made['id']}", Message("Bozza salvata."))


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
            said=standing.of(version, actor.now, "office"),
            document=drafts.printed(session, version.version_id),
            counts=counts.of_call(session, call_id),
            held=holders.of_call(session, actor, call_id),
            role_names=roles.NAMES,
            now=actor.now,
        )
    return _draft_page(request, call, drafts.problems(drafts.draft_values(call), actor.now))


def _draft_page(
    request: Request,
    call: Call,
    problems: Mapping[str, Message],
    status: int = 200,
    *,
    changed: bool = False,
) -> Response:
    return web.page(
        request,
        "calls/texts/draft.html",
        status,
        call=call,
        said=standing.of(None, request.scope["state"]["now"], "office"),
        problems=problems,
        changed=changed,
    )


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
    form = Form.showing(form_rules.shown(values), drafts.problems(values, actor.now))
    return call_form.page(request, form, call_id)


@post("/office/calls/{call_id:int}/edit", access="signed-in", resent="merged")
def edit(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    call_id: FromPath[int],
) -> Response:
    """Save what was changed on this page of a draft, whatever it says."""
    try:
        call = drafts.held(session, actor, call_id)
        mine = form.meet(form_rules.shown(drafts.draft_values(call)), flags=form_rules.flags())
        form.check()
        drafts.edit(session, actor, call_id, {name: form.raw(name) for name in mine}, actor.now)
    except (Invalid, Refused) as error:
        form.take(error)
        over = lifecycle.is_published(drafts.for_office(session, actor, call_id).state)
        return call_form.page(request, form, call_id, error.status, over=over)
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
    if drafts.problems(drafts.draft_values(call), actor.now):
        return see_other(f"/office/calls/{call_id}")
    return _publish_page(request, call)


@post("/office/calls/{call_id:int}/publish", access="signed-in", resent="seen", fresh=True)
def publish(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    call_id: FromPath[int],
) -> Response:
    """Publish a draft as version 1, exactly as shown; else show what it says now."""
    try:
        drafts.publish(session, actor, call_id, actor.now, seen=form.raw("seen"))
    except (Invalid, Refused) as error:
        call = drafts.for_office(session, actor, call_id)
        if lifecycle.is_published(call.state):
            raise
        return _publish_page(request, call, error)
    return see_other(f"/office/calls/{call_id}", Message("Il bando è pubblicato."))


def _publish_page(request: Request, call: Call, error: Invalid | Refused | None = None) -> Response:
    """Show the preview, or what keeps a draft from having one; with an error, why not published."""
    refused = None
    if error is not None:
        refused = next(iter(error.errors.values())) if isinstance(error, Invalid) else error.message
    status = error.status if error is not None else 200
    problems = drafts.problems(drafts.draft_values(call), request.scope["state"]["now"])
    if problems:
        return _draft_page(request, call, problems, status, changed=True)
    content = drafts.preview(call)
    return web.page(
        request,
        "calls/texts/publish.html",
        status,
        call=call,
        content=content,
        seen=call_parts.parts(content),
        refused=refused,
        words=call_words,
    )


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
