"""Passkeys: signing in by one, making and taking away one's own.

A script asks for the question by a POST (JSON) when somebody presses, puts the browser's answer
into the form that was pressed, and sends it as any form. Asked by a page, every sign-in page that
is looked at would leave a row, and a page that stood open for five minutes would not answer.
The question goes along in a sealed cookie too: its answer counts only in the browser that was
asked. A browser keeps one; of two windows the one that was pressed last goes on.
"""

import json

from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import FromPath
from litestar.response import Response as LitestarResponse
from sqlalchemy.orm import Session

from kit import clock, db, secret
from kit.errors import Invalid, Message, PersonError, Refused, TooMany
from kit.http import web
from kit.http.forms import Form
from kit.http.places import ENTRY
from kit.http.web import Request, Response, get, post, see_other
from kit.settings import settings
from kit.words import text
from people import devices, passkey_answers, passkeys
from people.actors import Actor
from people.pages import way_back
from people.pages.cookies import with_session
from people.pages.edge import caller, device
from people.passkey_challenges import GOOD_FOR
from people.passkeys import Asked, Question

COOKIE = "__Host-passkey" if settings().public_url.startswith("https://") else "passkey"
_LABEL = "question to a passkey"


@post("/sign-in/passkey/question", access="public", resent="same", lane=ENTRY)
def ask_to_sign_in(request: Request, session: NamedDependency[Session]) -> Response:
    """Ask this browser for a passkey to sign in with."""
    try:
        found = passkeys.ask_to_sign_in(session, caller(request), clock.now(session))
    except TooMany as error:
        return refused(request, error)
    return question(found)


@post("/sign-in/passkey", access="public", resent="same", lane=ENTRY)
def sign_in(request: Request, form: NamedDependency[Form]) -> Response:
    """Let in whoever has shown a passkey."""
    try:
        token = passkeys.sign_in(
            form.raw("answer"), kept(request), caller(request), device(request)
        )
    except Refused as error:
        form.take(error)
        return way_back.sign_in_page(request, form, 422)
    except TooMany as error:
        form.take(error)
        answer = way_back.sign_in_page(request, form, error.status)
        answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer
    return with_session(request, way_back.onward(request, form, token), token)


@get("/account/passkeys", access="signed-in")
def index(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """List my passkeys, and show the form to make one."""
    return _page(request, session, actor, Form())


@post("/account/passkeys/question", access="signed-in", resent="same")
def ask_to_make(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Ask this browser to make a passkey for me."""
    try:
        return question(passkeys.ask_to_make(session, actor, actor.now))
    except Refused as error:
        return refused(request, error)


@post("/account/passkeys", access="signed-in", resent="same", lane=ENTRY)
def make(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Keep a passkey that my device has made."""
    name = form.text("name", max_length=passkeys.LONGEST_NAME, required=False)
    db.let_go(session)
    try:
        form.check()
        passkeys.make(actor, form.raw("answer"), kept(request), name, device(request))
    except (Invalid, Refused) as error:
        form.take(error)
        return _page(request, session, actor, form)
    done = Message(
        "La passkey c'è. Da adesso entri anche con quella; ti scriviamo che l'hai fatta."
    )
    return see_other("/account/passkeys", done)


@post("/account/passkeys/{passkey_id:int}/removals", access="signed-in", resent="same")
def take_away(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    passkey_id: FromPath[int],
) -> Response:
    """Take away one of my passkeys."""
    passkeys.take_away(session, actor, passkey_id, actor.now)
    done = Message("La passkey non vale più. Toglila anche dal dispositivo, se ce l'hai.")
    return see_other("/account/passkeys", done)


def offered(request: Request) -> bool:
    """Whether passkeys work at the address by which this page was asked for."""
    return passkey_answers.offered(request.headers.get("host", ""))


def question(found: Question) -> Response:
    """Answer a question for a browser, which keeps it sealed."""
    response = LitestarResponse(found.options.encode(), media_type=MediaType.JSON)
    response.set_cookie(
        Cookie(
            key=COOKIE,
            value=secret.seal(_LABEL, found.kept),
            max_age=int(GOOD_FOR.total_seconds()),
            path="/",
            httponly=True,
            samesite="strict",
            secure=COOKIE.startswith("__Host-"),
        )
    )
    return response


def refused(request: Request, error: PersonError) -> Response:
    """Say to the script why there is no question."""
    web.refused(request, error)
    said = json.dumps({"refused": text.render(error.message)})
    response = LitestarResponse(said.encode(), status_code=error.status, media_type=MediaType.JSON)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def kept(request: Request) -> Asked:
    """Give the question that this browser was asked last; nothing good where there is none."""
    try:
        return passkeys.asked(secret.unseal(_LABEL, request.cookies.get(COOKIE, "")))
    except secret.NotOurs:
        return passkeys.asked(b"")


def _page(request: Request, session: Session, actor: Actor, form: Form) -> Response:
    form.values.pop("answer", None)
    found = [(each, devices.said(each.device)) for each in passkeys.of(session, actor.person_id)]
    return web.page(
        request,
        "people/passkeys.html",
        422 if form.errors else 200,
        form=form,
        passkeys=found,
        most=passkeys.MOST,
        longest=passkeys.LONGEST_NAME,
        offered=offered(request),
        origin=passkey_answers.origin(),
    )


HANDLERS = [ask_to_sign_in, sign_in, index, ask_to_make, make, take_away]
