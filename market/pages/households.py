"""The households of a centre: the list, welcoming one, correcting it, inviting its members."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from kit import lookalikes
from kit.errors import Invalid, Message, Refused
from kit.http import keyed, web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.sentences import typed_euro
from kit.words import text
from market.bookings.listed import listed
from market.centres import centres, commitments, households, purses
from market.centres.households import LIMIT_MAX_CENTS, Details, NewHousehold
from market.centres.purses import Purse
from market.group_orders.rules import lifecycle, standing
from market.group_orders.rules.standing import Stage
from market.tables.centres import Household
from people import invitation_words, roles
from people.actors import Actor
from people.invitations import Guest
from people.roles import COORDINATOR

_HOUSEHOLD_WELCOMED = keyed.Making(
    "market.household.welcomed",
    Message("Hai già accolto questa famiglia ({at})."),
    "/households/{id}",
)
_HOUSEHOLD_INVITED = keyed.Making("market.household.invited", refuses=True)


@get("/centres/{centre_id:int}/households", access="signed-in")
def index(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    centre_id: FromPath[int],
) -> Response:
    """List the households with what they have and hold."""
    return web.page(
        request,
        "market/households/index.html",
        households=purses.of_centre(session, actor, centre_id),
        centre=centres.get(session, centre_id),
    )


@get("/centres/{centre_id:int}/households/new", access="signed-in")
def new(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    centre_id: FromPath[int],
) -> Response:
    """Show the empty form of a household."""
    return _new_page(request, session, actor, centre_id, Form())


@post("/centres/{centre_id:int}/households", access="signed-in", resent="keyed")
def welcome(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    centre_id: FromPath[int],
) -> Response:
    """Welcome a household; with an address its member is invited by mail."""
    actor.require(COORDINATOR, "centre", centre_id)
    details, limit = _details(form, session, centre_id)
    code = form.text("code", max_length=20)
    member = form.email("member_email", required=False)
    member_name = form.text("member_name", required=bool(member), max_length=120)
    try:
        form.check()
        fresh = NewHousehold(
            code=code,
            name=details.name,
            language=details.language,
            email=details.email,
            note=details.note,
            limit_cents=limit,
            pickup_point_id=details.pickup_point_id,
        )
        guest = Guest(member, member_name) if member else None
        made = keyed.once(
            session,
            actor,
            _HOUSEHOLD_WELCOMED,
            form,
            lambda: _welcomed(session, actor, centre_id, fresh, guest),
        )
    except (Invalid, Refused) as error:
        form.take(error)
        return _new_page(request, session, actor, centre_id, form, error.status)
    said = Message("Benvenuta, {name}.", name=details.name)
    if member:
        sent = invitation_words.sent(member)
        said = Message("Benvenuta, {name}. {invited}", name=details.name, invited=sent)
    beside = households.names_beside(session, made["id"])
    said = lookalikes.told(said, details.name, beside)
    return see_other(f"/households/{made['id']}", said)


@get("/households/{household_id:int}", access="signed-in")
def show(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    household_id: FromPath[int],
) -> Response:
    """Show a household to those who coordinate its centre."""
    return _page(request, session, actor, household_id, Form())


@post("/households/{household_id:int}", access="signed-in", resent="merged")
def save(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    household_id: FromPath[int],
) -> Response:
    """Correct what is known of a household, and its limit."""
    household = households.held(session, actor, household_id)
    called = household.name
    form.meet(_values(household))
    details, limit = _details(form, session, household.centre_id, household.pickup_point_id)
    try:
        form.check()
        households.edit(session, actor, household_id, details, actor.now)
        if limit != household.limit_cents:
            households.set_limit(session, actor, household_id, limit, actor.now)
    except (Invalid, Refused) as error:
        form.take(error)
        return _page(request, session, actor, household_id, form, error.status)
    said = Message("Salvato.")
    if details.name != called:
        beside = households.names_beside(session, household_id)
        said = lookalikes.told(said, details.name, beside)
    return see_other(f"/households/{household_id}", said)


@post("/households/{household_id:int}/members", access="signed-in", resent="keyed")
def invite(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    household_id: FromPath[int],
) -> Response:
    """Invite one more person to book for a household."""
    households.coordinated(session, actor, household_id)
    email, name = form.email("member_email"), form.text("member_name", max_length=120)
    try:
        form.check()
        guest = Guest(email, name)
        keyed.once(
            session,
            actor,
            _HOUSEHOLD_INVITED,
            form,
            lambda: households.invite(session, actor, household_id, guest, actor.now),
        )
    except (Invalid, Refused) as error:
        form.take(error)
        return _page(request, session, actor, household_id, form, error.status)
    return see_other(f"/households/{household_id}", invitation_words.sent(email))


def _welcomed(
    session: Session, actor: Actor, centre_id: int, fresh: NewHousehold, guest: Guest | None
) -> dict[str, Any]:
    household = households.welcome(session, actor, centre_id, fresh, actor.now)
    if guest is not None:
        households.invite(session, actor, household.id, guest, actor.now)
    return {"id": household.id}


@post(
    "/households/{household_id:int}/invitations/{invitation_id:int}/letters",
    access="signed-in",
    resent="same",
)
def invite_again(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    household_id: FromPath[int],
    invitation_id: FromPath[int],
) -> Response:
    """Write an invitation anew."""
    email = households.invite_again(session, actor, household_id, invitation_id, actor.now)
    return see_other(f"/households/{household_id}", invitation_words.sent(email))


@post(
    "/households/{household_id:int}/invitations/{invitation_id:int}/withdrawals",
    access="signed-in",
    resent="same",
)
def withdraw(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    household_id: FromPath[int],
    invitation_id: FromPath[int],
) -> Response:
    """Take an invitation back before it is answered."""
    email = households.withdraw(session, actor, household_id, invitation_id, actor.now)
    return see_other(f"/households/{household_id}", invitation_words.withdrawn(email))


def _details(
    form: Form, session: Session, centre_id: int, also: int | None = None
) -> tuple[Details, int]:
    points = {point.id for point in centres.pickup_points(session, centre_id, also)}
    limit = form.euro("limit_cents", required=False, maximum=LIMIT_MAX_CENTS)
    details = Details(
        name=form.text("name", max_length=120),
        language=form.choice("language", list(text.LANGUAGES)),
        email=form.email("email", required=False) or None,
        note=form.text("note", required=False, max_length=2000, multiline=True),
        pickup_point_id=form.id_("pickup_point_id", points, required=False),
    )
    return details, limit or 0


def _values(household: Household | Purse) -> dict[str, str]:
    """Write what may be corrected as its fields show it."""
    return {
        "name": household.name,
        "limit_cents": typed_euro(household.limit_cents),
        "pickup_point_id": str(household.pickup_point_id or ""),
        "email": household.email or "",
        "language": household.language,
        "note": household.note,
    }


def _new_page(
    request: Request,
    session: Session,
    actor: Actor,
    centre_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    actor.require(COORDINATOR, "centre", centre_id)
    return web.page(
        request,
        "market/households/new.html",
        status,
        centre=centres.get(session, centre_id),
        points=centres.pickup_points(session, centre_id),
        form=form,
    )


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    household_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    household = purses.get(session, household_id)
    actor.require(COORDINATOR, "centre", household.centre_id)
    if form.saved is None:  # the form beside it was sent, or none
        form.saved = _values(household)
        form.values = {**form.saved, **form.values}
    orders = listed(session, [household.centre_id], states=lifecycle.TAKING_BOOKINGS)
    return web.page(
        request,
        "market/households/show.html",
        status,
        household=household,
        centre=centres.get(session, household.centre_id),
        points=centres.pickup_points(session, household.centre_id, household.pickup_point_id),
        invited=households.invited(session, actor, household_id),
        declined=households.declined(session, actor, household_id),
        members=roles.holders(session, roles.MEMBER, "household", household_id),
        commitments=commitments.of_household(session, household_id),
        orders=[row for row in orders if standing.stage(row, actor.now) is Stage.OPEN],
        standing=standing,
        form=form,
    )


HANDLERS = [index, new, welcome, show, save, invite, invite_again, withdraw]
