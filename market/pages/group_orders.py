"""Group orders for those who run them: opening, watching, cancelling, their documents."""

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from kit import dead_jobs
from kit.errors import Invalid, Message, NotFound, Refused
from kit.http import keyed, web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.paper import documents
from kit.paper.documents import Document
from kit.shown import Changed
from market import audiences
from market.catalogue import price_lists, producers, products
from market.catalogue.price_words import price_words
from market.centres import centres, households
from market.group_orders import cancelling, freezing, heading, opening, order_books, orders
from market.group_orders.rules import standing
from market.group_orders.rules.standing import Stage
from market.pages import order_form, order_tables
from market.pages.addresses import an_id
from market.papers import by_voice, order_sheets, outboxes, sheets
from people.actors import Actor
from people.roles import COORDINATOR

_GROUP_ORDER_OPENED = keyed.Making(
    "market.group_order.opened",
    Message("Hai già aperto un ordine uguale ({at})."),
    "/group-orders/{id}",
)


@get("/centres/{centre_id:int}/group-orders/new", access="signed-in")
def new(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    centre_id: FromPath[int],
    price_list: FromQuery[str] = "",
) -> Response:
    """Ask for the price list first, then for the order's terms."""
    actor.require(COORDINATOR, "centre", centre_id)
    listed = [row for row in producers.of_centre(session, centre_id) if row.price_list_id]
    wanted = an_id(price_list)
    if wanted is None:
        return web.page(
            request,
            "market/group_orders/choose.html",
            centre=centres.get(session, centre_id),
            lists=listed,
        )
    chosen = next((row for row in listed if row.price_list_id == wanted), None)
    if chosen is None:
        raise NotFound
    in_cases = products.sold_in_cases(session, wanted)
    form = Form(values=order_form.proposed(chosen, in_cases, actor.now))
    return _form_page(request, session, centre_id, wanted, form)


@post("/centres/{centre_id:int}/group-orders", access="signed-in", resent="keyed")
def open_(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    centre_id: FromPath[int],
) -> Response:
    """Open the order; its prices are frozen from here on."""
    actor.require(COORDINATOR, "centre", centre_id)
    price_list_id = an_id(form.raw("price_list_id"))
    if price_list_id is None or price_lists.get(session, price_list_id).centre_id != centre_id:
        raise NotFound
    points = [point.id for point in centres.pickup_points(session, centre_id)]
    try:
        new = order_form.new_order(form, price_list_id, points, actor.now)
        made = keyed.once(
            session,
            actor,
            _GROUP_ORDER_OPENED,
            form,
            lambda: {"id": opening.open_(session, actor, new, actor.now, seen=form.raw("seen"))},
        )
    except (Invalid, Refused) as error:
        form.take(error)
        return _form_page(request, session, centre_id, price_list_id, form, error.status)
    head = order_books.head(session, actor, made["id"])
    done = Message("L'ordine è aperto.")
    said = standing.of(head, actor.now, "staff")
    if said.stage is not Stage.OPEN:
        done = Message("L'ordine è preparato. {said}", said=said.sentence)
    return see_other(f"/group-orders/{head.id}", done)


@get("/group-orders/{group_order_id:int}", access="signed-in")
def show(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    group_order_id: FromPath[int],
) -> Response:
    """Show an order to those who run it; a member is sent on to the booking."""
    try:
        book = order_books.of(session, actor, group_order_id)
    except NotFound:
        centre_id = orders.get(session, group_order_id).centre_id
        if centre_id not in {h.centre_id for h in households.of_member(session, actor)}:
            raise
        return see_other(f"/group-orders/{group_order_id}/booking")
    coordinates = actor.has(COORDINATOR, "centre", book.head.centre_id)
    letters = by_voice.outbox(session, book.head, actor.now)
    return web.page_around(
        request,
        "market/group_orders/show.html",
        order_tables.tables(book, coordinates=coordinates),
        book=book,
        undone=dead_jobs.in_words(book.head.undone),
        head=book.head,
        documents=book.documents,
        names=sheets.KINDS,
        void=sheets.VOID,
        standing=standing,
        outbox=letters,
        sheet=order_sheets.fate(book.head, letters.sheet),
        once_cancelled=order_sheets.once_cancelled(book.head, letters.sheet),
        coordinates=coordinates,
    )


@get("/group-orders/{group_order_id:int}/by-voice", access="signed-in")
def show_by_voice(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    group_order_id: FromPath[int],
) -> Response:
    """Show what to tell whom by voice, as a sheet to print: the letters nobody can be sent."""
    head = order_books.head(session, actor, group_order_id)
    return web.page(
        request,
        "market/group_orders/by_voice.html",
        head=head,
        standing=standing,
        letters=by_voice.sheet(session, actor, head),
        audience=audiences.audience(session, group_order_id),
    )


