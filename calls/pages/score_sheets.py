"""An evaluator at work: application and sheet side by side, marking, sending."""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.applications import inspections
from calls.applications.contents import AttachedFile
from calls.commission import declarations, progress
from calls.commission.declarations import Applicant
from calls.commission.standings import ApplicationKey
from calls.pages import declarations as declarations_page
from calls.pages.declarations import ONE, address
from calls.pages.late import NotInIt
from calls.score_sheets import queue as queues
from calls.score_sheets import readings, score_sheets, sent_score_sheets
from calls.score_sheets.queue import ScoreSheetView
from calls.score_sheets.rules import dossier, scoring, sheet_fields
from calls.score_sheets.score_sheets import SavedScoreSheet, TypedScore
from calls.texts.rules import call_words
from kit import files
from kit.errors import Invalid, Message, NotFound, PersonError, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.sentences import counted
from people.actors import Actor


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
        return declarations_page.page(request, session, key, who, Form())
    readings.note(session, actor, key)
    return _sheet_page(request, session, actor, key, who=who)


def _sheet_page(
    request: Request,
    session: Session,
    actor: Actor,
    key: ApplicationKey,
    *,
    who: Applicant | None = None,
    form: Form | None = None,
    error: PersonError | None = None,
) -> Response:
    """Show the application and the sheet; after a refusal what was typed, or what is not in it."""
    sheet = queues.view(session, actor, key)
    before, after = queues.neighbours(session, actor, key)
    sent = json.loads(sheet.content)
    late = None
    if form is not None and not sheet.may_mark:
        late, form = _late(form, sheet, error), None
    return web.page(
        request,
        "calls/score_sheets/sheet.html",
        200 if error is None else error.status,
        sheet=sheet,
        sent=sent,
        found=_found(session, key, sent),
        dossier=dossier,
        words=call_words,
        progress=progress.of_evaluator(session, actor, key.call_id),
        before=before,
        after=after,
        form=form or Form.showing(sheet.fields),
        named=partial(sheet_fields.named, sheet.grid.criteria),
        late=late,
        refused=None,
        stands=None,
        colleagues=queues.colleagues(session, actor, key) if sheet.sent else [],
        address=address(key),
        seen=(who or declarations.applicant(session, actor, key)).parts,
        conflicts=[pair for pair in declarations.KINDS.items() if pair[0] != "none"],
        maximum=scoring.maximum_total(sheet.grid.criteria),
    )


def _found(session: Session, key: ApplicationKey, sent: dict[str, Any]) -> dict[str, AttachedFile]:
    """What is known of the files of what was sent, by their hash; no statement for none."""
    if not sent["attachments"]:
        return {}
    found = inspections.of_application(session, key.application_id)
    return {file.sha256: file for file in found}


