"""Confirming who one is, before what cannot be undone (docs/decisions/0027)."""

from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlalchemy.orm import Session

from kit import db
from kit.errors import Invalid, Message, Refused, TooMany
from kit.http import carried, web
from kit.http.forms import Form
from kit.http.places import ENTRY
from kit.http.web import Request, Response, get, post, see_other
from people import fresh_proofs
from people.actors import Actor
from people.pages import way_back
from people.pages.cookies import with_renewed
from people.pages.edge import caller


@get("/account/proof", access="signed-in")
def show_proof(
    request: Request,
    actor: NamedDependency[Actor],
    next: FromQuery[str] = "/",
    lost: FromQuery[str] = "",
) -> Response:
    """Ask for a proof, beforehand or after something was refused without one."""
    target = web.local_path(next)
    if actor.fresh and not actor.resting:
        return see_other(target)
    return way_back.proof_page(request, Form(values={"next": target, "lost": lost}))


@post("/account/proof", access="signed-in", resent="same", lane=ENTRY)
def prove(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Check password and code, and lead on: to what was typed, or to the page asked for."""
    password, code = form.values.get("password", ""), form.values.get("one-time-code", "")
    if not password:
        form.add_error("password", Message("Scrivi la password."))
    if actor.factors and not code.strip():
        form.add_error("one-time-code", Message("Scrivi il codice."))
    db.let_go(session)
    try:
        form.check()
        token = fresh_proofs.prove(actor, password[:1000], code[:100], caller(request, actor))
    except TooMany as error:
        form.take(error, "password")
        answer = way_back.proof_page(request, form, error.status)
        answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer
    except (Invalid, Refused) as error:
        form.take(error)
        return way_back.proof_page(request, form, 422)
    return lead_on(request, form, token)


def lead_on(request: Request, form: Form, token: str) -> Response:
    """Lead on whoever has proved who they are: to what was typed, or to the page asked for."""
    if form.raw(carried.FIELD):
        return with_renewed(way_back.onward(request, form, token, proved=True), token)
    done = Message("Confermato che sei tu. Per un quarto d'ora non te lo chiediamo più.")
    return with_renewed(see_other(web.local_path(form.raw("next")), done), token)


HANDLERS = [show_proof, prove]
