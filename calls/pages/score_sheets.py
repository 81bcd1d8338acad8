"""An evaluator at work: queue, declaration, application and sheet side by side, sending."""

import json
from collections.abc import Mapping
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.commission import declarations, progress
from calls.commission.declarations import ApplicationKey, Declared
from calls.score_sheets import queue as queues
from calls.score_sheets import score_sheets, sent_score_sheets
from calls.score_sheets.rules import dossier, scoring
from calls.score_sheets.score_sheets import TypedScore
from calls.texts import published
from calls.texts.rules import call_words
from kit import files
from kit.errors import Message, NotFound, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from people.actors import Actor

BASE = "/calls/{call_id:int}/evaluations"
ONE = BASE + "/{application_id:int}"


@get(ONE, access="signed-in")
def show(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
    application_id: FromPath[int],
) -> Response:
    """Show the declaration first; once it is given, the application and the sheet."""
    key = ApplicationKey(call_id, application_id)
    who = declarations.applicant(session, actor, key)
    if not who.declared:
        return _declaration(request, session, key, who, Form())
    return _sheet_page(request, session, actor, key)


def _declaration(
    request: Request,
    session: Session,
    key: ApplicationKey,
    who: Any,
    form: Form,
    *,
    status: int = 200,
    refused: Refused | None = None,
) -> Response:
    return web.page(
        request,
        "calls/score_sheets/declaration.html",
        status if refused is None else refused.status,
        refused=refused and refused.message,
        key=key,
        who=who,
        form=form,
        call=published.of_call(session, key.call_id),
        kinds=list(declarations.KINDS.items()),
    )


@post(ONE + "/declaration", access="signed-in", resent="seen")
def declare(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    *,
    form: NamedDependency[Form],
    call_id: FromPath[int],
    application_id: FromPath[int],
) -> Response:
    """Record the declaration; with a conflict the application is gone from here on."""
    key = ApplicationKey(call_id, application_id)
    note = form.text("note", required=False, max_length=1000, multiline=True)
    kind = form.choice("kind", declarations.KINDS)
    if form.errors:
        who = declarations.applicant(session, actor, key)
        return _declaration(request, session, key, who, form, status=422)
    try:
        free = declarations.declare(session, actor, key, Declared(kind, note), actor.now)
    except Refused as error:
        web.refused(request, error)
        who = declarations.applicant(session, actor, key)
        return _declaration(request, session, key, who, form, refused=error)
    if free:
        return see_other(_address(key))
    return see_other(
        f"/calls/{call_id}/evaluations",
        Message("Conflitto registrato: questa domanda non è più tra le tue."),
    )


def _address(key: ApplicationKey) -> str:
    return f"/calls/{key.call_id}/evaluations/{key.application_id}"


def _sheet_page(
    request: Request,
    session: Session,
    actor: Actor,
    key: ApplicationKey,
    *,
    form: Form | None = None,
    status: int = 200,
) -> Response:
    sheet = queues.view(session, actor, key)
    before, after = queues.neighbours(session, actor, key)
    sent = json.loads(sheet.content)
    return web.page(
        request,
        "calls/score_sheets/sheet.html",
        status,
        sheet=sheet,
        sent=sent,
        dossier=dossier,
        words=call_words,
        progress=progress.of_evaluator(session, actor, key.call_id),
        before=before,
        after=after,
        form=form,
        refused=None,
        colleagues=queues.colleagues(session, actor, key) if sheet.sent else [],
        address=_address(key),
        conflicts=[pair for pair in declarations.KINDS.items() if pair[0] != "none"],
        maximum=scoring.maximum_total(sheet.grid.criteria),
    )


@post(ONE + "/marks/{criterion:str}", access="signed-in", resent="merged")
def save_one(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    *,
    form: NamedDependency[Form],
    call_id: FromPath[int],
    application_id: FromPath[int],
    criterion: FromPath[str],
) -> Response:
    """Save one criterion as soon as it changes and answer what the sheet now lacks."""
    key = ApplicationKey(call_id, application_id)
    status, refused = 200, None
    sheet: score_sheets.SavedScoreSheet | queues.ScoreSheetView
    try:
        sheet = score_sheets.save(session, actor, key, _typed(form, [criterion]), actor.now)
    except Refused as error:
        web.refused(request, error)
        status, refused = error.status, error.message
        sheet = queues.view(session, actor, key)
    return web.page(
        request,
        "calls/score_sheets/_answer.html",
        status,
        sheet=sheet,
        refused=refused,
        criterion=criterion,
        words=call_words,
        address=_address(key),
        maximum=scoring.maximum_total(sheet.grid.criteria),
    )


