"""Closing an order: what is still wrong, the dry run, the one button."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from kit import shown
from kit.errors import Message, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.shown import Changed
from market.closings import closings, dry_runs
from market.closings.dry_runs import DryRun
from market.group_orders import order_books
from market.group_orders.rules import lifecycle, standing
from market.papers import audiences
from market.papers.audiences import Audience
from people.actors import Actor
from people.roles import COORDINATOR


@get("/group-orders/{group_order_id:int}/closing", access="signed-in")
def rehearse(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    group_order_id: FromPath[int],
) -> Response:
    """Show what closing now would give every household."""
    head = order_books.head(session, actor, group_order_id)
    actor.require(COORDINATOR, "centre", head.centre_id)
    if "close" not in lifecycle.acts(head.state):
        return see_other(f"/group-orders/{group_order_id}")
    return _page(request, session, actor, head)


@post("/group-orders/{group_order_id:int}/closing", access="signed-in", resent="seen")
def close(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    group_order_id: FromPath[int],
) -> Response:
    """Close exactly as shown; when bookings changed meanwhile, show the new result."""
    try:
        proposed = dry_runs.dry_run(session, actor, group_order_id)
        if proposed.token == form.raw("token"):
            audiences.check(form.raw("told"), _audience(session, group_order_id, proposed))
        result = closings.close(session, actor, group_order_id, form.raw("token"), actor.now)
    except Refused as refused:
        head = order_books.head(session, actor, group_order_id)
        if "close" not in lifecycle.acts(head.state):
            raise
        return _page(request, session, actor, head, refused, form.raw("seen"))
    letters = _audience(session, group_order_id, result).letters_in_words()
    if result.ordered:
        done = Message(
            "Ordine chiuso. {letters} I documenti sono in preparazione.", letters=letters
        )
    else:
        done = Message("Ordine chiuso senza ordinare niente. {letters}", letters=letters)
    return see_other(f"/group-orders/{group_order_id}", done)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    head: order_books.OrderHead,
    refused: Refused | None = None,
    seen: str = "",
) -> Response:
    found = dry_runs.rehearse(session, actor, head.id, actor.now)
    if refused and seen:
        refused = _in_words(refused, found.result, seen)
    return web.page(
        request,
        "market/closings/rehearse.html",
        refused.status if refused else 200,
        head=head,
        issues=found.issues,
        result=found.result,
        standing=standing,
        audience=_audience(session, head.id, found.result),
        changed=[household for household in found.result.households if household.changes],
        refused=refused.message if refused else None,
    )


def _audience(session: Session, group_order_id: int, result: DryRun) -> Audience:
    """Whom closing writes to."""
    told = set(result.told)
    return audiences.audience(session, group_order_id, lambda r: r.household_id in told)


def _in_words(refused: Refused, result: DryRun, seen: str) -> Refused:
    """Name what is not as the page had shown it; what decides is the token of the dry run."""
    try:
        shown.check(seen, result.parts(), result.named)
    except Changed as changed:
        return changed
    return refused


HANDLERS = [rehearse, close]
