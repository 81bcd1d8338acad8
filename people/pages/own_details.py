"""Correcting one's own name and address."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from kit.errors import Invalid, Message, Refused, TooMany
from kit.http import keyed, web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from people import address_changes, own_names
from people.actors import Actor
from people.pages.edge import caller

_ADDRESS_ASKED = keyed.Making(
    "people.address.asked", Message("Hai già chiesto questo indirizzo {at}."), "/account/address"
)


@get("/account/name", access="signed-in")
def show_name(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Show the form to correct my name."""
    return web.page(request, "people/own_name.html", form=Form.showing({"name": actor.name}))


@post("/account/name", access="signed-in", resent="merged")
def correct_name(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Correct my name."""
    person = own_names.held(session, actor)
    form.meet({"name": person.name})
    name = form.text("name", max_length=own_names.LONGEST)
    try:
        form.check()
    except Invalid:
        return web.page(request, "people/own_name.html", 422, form=form)
    changed = own_names.correct(session, person, name, actor.now)
    said = Message("Il nome è corretto.") if changed else Message("Il nome è come prima.")
    return see_other("/account", said)


@get("/account/address", access="signed-in")
def show_address(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Show the form that asks for another address."""
    return _address_page(request, session, actor, Form())


@post("/account/address", access="signed-in", resent="keyed", fresh=True)
def ask_address(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Ask for another address; the answer is the same whether or not it is somebody's."""
    email = form.email("email")

    def act() -> None:
        address_changes.ask(session, actor, email, caller(request, actor), actor.now)

    try:
        form.check()
        keyed.once(session, actor, _ADDRESS_ASKED, form, act)
    except TooMany as error:
        form.take(error, "email")
        answer = _address_page(request, session, actor, form, error.status)
        answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer
    except (Invalid, Refused) as error:
        form.take(error)
        return _address_page(request, session, actor, form, error.status)
    said = Message(
        "Fatto: guarda nella posta del nuovo indirizzo. Finché non apri quella lettera "
        "resta quello di adesso."
    )
    return see_other("/account/address", said)


@post("/account/address/withdrawals", access="signed-in", resent="same")
def drop_address(session: NamedDependency[Session], actor: NamedDependency[Actor]) -> Response:
    """Think better of another address."""
    address_changes.drop(session, actor, actor.now)
    return see_other("/account/address", Message("Resta l'indirizzo di adesso."))


@get("/account/new-address/{token:str}", access="signed-in")
def show_new_address(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    token: FromPath[str],
) -> Response:
    """Show which address the letter is for; nothing is changed yet."""
    try:
        found = address_changes.look_up(session, actor, token)
    except address_changes.NotThisAddress as error:
        return _spent(request, error)
    return web.page(request, "people/new_address.html", email=found.email, token=token)


@post("/account/new-address/{token:str}", access="signed-in", resent="same")
def confirm_address(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    token: FromPath[str],
) -> Response:
    """Take the new address."""
    try:
        address_changes.confirm(session, actor, token, actor.now)
    except address_changes.NotThisAddress as error:
        return _spent(request, error)
    said = Message("L'indirizzo è cambiato. Dagli altri dispositivi sei uscito.")
    return see_other("/account", said)


def _spent(request: Request, error: Refused) -> Response:
    return web.page(request, "people/new_address_spent.html", error.status)


def _address_page(
    request: Request, session: Session, actor: Actor, form: Form, status: int = 200
) -> Response:
    waiting = address_changes.waiting(session, actor)
    return web.page(request, "people/own_address.html", status, form=form, waiting=waiting)


HANDLERS = [
    show_name,
    correct_name,
    show_address,
    ask_address,
    drop_address,
    show_new_address,
    confirm_address,
]