def _typed(form: Form, codes: list[str]) -> Mapping[str, TypedScore]:
    return {
        code: TypedScore(form.raw(f"mark-{code}"), form.raw(f"motivation-{code}"))
        for code in codes
        if f"mark-{code}" in form.values or f"motivation-{code}" in form.values
    }


def _read_aloud(sheet: queues.ScoreSheetView) -> dict[str, str]:
    """What is saved of a sheet, by the names of its fields."""
    saved = {f"motivation-{criterion.code}": "" for criterion in sheet.grid.criteria}
    saved |= {f"motivation-{code}": why for code, why in sheet.motivations.items()}
    for criterion in sheet.grid.criteria:
        mark = sheet.marks.get(criterion.code)
        saved[f"mark-{criterion.code}"] = "" if mark is None else call_words.number(mark)
    return saved


@post(ONE + "/marks", access="signed-in", resent="merged")
def save_all(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    *,
    form: NamedDependency[Form],
    call_id: FromPath[int],
    application_id: FromPath[int],
) -> Response:
    """Save the whole sheet at once, for whoever works without JavaScript; then go on."""
    key = ApplicationKey(call_id, application_id)
    sheet = queues.view(session, actor, key)
    if form.resumed:
        form.beside(_read_aloud(sheet))
        return _sheet_page(request, session, actor, key, form=form, status=422)
    typed = _typed(form, [criterion.code for criterion in sheet.grid.criteria])
    try:
        if typed:
            score_sheets.save(session, actor, key, typed, actor.now)
    except Refused as error:
        web.refused(request, error)
        form.take(error)
        return _sheet_page(request, session, actor, key, form=form, status=error.status)
    if form.raw("then") == "send":
        return see_other(f"{_address(key)}/sending")
    return see_other(_address(key), Message("Scheda salvata. Non è ancora inviata."))


@get(ONE + "/sending", access="signed-in")
def confirm(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
    application_id: FromPath[int],
) -> Response:
    """Show the whole sheet once more before it becomes final."""
    return _confirm(request, session, actor, ApplicationKey(call_id, application_id))


def _confirm(
    request: Request,
    session: Session,
    actor: Actor,
    key: ApplicationKey,
    refused: Refused | None = None,
) -> Response:
    sheet = queues.view(session, actor, key)
    return web.page(
        request,
        "calls/score_sheets/sending.html",
        200 if refused is None else refused.status,
        sheet=sheet,
        refused=refused and refused.message,
        words=call_words,
        address=_address(key),
        maximum=scoring.maximum_total(sheet.grid.criteria),
    )


@post(ONE + "/sending", access="signed-in", resent="seen")
def send(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
    application_id: FromPath[int],
) -> Response:
    """Send the sheet for good and go to the next application of the queue."""
    key = ApplicationKey(call_id, application_id)
    try:
        sent = sent_score_sheets.send(session, actor, key, actor.now)
    except Refused as error:
        web.refused(request, error)
        return _confirm(request, session, actor, key, error)
    notice = Message("Scheda inviata: {total} punti.", total=call_words.number(sent.total))
    after = "" if sent.next_application_id is None else f"/{sent.next_application_id}"
    return see_other(f"/calls/{call_id}/evaluations{after}", notice)


@get(ONE + "/attachments/{position:int}", access="signed-in")
def attachment(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
    application_id: FromPath[int],
    position: FromPath[int],
) -> Response:
    """Download an attachment of an application that may be read."""
    sheet = queues.view(session, actor, ApplicationKey(call_id, application_id))
    attached = json.loads(sheet.content)["attachments"]
    if not 1 <= position <= len(attached):
        raise NotFound
    file = attached[position - 1]
    return web.attachment(files.get(file["sha256"]), file["filename"], "application/pdf")


HANDLERS: list[Any] = [
    show,
    declare,
    save_one,
    save_all,
    confirm,
    send,
    attachment,
]
