"""Passkeys: signing in by one, proving once more who one is, making and taking away one's own.

A script asks for the question by a POST (JSON) when somebody presses, puts the browser's answer
into the form that was pressed, and sends it as any form. If the page brought the question along,
every sign-in page that is looked at would leave a row, and one that stood open for five minutes
would not answer. The question is kept sealed in a cookie too: its answer counts only in the
browser that was asked. A browser keeps one; of two windows the one pressed last goes on.
"""

import json

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
from kit.words import text
from people import factor_changes, passkey_changes, passkeys, proofs
from people.actors import Actor
from people.pages import factors, proof, way_back
from people.pages.cookies import QUESTION, with_question, with_renewed, with_session
from people.pages.edge import caller, device
from people.pages.factors import HOME
from people.passkeys import Called, PendingQuestion, Question

_LABEL = "question to a passkey"


@post("/sign-in/passkey/question", access="public", resent="same", lane=ENTRY)
def ask_to_sign_in(
    request: Request, session: NamedDependency[Session], form: NamedDependency[Form]
) -> Response:
    """Ask this browser for a passkey to sign in with; the form is empty, and no other is taken."""
    form.check()
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
    except (Refused, TooMany) as error:
        form.take(error)
        return _later(way_back.sign_in_page(request, form, _status(error)), error)
    return with_session(request, way_back.onward(request, form, token), token)


@get(f"{HOME}/passkeys/new", access="signed-in")
def show_making(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Show the form to make a passkey."""
    return _making_page(request, session, actor, Form())


@post(f"{HOME}/passkeys/question", access="signed-in", resent="same", fresh=True)
def ask_to_make(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Ask this browser to make a passkey for me."""
    try:
        return question(passkey_changes.ask(session, actor))
    except Refused as error:
        return refused(request, error)


@post(f"{HOME}/passkeys", access="signed-in", resent="same", fresh=True, lane=ENTRY)
def make(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Keep a passkey that my device has made; show the codes on paper made with a first one."""
    name = form.text("name", max_length=passkeys.LONGEST_NAME, required=False)
    db.let_go(session)
    try:
        form.check()
        called = Called(name, device(request))
        added = passkey_changes.make(session, actor, form.raw("answer"), kept(request), called)
    except (Invalid, Refused) as error:
        form.take(error)
        return _making_page(request, session, actor, form, error.status)
    if added.recovery:
        answer = factors.recovery_page(request, added.recovery, first=proofs.PASSKEY)
    else:
        answer = see_other(HOME, Message("Fatto: da adesso entri anche con questa passkey."))
    return answer if added.token is None else with_renewed(answer, added.token)


@post(f"{HOME}/passkeys/{{passkey_id:int}}/removals", access="signed-in", resent="same", fresh=True)
def take_away(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    passkey_id: FromPath[int],
) -> Response:
    """Take away one of my passkeys."""
    try:
        form.check()
        passkey_changes.take_away(session, actor, passkey_id)
    except (Invalid, Refused) as error:
        form.take(error)
        return factors.page(request, session, actor, form, error.status)
    done = Message("La passkey non vale più. Toglila anche dal dispositivo, se ce l'hai.")
    return see_other(HOME, done)


@post("/account/proof/passkey/question", access="signed-in", resent="same", lane=ENTRY)
def ask_to_prove(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Ask this browser for one of my passkeys, again."""
    try:
        found = passkeys.ask_to_prove(session, actor, caller(request, actor), actor.now)
    except (Refused, TooMany) as error:
        return refused(request, error)
    return question(found)


@post("/account/proof/passkey", access="signed-in", resent="same", lane=ENTRY)
def prove(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Take a passkey for a fresh proof, and lead on."""
    db.let_go(session)
    try:
        form.check()
        token = passkeys.prove(form.raw("answer"), kept(request), actor, caller(request, actor))
    except (Invalid, Refused, TooMany) as error:
        form.take(error)
        return _later(way_back.proof_page(request, form, _status(error)), error)
    return proof.lead_on(request, form, token)


def question(found: Question) -> Response:
    """Answer a question for a browser, which keeps it sealed."""
    response = LitestarResponse(found.options.encode(), media_type=MediaType.JSON)
    return with_question(response, secret.seal(_LABEL, found.kept))


def refused(request: Request, error: PersonError) -> Response:
    """Say to the script why there is no question."""
    web.refused(request, error)
    said = json.dumps({"refused": text.render(error.message)})
    answer = LitestarResponse(said.encode(), status_code=error.status, media_type=MediaType.JSON)
    return _later(answer, error)


def kept(request: Request) -> PendingQuestion:
    """Give the question that this browser was asked last; nothing good where there is none."""
    try:
        return passkeys.asked(secret.unseal(_LABEL, request.cookies.get(QUESTION, "")))
    except secret.NotOurs:
        return passkeys.asked(b"")


def _making_page(
    request: Request, session: Session, actor: Actor, form: Form, status: int = 200
) -> Response:
    form.values.pop("answer", None)
    return web.page(
        request,
        "people/passkey.html",
        status,
        form=form,
        having=factor_changes.of(session, actor),
        longest=passkeys.LONGEST_NAME,
        **way_back.passkeys_here(request),
    )


def _status(error: PersonError) -> int:
    return error.status if isinstance(error, TooMany) else 422


def _later(response: Response, error: PersonError) -> Response:
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


HANDLERS = [
    ask_to_sign_in,
    sign_in,
    show_making,
    ask_to_make,
    make,
    take_away,
    ask_to_prove,
    prove,
]
