"""The treasurer's pages: three numbers that agree, accounts, statements, cash."""

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from kit.errors import Invalid, Message, Refused
from kit.http import keyed, web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.shown import Changed
from kit.words.text import money
from ledger import statements
from ledger.rules import cash
from market import treasuries
from market.centres import centres
from market.pages.addresses import a_position, position
from people.actors import Actor

_HOUSEHOLD_TOPPED_UP = keyed.Making(
    "market.household.topped_up",
    Message("Hai già registrato questi contanti ({at})."),
    "accounts",
)

_UNDOING = "/centres/{centre_id:int}/top-ups/{journal_id:int}/reversal"

KINDS = {
    "household": Message("famiglia"),
    "producer": Message("produttore"),
    "fund": Message("fondo"),
    "membership": Message("quote"),
    "deposit": Message("cauzioni"),
    "held": Message("somme trattenute"),
    "cash": Message("contanti"),
    "bank": Message("banca"),
    "card_clearing": Message("carte in arrivo"),
    "refund": Message("rimborsi in corso"),
    "dispute": Message("contestazioni"),
    "suspense": Message("da chiarire"),
    "opening": Message("saldi iniziali"),
    "fee": Message("commissioni"),
    "transport": Message("trasporto"),
    "rounding": Message("arrotondamenti"),
}


@get("/centres/{centre_id:int}/accounts", access="signed-in")
def index(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    centre_id: FromPath[int],
) -> Response:
    """Show what the centre holds against what it owes, and every account."""
    found = treasuries.of_centre(session, actor, centre_id)
    return web.page(
        request,
        "market/accounts/index.html",
        treasury=found,
        owners=treasuries.owners(session, centre_id),
        kinds=KINDS,
    )


@get("/centres/{centre_id:int}/accounts/{account_id:int}", access="signed-in")
def show(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    centre_id: FromPath[int],
    account_id: FromPath[int],
    before: FromQuery[str] = "",
) -> Response:
    """Show the statement of one account, a page at a time."""
    found = treasuries.statement(session, actor, centre_id, account_id, a_position(before))
    full = len(found.lines) == statements.PAGE
    return web.page(
        request,
        "market/accounts/show.html",
        page=found,
        owner=treasuries.owners(session, centre_id).get(account_id),
        moved_for=treasuries.moved_for(session, found),
        kind=KINDS[found.account.kind],
        older=position(found.lines[-1].position) if full else "",
        first=not before,
    )


@get("/centres/{centre_id:int}/top-ups/new", access="signed-in")
def new_top_up(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    centre_id: FromPath[int],
    household: FromQuery[str] = "",
) -> Response:
    """Show the form for cash that a household brings."""
    return _top_up_page(request, session, actor, centre_id, Form(values={"household": household}))


@post("/centres/{centre_id:int}/top-ups", access="signed-in", resent="keyed")
def record_top_up(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    centre_id: FromPath[int],
) -> Response:
    """Record the cash once, however often the form is sent."""
    names = {h.id: h.name for h in treasuries.payers(session, actor, centre_id)}
    household = form.id_("household", names) or 0
    most = cash.FORBIDDEN_FROM_CENTS - 1
    amount = form.euro("amount", minimum=cash.LEAST_CENTS, maximum=most, outside=cash.OUTSIDE)
    try:
        form.check()
        keyed.once(
            session,
            actor,
            _HOUSEHOLD_TOPPED_UP,
            form,
            lambda: {
                "id": treasuries.take_cash(
                    session, actor, household, amount or 0, form_key=form.raw("key"), now=actor.now
                )
            },
        )
    except (Invalid, Refused) as error:
        form.take(error)
        return _top_up_page(request, session, actor, centre_id, form, error.status)
    notice = Message(
        "Registrati {amount} in contanti per {name}.",
        amount=money(amount or 0),
        name=names[household],
    )
    return see_other(f"/centres/{centre_id}/accounts", notice)


def _top_up_page(
    request: Request,
    session: Session,
    actor: Actor,
    centre_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    return web.page(
        request,
        "market/accounts/top_up.html",
        status,
        centre=centres.get(session, centre_id),
        households=treasuries.payers(session, actor, centre_id),
        form=form,
    )


@get(_UNDOING, access="signed-in")
def ask_undo(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    centre_id: FromPath[int],
    journal_id: FromPath[int],
) -> Response:
    """Show what undoing cash that was recorded by mistake does."""
    mistake = treasuries.cash_mistake(session, actor, centre_id, journal_id)
    return _undo_page(request, mistake, Form())


@post(_UNDOING, access="signed-in", resent="seen", fresh=True)
def undo(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    centre_id: FromPath[int],
    journal_id: FromPath[int],
) -> Response:
    """Undo cash that was recorded by mistake, with the reason; both lines stay."""
    mistake = treasuries.cash_mistake(session, actor, centre_id, journal_id)
    reason = form.text("reason", max_length=200)
    seen = form.raw("seen")
    try:
        form.check()
        treasuries.undo_cash(session, actor, mistake, reason, actor.now, seen=seen)
    except Invalid:
        return _undo_page(request, mistake, form)
    except Changed as changed:
        mistake = treasuries.cash_mistake(session, actor, centre_id, journal_id)
        return _undo_page(request, mistake, form, changed)
    notice = Message(
        "Stornati {amount} di {name}. Se i contanti c'erano, registrali di nuovo giusti.",
        amount=money(mistake.cash.amount_cents),
        name=mistake.purse.name,
    )
    return see_other(f"/centres/{centre_id}/accounts/{mistake.cash.account_id}", notice)


def _undo_page(
    request: Request,
    mistake: treasuries.CashMistake,
    form: Form,
    changed: Changed | None = None,
) -> Response:
    status = Invalid.status if form.errors else 200
    return web.page(
        request,
        "market/accounts/undo.html",
        changed.status if changed else status,
        mistake=mistake,
        form=form,
        changed=changed.message if changed else None,
    )


HANDLERS = [index, show, new_top_up, record_top_up, ask_undo, undo]
