"""What an evaluator declares before reading, and later when a tie comes to light."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.commission import declarations
from calls.commission.declarations import Applicant, Declared
from calls.commission.standings import ApplicationKey
from calls.texts import published
from kit.errors import Invalid, Message, PersonError, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, post, see_other
from people.actors import Actor

ONE = "/calls/{call_id:int}/evaluations/{application_id:int}"


def page(
    request: Request,
    session: Session,
    key: ApplicationKey,
    who: Applicant,
    form: Form,
    error: PersonError | None = None,
) -> Response:
    """Show what is asked before the content is; after a refusal, what was chosen and written."""
    return web.page(
        request,
        "calls/score_sheets/declaration.html",
        200 if error is None else error.status,
        key=key,
        who=who,
        form=form,
        refused=error.message if isinstance(error, Refused) else None,
        call=published.of_call(session, key.call_id),
        kinds=list(declarations.KINDS.items()),
    )


def address(key: ApplicationKey) -> str:
    """Where an application of an evaluator's list, and its sheet, are."""
    return f"/calls/{key.call_id}/evaluations/{key.application_id}"


@post(ONE + "/declaration", access="signed-in", resent="seen", fresh=True)
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
    said = Declared(form.choice("kind", declarations.KINDS), note)
    seen = form.raw("seen")
    try:
        form.check()
        free = declarations.declare(session, actor, key, said, actor.now, seen=seen)
    except (Invalid, Refused) as error:
        who = declarations.applicant(session, actor, key)
        return page(request, session, key, who, form, error)
    if free:
        return see_other(address(key))
    return see_other(
        f"/calls/{call_id}/evaluations",
        Message(
            "Conflitto registrato: la domanda di cui l'hai detto non è più tra le tue, e "
            "nessun'altra con lo stesso codice fiscale."
        ),
    )


HANDLERS = [declare]
