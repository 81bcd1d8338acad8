"""Importing a price list: bring the file, look at what will change, apply it."""

from datetime import date
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from kit.errors import Message, NotFound, Refused
from kit.http import keyed, web
from kit.http.forms import Form, seen
from kit.http.web import Request, Response, get, post, see_other
from kit.sentences import recall
from market.catalogue import producers
from market.catalogue.price_words import label_of
from market.catalogue.products import Search
from market.centres import centres
from market.pages import product_form
from market.pages.addresses import a_page, an_id
from market.price_files import imports, previews
from market.price_files.imports import PriceFile
from market.price_files.previews import ImportPreview
from market.tables.catalogue import PriceListImport
from market.tables.centres import Centre
from people.actors import Actor

_PRICE_LIST_BROUGHT = keyed.Making(
    "market.price_list.brought",
    Message("Hai già caricato questo file ({at})."),
    "/price-list-imports/{ids[0]}",
)


@get("/price-list-imports/new", access="signed-in")
def new(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    centre: FromQuery[str] = "",
    producer: FromQuery[str] = "",
) -> Response:
    """Show where to choose the file."""
    form = Form(values={"producer": producer[:20]})
    return _new_page(request, session, centres.coordinated(session, actor, centre), form)


@post("/price-list-imports", access="signed-in", resent="keyed", takes_files=True)
def bring(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Read the file and show what it would change; a file that cannot be read says why."""
    centre = centres.coordinated(session, actor, form.raw("centre"))
    upload = form.files.get("file")
    if upload is None or not upload.filename:
        form.add_error("file", Message("Scegli il file del listino."))
        return _new_page(request, session, centre, form, 422)
    try:
        producer_id = an_id(form.raw("producer"))
        file = PriceFile(centre.id, producer_id, upload.filename, upload.content)
        made = keyed.once(
            session,
            actor,
            _PRICE_LIST_BROUGHT,
            form,
            lambda: {"ids": imports.bring(session, actor, file, actor.now)},
        )
    except NotFound:
        form.add_error("producer", Message("Scegli una delle possibilità."))
        return _new_page(request, session, centre, form, 422)
    except Refused as refused:
        form.take(refused, "file")
        return _new_page(request, session, centre, form, refused.status)
    ids = made["ids"]
    if len(ids) > 1:
        return see_other(
            f"/producers?centre={centre.id}#imports",
            Message("Listini nel file: {count}. Controllali uno per uno.", count=len(ids)),
        )
    return see_other(f"/price-list-imports/{ids[0]}")


@get("/price-list-imports/{import_id:int}", access="signed-in")
def show(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    import_id: FromPath[int],
    words: FromQuery[str] = "",
    only: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response:
    """Show what an import will change, or how far the worker is with it."""
    search = Search(seen(words)[:100], only, a_page(page))
    found = previews.read(session, actor, import_id, search)
    if web.is_htmx(request) and found.row.state in previews.WORKING:
        return web.page(request, "market/price_files/_progress.html", row=found.row)
    if web.is_htmx(request):
        return _reload(request, found.row)
    return _preview_page(request, session, found, search)


@post("/price-list-imports/{import_id:int}/application", access="signed-in", resent="seen")
def confirm(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    import_id: FromPath[int],
) -> Response:
    """Apply exactly what the preview showed."""
    try:
        row = imports.confirm(
            session,
            actor,
            import_id,
            actor.now,
            seen=form.raw("seen"),
            another=form.flag("another"),
        )
    except Refused as refused:
        found = previews.read(session, actor, import_id, Search())
        return _preview_page(request, session, found, Search(), refused)
    if row.state in previews.WORKING:
        return see_other(f"/price-list-imports/{import_id}")
    return see_other(f"/price-lists/{row.price_list_id}", Message("Il listino è aggiornato."))


@post("/price-list-imports/{import_id:int}/comparison", access="signed-in", resent="same")
def compare_again(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    import_id: FromPath[int],
) -> Response:
    """Compare the same file with the list as it is now, or with that of a producer of its name."""
    namesake_id = an_id(form.raw("producer"))
    again = imports.compare_again(session, actor, import_id, actor.now, namesake_id=namesake_id)
    return see_other(f"/price-list-imports/{again}")


@post("/price-list-imports/{import_id:int}/dropping", access="signed-in", resent="same")
def drop(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    import_id: FromPath[int],
) -> Response:
    """Put the import aside; the list stays as it is."""
    row = imports.drop(session, actor, import_id, actor.now)
    return see_other(f"/producers?centre={row.centre_id}", Message("Il listino è rimasto com'era."))


def _preview_page(
    request: Request,
    session: Session,
    found: ImportPreview,
    search: Search,
    refused: Refused | None = None,
) -> Response:
    row, facts = found.row, found.row.facts
    created_on = facts.get("created_on")
    return web.page(
        request,
        "market/price_files/show.html",
        409 if refused else 200,
        row=row,
        centre=centres.get(session, row.centre_id),
        lines=found.lines,
        total=found.total,
        words=search.words,
        only=search.only if search.only in previews.FILTERS else "",
        page=search.page,
        pages=-(-found.total // previews.PAGE_SIZE),
        counts=previews.counts_of(row),
        stale=found.stale,
        seen=found.parts,
        namesakes=found.namesakes,
        problems=[{**p, "message": recall(p["message"])} for p in facts.get("problems", [])],
        error=refused.message if refused else recall(facts.get("error")),
        recall=recall,
        created_on=date.fromisoformat(created_on) if created_on else None,
        label_of=label_of,
        names=product_form.WORDS,
        facts_named=_FACTS,
    )


def _new_page(
    request: Request, session: Session, centre: Centre, form: Form, status: int = 200
) -> Response:
    choices: list[Any] = [(row.id, row.name) for row in producers.of_centre(session, centre.id)]
    return web.page(
        request,
        "market/price_files/new.html",
        status,
        centre=centre,
        form=form,
        producers=list(dict(choices).items()),
    )


def _reload(request: Request, row: PriceListImport) -> Response:
    """Tell htmx that the worker is done: show the whole page again."""
    response = web.html_response(request, "")
    response.headers["HX-Redirect"] = f"/price-list-imports/{row.id}"
    return response


# What people call what a file says of a producer.
_FACTS = {
    "name": Message("Nome"),
    "email": Message("Indirizzo e-mail"),
    "phone": Message("Telefono"),
    "website": Message("Sito"),
    "street": Message("Via e numero"),
    "locality": Message("Luogo"),
    "zip_code": Message("CAP"),
}


HANDLERS = [new, bring, show, confirm, compare_again, drop]
