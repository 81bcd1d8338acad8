"""A price list: its products, correcting one of them, writing it as GDXP."""

from datetime import datetime

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from kit.errors import Invalid, Message, NotFound, Refused
from kit.http import keyed, web
from kit.http.forms import Form, seen
from kit.http.web import Request, Response, get, post, see_other
from kit.paper import documents
from market.catalogue import price_lists, producers, products
from market.catalogue.price_words import label_of
from market.catalogue.products import Search
from market.centres import centres
from market.pages import product_form
from market.pages.addresses import a_page
from market.price_files import export as gdxp_export
from market.tables.catalogue import PriceList, Product
from people.actors import Actor
from people.roles import COORDINATOR

_PRICE_LIST_EXPORTED = keyed.Making(
    "market.price_list.exported",
    Message("Hai già chiesto questo file ({at})."),
    ".",
)


@get("/price-lists/{price_list_id:int}", access="signed-in")
def show(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    price_list_id: FromPath[int],
    words: FromQuery[str] = "",
    only: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response:
    """Show the products of a list, searchable and by what keeps them from being ordered."""
    price_list = _own(session, actor, price_list_id)
    search = Search(seen(words)[:100], only, a_page(page))
    return _list_page(request, session, price_list, search, Form())


def _list_page(
    request: Request,
    session: Session,
    price_list: PriceList,
    search: Search,
    form: Form,
    *,
    status: int = 200,
) -> Response:
    found, total = products.search(session, price_list.id, search)
    producer, _ = producers.get(session, price_list.centre_id, price_list.producer_id)
    return web.page(
        request,
        "market/price_lists/show.html",
        status,
        form=form,
        price_list=price_list,
        producer=producer,
        centre=centres.get(session, price_list.centre_id),
        counts=products.counts(session, price_list.id),
        products=found,
        total=total,
        words=search.words,
        only=search.only if search.only in products.FILTERS else "",
        page=search.page,
        pages=-(-total // products.PAGE_SIZE),
        documents=documents.of(session, "price_list", price_list.id)[-3:],
        label_of=label_of,
    )


@get("/price-lists/{price_list_id:int}/products/{product_id:int}", access="signed-in")
def edit_product(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    price_list_id: FromPath[int],
    product_id: FromPath[int],
) -> Response:
    """Show one product, ready to be corrected."""
    price_list = _own(session, actor, price_list_id)
    product = products.get(session, price_list.id, product_id)
    form = product_form.filled(product)
    return _product_page(request, price_list, product, form)


@post(
    "/price-lists/{price_list_id:int}/products/{product_id:int}",
    access="signed-in",
    resent="merged",
)
def save_product(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    price_list_id: FromPath[int],
    product_id: FromPath[int],
) -> Response:
    """Correct one product; errors stand beside their fields, nothing typed is lost."""
    price_list = _own(session, actor, price_list_id)
    product = products.held(session, actor, price_list.id, product_id)
    product_form.meet(form, product)
    values = product_form.read(form, product)
    twins = products.twins(session, product, values["name"], values["sku"])
    product_form.ask_twins(form, product, twins)
    try:
        form.check()
    except Invalid as invalid:
        return _product_page(request, price_list, product, form, invalid.status)
    products.correct(session, actor, product, values, actor.now)
    return see_other(
        f"/price-lists/{price_list.id}#product-{product.id}",
        Message("{name} è salvato.", name=values["name"]),
    )


@post("/price-lists/{price_list_id:int}/export", access="signed-in", resent="keyed")
def export(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    price_list_id: FromPath[int],
) -> Response:
    """Ask the worker for the list as a GDXP file."""
    price_list = _own(session, actor, price_list_id)
    try:
        keyed.once(
            session,
            actor,
            _PRICE_LIST_EXPORTED,
            form,
            lambda: {"id": _asked_for(session, price_list, actor.now)},
            of=str(price_list.version),
        )
    except Refused as refused:
        form.take(refused)
        return _list_page(request, session, price_list, Search(), form, status=refused.status)
    return see_other(
        f"/price-lists/{price_list.id}#documents", Message("Il file è in preparazione.")
    )


@get(
    "/price-lists/{price_list_id:int}/documents/{document_id:int}",
    access="signed-in",
    page=False,
)
def download(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    price_list_id: FromPath[int],
    document_id: FromPath[int],
) -> Response:
    """Hand out a file made of this list."""
    price_list = _own(session, actor, price_list_id)
    for document in documents.of(session, "price_list", price_list.id):
        if document.id == document_id:
            return web.download(documents.hand_out(session, actor, document, actor.now))
    raise NotFound


def _asked_for(session: Session, price_list: PriceList, now: datetime) -> int:
    document = documents.request(
        session,
        kind="gdxp",
        subject_kind="price_list",
        subject_id=price_list.id,
        filename=gdxp_export.filename(session, price_list, now),
        media_type=gdxp_export.MEDIA_TYPE,
        task="market.gdxp_export",
        now=now,
        price_list_id=price_list.id,
    )
    return document.id


def _own(session: Session, actor: Actor, price_list_id: int) -> PriceList:
    price_list = price_lists.get(session, price_list_id)
    actor.require(COORDINATOR, "centre", price_list.centre_id)
    return price_list


def _product_page(
    request: Request, price_list: PriceList, product: Product, form: Form, status: int = 200
) -> Response:
    return web.page(
        request,
        "market/price_lists/product.html",
        status,
        price_list=price_list,
        product=product,
        form=form,
        becomes=product_form.becomes(form, product),
        keeps_weight=product_form.keeps_weight(form),
        is_another=product_form.is_another(form),
        unit_name=product_form.UNIT_NAMES[product.unit],
        words=product_form.WORDS,
    )


HANDLERS = [show, edit_product, save_product, export, download]
