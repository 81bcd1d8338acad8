"""One's own second steps: what I have, adding one, codes on paper, taking one away."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from markupsafe import Markup
from segno import make_qr
from sqlalchemy.orm import Session

from kit.errors import Invalid, Message, Refused, TooMany
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.settings import settings
from people import devices, factor_changes, links, passkeys, proofs
from people.actors import Actor, Visitor
from people.factor_changes import App
from people.pages import invitations as invitation_pages
from people.pages import way_back
from people.pages.cookies import with_renewed
from people.tables.links import OneTimeLink

HOME = "/account/factors"
CODE = "one-time-code"


@get(HOME, access="signed-in")
def show_factors(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Show what I have for a second step, and how to add one."""
    return page(request, session, actor, Form())


def page(
    request: Request, session: Session, actor: Actor, form: Form, status: int = 200
) -> Response:
    """Show what somebody has for a second step, and what of a form was refused."""
    having = factor_changes.of(session, actor)
    found = passkeys.of(session, actor.person_id)
    return web.page(
        request,
        "people/factors.html",
        status,
        form=form,
        having=having,
        has_app=any(factor.kind == proofs.CODE for factor in having.factors),
        passkeys=[(each, devices.said(each.device)) for each in found],
        **way_back.passkeys_here(request),
        demo=settings().demo,
    )


@post(f"{HOME}/letters", access="signed-in", resent="same")
def ask_letter(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Send me the letter that leads to a first second step."""
    try:
        form.check()
        factor_changes.ask_letter(session, actor)
    except (TooMany, Invalid, Refused) as error:
        form.take(error)
        answer = page(request, session, actor, form, error.status)
        if isinstance(error, TooMany):
            answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer
    sent = Message("Ti abbiamo scritto: apri la lettera entro mezz'ora.")
    return see_other(HOME, sent)


def link_page(request: Request, visitor: Visitor, link: OneTimeLink) -> Response:
    """Show the page behind the letter: it leads on in the session of whoever asked for it."""
    actor = visitor.actor
    mine = actor is not None and actor.person_id == link.person_id
    return web.page(request, "people/factor_link.html", link=link, mine=mine)


@post("/links/{token:str}/factors", access="signed-in", resent="same")
def open_by_letter(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    token: FromPath[str],
) -> Response:
    """Let me add a first second step, by the link of the letter."""
    try:
        factor_changes.open_by_letter(session, actor, token)
    except links.Spent:
        return invitation_pages.spent(request, token)
    return see_other(HOME, Message("Adesso puoi aggiungere il tuo secondo passo."))


@post(f"{HOME}/app", access="signed-in", resent="same", fresh=True)
def begin_app(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Begin to add the codes of an app: show what the app has to know."""
    try:
        form.check()
        app = factor_changes.begin_app(session, actor)
    except (Invalid, Refused) as error:
        form.take(error)
        return page(request, session, actor, form, error.status)
    return _app_page(request, app, Form())


def _app_page(request: Request, app: App, form: Form, status: int = 200) -> Response:
    code = make_qr(app.uri).svg_inline(omitsize=True, svgclass=None, lineclass=None, border=4)
    return web.page(
        request,
        "people/factor_app.html",
        status,
        form=form,
        app=app,
        picture=Markup(code),  # noqa: S704 - drawn by segno: numbers only
    )


@post(f"{HOME}/app/confirmations", access="signed-in", resent="same")
def confirm_app(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Let the codes of the app count, by one of them; show the codes on paper made with them."""
    typed, sealed = form.values.pop(CODE, ""), form.raw("adding")
    if not typed.strip():
        form.add_error(CODE, Message("Scrivi il codice che l'app mostra adesso."))
    try:
        form.check()
        added = factor_changes.confirm_app(session, actor, sealed, typed[:100])
    except (Invalid, Refused) as error:
        form.take(error)
        app = factor_changes.begun_app(session, actor, sealed)
        if app is None:
            return page(request, session, actor, form, error.status)
        return _app_page(request, app, form, error.status)
    if not added.recovery:
        return see_other(HOME, Message("Fatto: da adesso valgono i codici di questa app."))
    answer = recovery_page(request, added.recovery, first=proofs.CODE)
    return answer if added.token is None else with_renewed(answer, added.token)


def recovery_page(request: Request, made: list[str], *, first: str = "") -> Response:
    """Show codes on paper, this once; `first` is the kind of a first second step made with them."""
    return web.page(request, "people/recovery_codes.html", codes=made, first=first)


@post(f"{HOME}/app/removals", access="signed-in", resent="same", fresh=True)
def remove_app(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Take the codes of the app away."""
    try:
        form.check()
        factor_changes.take_away(session, actor, proofs.CODE)
    except (Invalid, Refused) as error:
        form.take(error)
        return page(request, session, actor, form, error.status)
    return see_other(HOME, Message("I codici dell'app non valgono più."))


@post(f"{HOME}/recovery-codes", access="signed-in", resent="seen", fresh=True)
def renew_recovery(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Make new codes on paper and show them once."""
    try:
        form.check()
        made = factor_changes.renew_recovery(session, actor, form.raw("seen"))
    except (Invalid, Refused) as error:
        form.take(error)
        return page(request, session, actor, form, error.status)
    return recovery_page(request, made)


HANDLERS = [
    show_factors,
    ask_letter,
    open_by_letter,
    begin_app,
    confirm_app,
    remove_app,
    renew_recovery,
]
