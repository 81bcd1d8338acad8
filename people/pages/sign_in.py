"""Signing in and out, registering, choosing a password."""

from datetime import timedelta
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from kit import clock
from kit.errors import Invalid, Message, Refused, TooMany
from kit.http import carried, keyed, web
from kit.http.forms import Form
from kit.http.places import ENTRY
from kit.http.web import Request, Response, get, post, see_other
from kit.settings import settings
from kit.words import text
from people import link_wishes, links, persons, resting, sign_ins
from people.actors import Actor, Visitor
from people.half_way import HalfWay
from people.pages import edge, factors, second_step, way_back
from people.pages import invitations as invitation_pages
from people.pages.cookies import with_session, without_session
from people.pages.edge import caller, device
from people.providers import settings as providers
from people.tables.links import OneTimeLink

_PERSON_REGISTERED = keyed.Making("people.person.registered")
_PASSWORD_ASKED = keyed.Making("people.password.asked")


@get("/sign-in", access="visitor")
def show_sign_in(
    request: Request,
    visitor: NamedDependency[Visitor],
    next: FromQuery[str] = "/",
    lost: FromQuery[str] = "",
) -> Response:
    """Show the sign-in form; who is signed in already goes on."""
    target = web.local_path(next)
    if visitor.actor is not None:
        return see_other(target)
    form = Form(values={"next": target, "lost": lost})
    return way_back.sign_in_page(request, form)


@post("/sign-in", access="public", resent="same", lane=ENTRY)
def sign_in(request: Request, form: NamedDependency[Form]) -> Response:
    """Check the password and start a session under a new token."""
    email = form.email("email")
    password = form.values.get("password", "")
    if not password:
        form.add_error("password", Message("Scrivi la password."))
    try:
        form.check()
        entry = sign_ins.sign_in(email, password[:1000], caller(request), device(request))
    except Invalid:
        return way_back.sign_in_page(request, form, 422)
    except TooMany as error:
        form.take(error, "password")
        return _later(way_back.sign_in_page(request, form, error.status), error)
    except Refused as refused:
        form.take(refused, "password")
        return way_back.sign_in_page(request, form, 422)
    return second_step.lead_on(request, form, entry)


def _too_many(request: Request, template: str, form: Form, error: TooMany) -> Response:
    """Show the form again with what was typed, and say when to come back."""
    form.take(error, "email")
    return _later(web.page(request, template, error.status, form=form), error)


def _later(response: Response, error: TooMany) -> Response:
    response.headers["Retry-After"] = str(error.retry_after_s)
    return response


