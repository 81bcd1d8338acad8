"""The office's board from opening to publication, and the public ranking."""

from functools import partial
from pathlib import Path
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls import verification
from calls.commission import evaluators
from calls.envelopes import openings
from calls.envelopes.rules import opening
from calls.rankings import rankings
from calls.rankings.rules import publication, ranking_parts, ranking_words
from calls.texts.rules import call_words
from kit.errors import Message, NotFound, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.paper import documents
from people.actors import Actor, Visitor

DESK = "/office/calls/{call_id:int}/evaluation"
VERIFIER = Path(verification.__file__).with_name("verify_ranking.py")


@get(DESK, access="signed-in")
def desk(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
) -> Response:
    """Show the office what is done and what comes next: opening, sheets, ranking."""
    return _desk(request, session, actor, call_id)


def _desk(
    request: Request,
    session: Session,
    actor: Actor,
    call_id: int,
    *,
    form: Form | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> Response:
    readiness = rankings.readiness(session, actor, call_id)
    return web.page(
        request,
        "calls/rankings/desk.html",
        status if refused is None else refused.status,
        readiness=readiness,
        document=rankings.printed(session, readiness.ranking) if readiness.ranking else None,
        form=form,
        refused=refused,
        opens_at=opening.opens_at(readiness.call.deadline_at),
        opening_shown=opening.parts(readiness.sealed, [each.name for each in readiness.members]),
        commission_shown=partial(evaluators.parts, readiness.members),
        now=actor.now,
        fewest=publication.FEWEST_SHEETS,
    )


def _address(call_id: int) -> str:
    return f"/office/calls/{call_id}/evaluation"


@post(DESK + "/opening", access="signed-in", resent="seen")
def open_envelopes(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    call_id: FromPath[int],
) -> Response:
    """Open the envelopes: an act with a name and an instant."""
    try:
        count = openings.open_envelopes(session, actor, call_id, actor.now, seen=form.raw("seen"))
    except Refused as error:
        web.refused(request, error)
        return _desk(request, session, actor, call_id, refused=error)
    return see_other(_address(call_id), Message("Domande aperte: {count}.", count=count))


@post(DESK + "/evaluators", access="signed-in", resent="seen")
def appoint(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    *,
    form: NamedDependency[Form],
    call_id: FromPath[int],
) -> Response:
    """Put a registered person on the commission."""
    email = form.email("email")
    if form.errors:
        return _desk(request, session, actor, call_id, form=form, status=422)
    try:
        seen = form.raw("seen")
        person = evaluators.appoint(session, actor, call_id, email, actor.now, seen=seen)
    except Refused as error:
        web.refused(request, error)
        if error.field:
            form.take(error)
        return _desk(request, session, actor, call_id, form=form, refused=error)
    return see_other(_address(call_id), Message("{name} è nella commissione.", name=person.name))


@post(DESK + "/evaluators/{person_id:int}/dismissal", access="signed-in", resent="seen")
def dismiss(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    *,
    form: NamedDependency[Form],
    call_id: FromPath[int],
    person_id: FromPath[int],
) -> Response:
    """Take a person off the commission."""
    try:
        seen = form.raw("seen")
        evaluators.dismiss(session, actor, call_id, person_id, actor.now, seen=seen)
    except Refused as error:
        web.refused(request, error)
        return _desk(request, session, actor, call_id, refused=error)
    return see_other(_address(call_id), Message("La commissione è cambiata."))


@get("/office/calls/{call_id:int}/ranking", access="signed-in")
def preview(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
) -> Response:
    """Show the ranking exactly as it would be published."""
    return _preview(request, session, actor, call_id)


def _preview(
    request: Request,
    session: Session,
    actor: Actor,
    call_id: int,
    refused: Refused | None = None,
) -> Response:
    found = rankings.preview(session, actor, call_id)
    if found.content is None and refused is None:
        return see_other(_address(call_id))
    return web.page(
        request,
        "calls/rankings/preview.html",
        200 if refused is None else refused.status,
        readiness=found.readiness,
        content=found.content,
        seen=ranking_parts.parts(found.content) if found.content else {},
        refused=refused,
        words=ranking_words,
    )


@post("/office/calls/{call_id:int}/ranking", access="signed-in", resent="seen")
def publish(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    call_id: FromPath[int],
) -> Response:
    """Publish the ranking for everybody, for good, exactly as shown."""
    try:
        rankings.publish(session, actor, call_id, actor.now, seen=form.raw("seen"))
    except Refused as error:
        web.refused(request, error)
        return _preview(request, session, actor, call_id, error)
    return see_other(f"/calls/{call_id}/ranking", Message("La graduatoria è pubblicata."))


@get("/calls/{call_id:int}/ranking", access="visitor")
def show(
    request: Request,
    session: NamedDependency[Session],
    visitor: NamedDependency[Visitor],
    call_id: FromPath[int],
) -> Response:
    """Show a published ranking to everybody."""
    found = rankings.public(session, call_id)
    return web.page(
        request,
        "calls/rankings/show.html",
        ranking=found.row,
        content=found.content,
        words=ranking_words,
        text=call_words.number,
        document=rankings.printed(session, found.row),
    )


@get("/calls/{call_id:int}/ranking/bundle", access="public")
def download_bundle(session: NamedDependency[Session], call_id: FromPath[int]) -> Response:
    """Download the bytes that were hashed: everything the verification needs."""
    found = rankings.public(session, call_id)
    return web.attachment(found.row.content.encode(), "graduatoria.json", "application/json")


@get("/calls/{call_id:int}/ranking/file", access="public")
def download_pdf(session: NamedDependency[Session], call_id: FromPath[int]) -> Response:
    """Download the printed ranking."""
    found = rankings.public(session, call_id)
    document = rankings.printed(session, found.row)
    if document is None:
        raise NotFound
    return web.download(document)


@post("/office/calls/{call_id:int}/ranking/file/retry", access="signed-in", resent="same")
def print_again(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
) -> Response:
    """Print a ranking that failed once more."""
    rankings.print_again(session, actor, call_id)
    return see_other(_address(call_id), documents.AGAIN)


@get("/calls/{call_id:int}/ranking/verifier", access="public")
def download_verifier(session: NamedDependency[Session], call_id: FromPath[int]) -> Response:
    """Download the script that computes the ranking again without this site."""
    rankings.public(session, call_id)
    return web.attachment(VERIFIER.read_bytes(), VERIFIER.name, "text/x-python")


HANDLERS: list[Any] = [
    desk,
    open_envelopes,
    appoint,
    dismiss,
    preview,
    publish,
    show,
    download_bundle,
    download_pdf,
    print_again,
    download_verifier,
]