@get("/group-orders/{group_order_id:int}/documents", access="signed-in", page=False)
def list_documents(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    group_order_id: FromPath[int],
) -> Response:
    """Show how far the documents are: the part of the order's page that renews itself."""
    head = order_books.head(session, actor, group_order_id)
    return web.page(
        request,
        "market/group_orders/_documents.html",
        head=head,
        documents=documents.of(session, "group_order", group_order_id),
        names=sheets.KINDS,
        void=sheets.VOID,
    )


@get(
    "/group-orders/{group_order_id:int}/documents/{document_id:int}",
    access="signed-in",
    page=False,
)
def download(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    group_order_id: FromPath[int],
    document_id: FromPath[int],
) -> Response:
    """Hand out a document of the order to whoever works in its centre."""
    document = _sheet(session, actor, group_order_id, document_id)
    return web.download(documents.hand_out(session, actor, document, actor.now))


@post(
    "/group-orders/{group_order_id:int}/documents/{document_id:int}/retry",
    access="signed-in",
    resent="same",
)
def retry(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    group_order_id: FromPath[int],
    document_id: FromPath[int],
) -> Response:
    """Make a document that failed once more."""
    documents.retry(session, _sheet(session, actor, group_order_id, document_id))
    return see_other(f"/group-orders/{group_order_id}", documents.AGAIN)


@get("/group-orders/{group_order_id:int}/cancellation", access="signed-in")
def ask_cancel(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    group_order_id: FromPath[int],
) -> Response:
    """Show what cancelling will do before it is done."""
    return _cancel_page(request, session, actor, group_order_id, Form())


@post(
    "/group-orders/{group_order_id:int}/cancellation", access="signed-in", resent="seen", fresh=True
)
def cancel(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    group_order_id: FromPath[int],
) -> Response:
    """Cancel the order; households are told why and their credit is free again."""
    told = cancelling.of(session, group_order_id).households > 0
    reason = form.text("reason", max_length=500, multiline=True, required=told)
    try:
        form.check()
        seen = form.raw("seen")
        opening.cancel(session, actor, group_order_id, reason, actor.now, seen=seen)
    except Invalid:
        return _cancel_page(request, session, actor, group_order_id, form)
    except Changed as changed:
        return _cancel_page(request, session, actor, group_order_id, form, changed)
    readers = audiences.with_carriers(session, group_order_id)
    done = Message("Ordine annullato. {letters}", letters=readers.letters_in_words())
    carriers = readers.carriers_in_words()
    if carriers:
        done = Message("{done} {carriers}", done=done, carriers=carriers)
    return see_other(f"/group-orders/{group_order_id}", done)


def _sheet(session: Session, actor: Actor, group_order_id: int, document_id: int) -> Document:
    """Find a document that still holds; raises Refused for those of a cancelled order."""
    found = order_books.document(session, actor, group_order_id, document_id)
    if heading.of(session, group_order_id).cancelled:
        raise Refused(sheets.VOID)
    return found


def _form_page(
    request: Request,
    session: Session,
    centre_id: int,
    price_list_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    web.stands_on(request, f"/centres/{centre_id}/group-orders/new?price_list={price_list_id}")
    price_list = price_lists.get(session, price_list_id)
    producer, _ = producers.get(session, centre_id, price_list.producer_id)
    return web.page(
        request,
        "market/group_orders/new.html",
        status,
        centre=centres.get(session, centre_id),
        price_list=price_list,
        producer=producer,
        points=centres.pickup_points(session, centre_id),
        in_cases=products.sold_in_cases(session, price_list_id),
        frozen=freezing.of(session, price_list_id),
        price_words=price_words,
        ways=order_form.WAYS,
        form=form,
    )


def _cancel_page(
    request: Request,
    session: Session,
    actor: Actor,
    group_order_id: int,
    form: Form,
    changed: Changed | None = None,
) -> Response:
    book = order_books.of(session, actor, group_order_id)
    actor.require(COORDINATOR, "centre", book.head.centre_id)
    if "cancel" not in book.acts:
        return see_other(f"/group-orders/{group_order_id}")
    sent = outboxes.outbox(session, group_order_id).sheet
    does = cancelling.of(session, group_order_id)
    status = Invalid.status if form.errors else 200
    return web.page(
        request,
        "market/group_orders/cancel.html",
        changed.status if changed else status,
        head=book.head,
        standing=standing,
        audience=does.audience,
        coordinates=True,
        sheet=order_sheets.fate(book.head, sent),
        once_cancelled=order_sheets.once_cancelled(book.head, sent),
        cancelling=does,
        form=form,
        changed=changed.message if changed else None,
    )


HANDLERS = [new, open_, show, show_by_voice, list_documents, download, retry, ask_cancel, cancel]
