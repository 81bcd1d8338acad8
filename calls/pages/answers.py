"""What is written in an application, as its author reads it where nothing can be typed."""

from collections.abc import Mapping, Sequence

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.applications import drafts
from calls.applications.contents import ApplicationDraft
from calls.applications.rules import application_form, application_sections, lifecycle, standing
from calls.applications.rules.application_sections import Field, Section
from calls.pages.late import NotInIt
from calls.texts.rules.standing import Said
from kit import spelled
from kit.errors import Message
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get
from kit.words.text import render
from people import places
from people.actors import Actor

_NOTHING = Message("(niente)")


def said_of(draft: ApplicationDraft) -> Said:
    """Say how an application stood when it was read that is not sent: no ranking speaks of it."""
    return standing.of(
        draft.application,
        draft.call,
        draft.read_at,
        barred=draft.barred,
        came_late=draft.came_late,
    )


def files_shown(draft: ApplicationDraft) -> str:
    """What a page shows of the files: which there are, how far each is, which did not open."""
    known = [f"{file.id}-{file.state}" for file in draft.attachments]
    return ".".join([*known, *(f"{file.id}-out" for file in draft.not_kept)])


def nothing_new(request: Request, draft: ApplicationDraft) -> Response:
    """Leave the page as it is; one whose application was sent elsewhere goes to the receipt."""
    response = web.html_response(request, "", 200 if draft.sent else 204)
    if draft.sent:
        response.headers["HX-Redirect"] = f"/applications/{draft.application.id}/receipt"
    return response


def is_late(draft: ApplicationDraft) -> bool:
    """Whether it is a draft that may only be read: its deadline had passed when it was."""
    return not draft.sent and said_of(draft).stage is standing.ApplicationStage.LATE


def municipalities() -> list[tuple[str, str]]:
    """Code and name of every municipality of the province, by name."""
    known = [(place.istat_code, place.name) for place in places.all_()]
    return sorted(known, key=lambda pair: pair[1])


def choices(section: Section) -> list[tuple[str, str, str | Message]]:
    """Give what each choice of a page is called: the field, what is sent of it, its words."""
    places_known = [*(code for code, _ in municipalities()), "elsewhere"]
    sent = {"flag": ["yes"], "municipality": places_known}
    return [
        (field.name, value, _read(field, value))
        for field in section.fields
        for value in sent.get(field.kind, [value for value, _ in field.options])
    ]


def of_section(section: Section, values: Mapping[str, str]) -> list[tuple[Message, str | Message]]:
    """Give what one page says, as it was typed: pairs of a label and a text (or a sentence).

    What may be left out and was left out is not named.
    """
    return [
        (field.label, _read(field, typed))
        for field in section.fields
        if (typed := values.get(field.name, "")) or field.required
    ]


def not_in_it(form: Form, draft: ApplicationDraft, fields: Sequence[Field]) -> NotInIt | None:
    """Give back what came after the sending or the deadline; None where nothing was lost."""
    saved = application_form.shown(fields, draft.values)
    lost = form.unsaved(saved, flags=application_form.flags(fields))
    if not lost:
        return None
    message = Message("La domanda era già inviata. Queste parole non sono nella domanda inviata:")
    if not draft.sent:
        message = Message(
            "{over} Queste parole non sono salvate, puoi copiarle da qui:",
            over=lifecycle.over(draft.call),
        )
    return NotInIt(
        message,
        [(field.label, _read(field, lost[field.name])) for field in fields if field.name in lost],
    )


def _read(field: Field, typed: str) -> str | Message:
    """What was typed in a field as people read it."""
    if field.kind == "flag":
        return Message("confermato") if typed else Message("non confermato")
    if field.kind == "day" and (day := spelled.day(typed)):
        return f"{day:%d/%m/%Y}"
    if field.kind == "municipality" and typed:
        return dict(municipalities()).get(typed) or Message("Fuori provincia")
    return dict(field.options).get(typed, typed) or _NOTHING


@get("/applications/{application_id:int}/copy", access="signed-in")
def download_copy(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
) -> Response:
    """Give the author what is written as a text to keep: every answer, the files by name."""
    draft = drafts.own(session, actor, application_id)
    name = f"domanda-{application_id}.txt"
    return web.attachment(_copy(draft).encode(), name, "text/plain; charset=utf-8")


def _copy(draft: ApplicationDraft) -> str:
    pieces = [draft.call.title, render(Message("La tua domanda"))]
    for section in application_sections.sections(draft.call.content):
        pieces.append(f"\n## {render(section.title)}")
        for label, text in of_section(section, draft.values):
            told = text if isinstance(text, str) else render(text)
            pieces.append(f"\n{render(label)}\n{told}")
    pieces.append(f"\n## {render(Message('Allegati'))}\n")
    pieces += [file.filename for file in draft.attachments] or [render(_NOTHING)]
    return "\n".join(pieces) + "\n"


HANDLERS = [download_copy]