@post("/sign-out", access="signed-in", resent="same")
def sign_out(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """End this session and forget the cookie; who has typed here before goes on to sign in."""
    sign_ins.sign_out(session, actor)
    provider = next(filter(None, map(providers.of_mean, actor.proved.means)), None)
    if form.raw(carried.FIELD):
        edge.leave(request)
        return without_session(way_back.in_other_words(request, form, None))
    if provider is not None:
        return without_session(see_other(f"/sign-out/with/{provider.key}"))
    return without_session(see_other("/", Message("Sei uscito.")))


@get("/register", access="visitor")
def show_register(
    request: Request, visitor: NamedDependency[Visitor], next: FromQuery[str] = "/"
) -> Response:
    """Show the registration form; `next` is where the person was going."""
    form = Form(values={"next": web.local_path(next)})
    return web.page(request, "people/register.html", form=form)


@post("/register", access="visitor", resent="keyed", lane=ENTRY)
def register(
    request: Request,
    session: NamedDependency[Session],
    visitor: NamedDependency[Visitor],
    form: NamedDependency[Form],
) -> Response:
    """Send the link that completes the registration; the answer is the same for everybody."""
    email, name = form.email("email"), form.text("name", max_length=120)
    try:
        form.check()
        keyed.once(
            session,
            visitor,
            _PERSON_REGISTERED,
            form,
            lambda: link_wishes.register(
                session,
                email=email,
                name=name,
                caller=caller(request, visitor.actor),
                locale=text.locale.get(),
                target=web.local_path(form.raw("next")),
                now=visitor.now,
            ),
        )
    except TooMany as error:
        return _too_many(request, "people/register.html", form, error)
    except (Invalid, Refused) as error:
        form.take(error)
        return web.page(request, "people/register.html", error.status, form=form)
    about = _about_letters()
    return web.page(request, "people/link_sent.html", email=email, provider="", **about)


def _about_letters() -> dict[str, Any]:
    """Say how often the same letter goes, and where those of the demonstration are."""
    minutes = keyed.SAME_WITHIN // timedelta(minutes=1)
    return {"minutes": minutes, "demo": settings().demo}


@get("/password-reset", access="visitor")
def show_reset(request: Request, visitor: NamedDependency[Visitor]) -> Response:
    """Show the form that asks for a new password."""
    return web.page(request, "people/reset.html", form=Form())


@post("/password-reset", access="visitor", resent="keyed")
def request_reset(
    request: Request,
    session: NamedDependency[Session],
    visitor: NamedDependency[Visitor],
    form: NamedDependency[Form],
) -> Response:
    """Send the link for a new password; the answer does not tell who is known."""
    email = form.email("email")
    try:
        form.check()
        keyed.once(
            session,
            visitor,
            _PASSWORD_ASKED,
            form,
            lambda: link_wishes.request_reset(
                session, email, caller(request, visitor.actor), visitor.now
            ),
        )
    except TooMany as error:
        return _too_many(request, "people/reset.html", form, error)
    except (Invalid, Refused) as error:
        form.take(error)
        return web.page(request, "people/reset.html", error.status, form=form)
    return web.page(request, "people/reset_sent.html", email=email, **_about_letters())


@get("/links/{token:str}", access="visitor")
def show_link(
    request: Request,
    session: NamedDependency[Session],
    visitor: NamedDependency[Visitor],
    token: FromPath[str],
) -> Response:
    """Show the page behind a link from a letter: choose a password, or answer an invitation."""
    try:
        link = links.look_up(session, token, visitor.now)
    except links.Spent:
        return invitation_pages.spent(request, token)
    return _link_page(request, session, visitor, link, Form(values={"name": link.name}))


@post("/links/{token:str}", access="public", resent="same", lane=ENTRY)
def use_link(
    request: Request,
    session: NamedDependency[Session],
    form: NamedDependency[Form],
    token: FromPath[str],
) -> Response:
    """Set the password and sign in."""
    name = form.text("name", max_length=120, required=False)
    password, again = form.values.get("password", ""), form.values.get("again", "")
    if password != again:
        form.add_error("again", Message("Le due password non sono uguali."))
    try:
        form.check()
        entry, target = links.use(token, password, name, device(request))
    except links.Spent:
        return invitation_pages.spent(request, token)
    except Invalid as invalid:
        form.take(invalid)
        return _typed_again(request, session, form, token)
    if isinstance(entry, HalfWay):
        return second_step.page(request, Form(values={"next": target}), entry)
    done = Message("Fatto: sei dentro.")
    if rests := resting.said(sign_ins.require(session, entry)):
        target, done = resting.WAY_ON, Message("{done} {rests}", done=done, rests=rests)
    return with_session(request, see_other(target, done), entry, quiet=True)


def _typed_again(request: Request, session: Session, form: Form, token: str) -> Response:
    """Show the form again; the link may have ended in the meantime."""
    visitor = Visitor(None, clock.now(session))
    try:
        link = links.look_up(session, token, visitor.now)
    except links.Spent:
        return invitation_pages.spent(request, token)
    return _link_page(request, session, visitor, link, form)


def _link_page(
    request: Request,
    session: Session,
    visitor: Visitor,
    link: OneTimeLink,
    form: Form,
) -> Response:
    invitation_pages.speak(request, visitor, link)
    if link.purpose == "invitation":
        return invitation_pages.page(request, session, visitor, link, form)
    if link.purpose == "factor":
        return factors.link_page(request, visitor, link)
    status = 422 if form.errors else 200
    ways = providers.ways_in() if links.needs_access(session, link) else []
    return web.page(request, "people/link.html", status, form=form, link=link, providers=ways)


@post("/language", access="visitor", resent="same")
def choose_language(
    request: Request,
    session: NamedDependency[Session],
    visitor: NamedDependency[Visitor],
    form: NamedDependency[Form],
) -> Response:
    """Keep the chosen language in a cookie, and with the person who is signed in; go back.

    A page that holds what was being typed when a session ended is answered again instead.
    """
    language = form.choice("language", tuple(text.LANGUAGES))
    form.check()
    if visitor.actor is not None:
        persons.speak(session, visitor.actor.person_id, language)
    if form.raw(carried.FIELD):
        text.locale.set(language)
        response = way_back.in_other_words(request, form, visitor.actor)
    else:
        response = see_other(web.local_path(form.raw("next")))
    response.set_cookie(web.language_cookie(language))
    return response


HANDLERS = [
    show_sign_in,
    sign_in,
    sign_out,
    show_register,
    register,
    show_reset,
    request_reset,
    show_link,
    use_link,
    choose_language,
]