def _late(form: Form, sheet: ScoreSheetView, error: PersonError | None) -> NotInIt | None:
    """Say what came to a sheet that takes no marks any more, and stands in it nowhere."""
    if error is None:
        return None
    lost = form.unsaved(sheet.fields)
    criteria = sheet.grid.criteria
    return NotInIt(
        error.message,
        [
            (sheet_fields.named(criteria, name), text or Message("(niente)"))
            for name, text in lost.items()
        ],
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
    """Save one criterion as it changes; answer what the sheet lacks, and what it shows now."""
    key = ApplicationKey(call_id, application_id)
    status = 200
    names = (sheet_fields.mark_field(criterion), sheet_fields.motivation_field(criterion))
    typed = {name: form.raw(name) for name in names}
    sheet: SavedScoreSheet | ScoreSheetView
    stands = None
    try:
        sheet = _save(session, actor, key, form, [criterion])
    except (Invalid, Refused) as error:
        form.take(error)
        status = error.status
        sheet = queues.view(session, actor, key)
        if not sheet.may_mark:  # the page is of before: it goes back to what stands
            stands = {name: sheet.fields[name] for name in _marks(sheet)}
    form.saved = sheet.fields
    return web.page(
        request,
        "calls/score_sheets/_answer.html",
        status,
        sheet=sheet,
        stands=stands,
        refused=form.errors.get(""),  # what is one field's fault stands beside it
        form=form,
        criterion=criterion,
        # What was left as it was shown, while others changed it, goes on showing that.
        told=[n for n in names if n in form.clashes or form.raw(n) == typed[n]],
        words=call_words,
        address=address(key),
        maximum=scoring.maximum_total(sheet.grid.criteria),
    )


def _marks(sheet: ScoreSheetView) -> list[str]:
    return [sheet_fields.mark_field(criterion.code) for criterion in sheet.grid.criteria]


def _save(
    session: Session, actor: Actor, key: ApplicationKey, form: Form, codes: Sequence[str] = ()
) -> SavedScoreSheet:
    """Save what was changed at some criteria (else at all) under the sheet's lock.

    A mark and its motivation are each a unit. Raises Invalid where both changed the same,
    NotFound for a criterion of no grid, and what saving raises.
    """
    sheet = score_sheets.held(session, actor, key)
    known = [criterion.code for criterion in sheet.grid.criteria]
    if not set(codes) <= set(known):
        raise NotFound
    fields = {
        code: (sheet_fields.mark_field(code), sheet_fields.motivation_field(code))
        for code in codes or known
    }
    shown = sheet.fields
    mine = form.meet({name: shown[name] for both in fields.values() for name in both})
    form.check()
    typed = {
        code: TypedScore(form.raw(mark), form.raw(why))
        for code, (mark, why) in fields.items()
        if mark in mine or why in mine
    }
    if not typed:
        return sheet
    return score_sheets.save(session, actor, key, typed, actor.now, sheet=sheet)


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
    """Save what was changed on the whole sheet (without JavaScript, or by its button); go on."""
    key = ApplicationKey(call_id, application_id)
    try:
        _save(session, actor, key, form)
    except (Invalid, Refused) as error:
        form.take(error)
        return _sheet_page(request, session, actor, key, form=form, error=error)
    if form.raw("then") == "send":
        return see_other(f"{address(key)}/sending")
    return see_other(address(key), Message("Scheda salvata. Non è ancora inviata."))


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
        stands=None,
        refused=refused and refused.message,
        words=call_words,
        address=address(key),
        seen=sheet.parts,
        maximum=scoring.maximum_total(sheet.grid.criteria),
    )


@post(ONE + "/sending", access="signed-in", resent="seen", fresh=True)
def send(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    *,
    form: NamedDependency[Form],
    call_id: FromPath[int],
    application_id: FromPath[int],
) -> Response:
    """Send the sheet for good, as it was shown, and go to the next application of the queue."""
    key = ApplicationKey(call_id, application_id)
    try:
        sent = sent_score_sheets.send(session, actor, key, actor.now, seen=form.raw("seen"))
    except Refused as error:
        return _confirm(request, session, actor, key, error)
    notice = counted(
        call_words.many_points(sent.total),
        "Scheda inviata per «{firm}» ({code}): {total} punto.",
        "Scheda inviata per «{firm}» ({code}): {total} punti.",
        firm=sent.firm,
        code=sent.code,
        total=call_words.number(sent.total),
    )
    after = "" if sent.next_application_id is None else f"/{sent.next_application_id}"
    return see_other(f"/calls/{call_id}/evaluations{after}", notice)


@get(ONE + "/attachments/{position:int}", access="signed-in", page=False)
def attachment(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
    application_id: FromPath[int],
    position: FromPath[int],
) -> Response:
    """Download an attachment of an application that may be read."""
    key = ApplicationKey(call_id, application_id)
    sheet = queues.view(session, actor, key)
    sent = json.loads(sheet.content)
    if not 1 <= position <= len(sent["attachments"]):
        raise NotFound
    file = sent["attachments"][position - 1]
    known = _found(session, key, sent)[file["sha256"]]
    if not known.may_be_read and known.found is not None:
        raise Refused(known.found)
    readings.note(session, actor, key, attachment=position)
    return web.attachment(files.get(file["sha256"]), file["filename"], "application/pdf")


HANDLERS: list[Any] = [
    show,
    save_one,
    save_all,
    confirm,
    send,
    attachment,
]
