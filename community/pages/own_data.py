"""One's own data: what is kept, its copy, and the end of one's access."""

from typing import Any

from litestar.di import NamedDependency
from sqlalchemy.orm import Session

from community import erasures, own_data, readable, retention
from kit.errors import Invalid, Message, NotFound, Refused
from kit.http import keyed, web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.own_data import Whose
from people import erasures as access_erasures
from people.actors import Actor

_COPY_ASKED = keyed.Making("community.own_data.asked", refuses=True)
_SHOWN = 20
"""How many times somebody looked are listed on the page; the copy has all of them."""


@get("/account/data", access="signed-in")
def show(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Say what is kept about whoever asks, why, how long, and who looked at it."""
    return _page(request, session, actor, Form())


@post("/account/data/copies", access="signed-in", resent="keyed")
def ask_copy(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Have a copy of all my data made."""

    def act() -> dict[str, Any]:
        return {"document": own_data.ask(session, actor, actor.now).id}

    try:
        form.check()
        keyed.once(session, actor, _COPY_ASKED, form, act)
    except (Invalid, Refused) as error:
        form.take(error)
        return _page(request, session, actor, form, error.status)
    said = Message("Stiamo preparando la tua copia: tra poco la trovi qui.")
    return see_other("/account/data", said)


@get("/account/data/copy", access="signed-in")
def show_copy(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Show my copy as a page to read and print."""
    document = own_data.hand_out(session, actor, actor.now)
    return web.page(
        request,
        "community/own_data_copy.html",
        copy=own_data.opened(document),
        document=document,
        said=readable.said,
    )


@get("/account/data/copy/file", access="signed-in", page=False)
def download_copy(session: NamedDependency[Session], actor: NamedDependency[Actor]) -> Response:
    """Give my copy as a file of JSON."""
    return web.download(own_data.hand_out(session, actor, actor.now))


@get("/account/erasure", access="signed-in")
def show_erasure(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Say what goes and what stays when my access is erased, and when."""
    return _erasure_page(request, session, actor, Form())


@post("/account/erasure", access="signed-in", resent="same", fresh=True)
def ask_erasure(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Have my access erased after some days."""
    if form.raw("sure") != "yes":
        form.add_error("sure", Message("Spunta la casella: dopo non si torna indietro."))
    try:
        form.check()
        erasures.ask(session, actor, actor.now)
    except (Invalid, Refused) as error:
        form.take(error)
        return _erasure_page(request, session, actor, form, error.status)
    said = Message("L'hai chiesto: ti abbiamo scritto quando succede e come ripensarci.")
    return see_other("/account/erasure", said)


@post("/account/erasure/withdrawals", access="signed-in", resent="same")
def keep(session: NamedDependency[Session], actor: NamedDependency[Actor]) -> Response:
    """Keep my access after all."""
    if not access_erasures.withdraw(session, actor, actor.now):
        raise NotFound
    return see_other("/account/data", Message("Il tuo accesso resta."))


def _page(
    request: Request, session: Session, actor: Actor, form: Form, status: int = 200
) -> Response:
    whose = Whose(actor.person_id, actor.email)
    return web.page(
        request,
        "community/own_data.html",
        status,
        form=form,
        houses=own_data.overview(session, actor),
        looks=own_data.looks(session, whose, _SHOWN),
        most=_SHOWN,
        copy=own_data.copy_of(session, actor),
        kept=own_data.KEPT.days,
        not_here=own_data.NOT_HERE,
        body=retention.body(),
    )


def _erasure_page(
    request: Request, session: Session, actor: Actor, form: Form, status: int = 200
) -> Response:
    asked, obstacles = erasures.of_actor(session, actor)
    return web.page(
        request,
        "community/erasure.html",
        status,
        form=form,
        asked=asked,
        obstacles=obstacles,
        goes=erasures.GOES,
        stays=erasures.STAYS,
        days=access_erasures.WAITS[access_erasures.ASKED].days,
        told=access_erasures.TOLD.days,
    )


HANDLERS: list[Any] = [
    show,
    ask_copy,
    show_copy,
    download_copy,
    show_erasure,
    ask_erasure,
    keep,
]
