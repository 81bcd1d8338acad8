"""The second step of signing in: a code, after the password."""

from litestar.di import NamedDependency

from kit.errors import Invalid, Message, Refused, TooMany
from kit.http import carried, web
from kit.http.forms import Form
from kit.http.places import ENTRY
from kit.http.web import Request, Response, post, see_other
from people import factor_letters, half_way, second_steps
from people.half_way import HalfWay
from people.pages import way_back
from people.pages.cookies import with_session
from people.pages.edge import caller, device
from people.second_steps import Entered

# By what the second step is taken, and the field that asks for the other way.
APP, PAPER = "app", "paper"
BY, INSTEAD = "by", "instead"
CODE = "one-time-code"


def lead_on(request: Request, form: Form, entry: str | HalfWay) -> Response:
    """Let in whoever has given their password, or ask for the second step."""
    if isinstance(entry, HalfWay):
        return page(request, form, entry)
    return with_session(request, way_back.onward(request, form, entry), entry)


def page(request: Request, form: Form, entry: HalfWay, status: int = 200) -> Response:
    """Ask for the second step; `form` has where to go on, and what was being typed."""
    for name in ("password", CODE):
        form.values.pop(name, None)
    return web.page(
        request,
        "people/second_step.html",
        status,
        form=form,
        paper=entry.paper,
        by_paper=form.raw(BY) == PAPER,
        kinds=entry.kinds,
        **way_back.passkeys_here(request),
    )


@post("/sign-in/second", access="public", resent="same", lane=ENTRY)
def take_second_step(request: Request, form: NamedDependency[Form]) -> Response:
    """Check the code and start a session, or ask for a code of the other kind."""
    entry = HalfWay(form.raw(half_way.FIELD))
    if form.raw(INSTEAD) in {APP, PAPER}:
        form.values[BY] = form.raw(INSTEAD)
        return page(request, form, entry)
    typed = form.values.get(CODE, "")
    if not typed.strip():
        form.add_error(CODE, Message("Scrivi il codice."))
    try:
        form.check()
        entered = second_steps.take(entry.paper, typed[:100], caller(request), device(request))
    except half_way.Late as late:
        form.add_error("", late.message)
        return way_back.sign_in_page(request, form, 422)
    except TooMany as error:
        form.take(error, CODE)
        answer = page(request, form, entry, error.status)
        answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer
    except (Invalid, Refused) as error:
        form.take(error)
        return page(request, form, entry, 422)
    return with_session(request, _onward(request, form, entered), entered.token)


def _onward(request: Request, form: Form, entered: Entered) -> Response:
    """Lead on; whoever came in by a code on paper is told how many are left."""
    if entered.left is None or form.raw(carried.FIELD):
        return way_back.onward(request, form, entered.token)
    used = Message(
        "Sei entrato con un codice di recupero, che adesso è usato. {left}",
        left=factor_letters.left_in_words(entered.left),
    )
    return see_other(web.local_path(form.raw("next")), used, kind="warning")


HANDLERS = [take_second_step]
