"""Taking a person off a household: what it does, told before it is done."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from kit.errors import Message, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.shown import Changed
from market.centres import centres, members
from people.actors import Actor

_REMOVAL = "/households/{household_id:int}/members/{person_id:int}/removal"


@get(_REMOVAL, access="signed-in")
def ask(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    household_id: FromPath[int],
    person_id: FromPath[int],
) -> Response:
    """Show what taking a person off a household will do."""
    try:
        return _page(request, session, actor, household_id, person_id)
    except Refused as gone:
        return see_other(f"/households/{household_id}", gone.message, kind="warning")


@post(_REMOVAL, access="signed-in", resent="seen")
def remove(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    household_id: FromPath[int],
    person_id: FromPath[int],
) -> Response:
    """Take a person off a household, and tell them."""
    try:
        seen = form.raw("seen")
        gone = members.remove(session, actor, household_id, person_id, actor.now, seen=seen)
    except Changed as changed:
        return _page(request, session, actor, household_id, person_id, changed)
    said = Message("{name} non entra più per questa famiglia.", name=gone.name)
    return see_other(f"/households/{household_id}", said)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    household_id: int,
    person_id: int,
    changed: Changed | None = None,
) -> Response:
    removal = members.removal(session, actor, household_id, person_id)
    return web.page(
        request,
        "market/households/removal.html",
        changed.status if changed else 200,
        removal=removal,
        household=removal.household,
        centre=centres.get(session, removal.household.centre_id),
        changed=changed.message if changed else None,
    )


HANDLERS = [ask, remove]
