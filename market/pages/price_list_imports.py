"""Importing a price list: bring the file, look at what will change, apply it."""

from datetime import date
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from kit.errors import Message, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.sentences import recall
from market.catalogue import producers
from market.centres import centres
from market.pages import product_form
from market.pages.price_lists import label_of, page_number
from market.pages.producers import chosen_centre
from market.price_files import imports, previews
from market.tables.catalogue import PriceListImport
from market.tables.centres import Centre
from people.actors import Actor

WORKING = ("waiting", "applying")


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
    return _upload_page(request, session, chosen_centre(session, actor, centre), form)


@post("/price-list-imports", access="signed-in")
def bring(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Read the file and show what it would change; a file that cannot be read says why."""
    centre = chosen_centre(session, actor, form.raw("centre"))
    upload = form.files.get("file")
    known = {row.id for row in producers.of_centre(session, centre.id)}
    producer = form.id_("producer", known, required=False)
    if upload is None or not upload.filename:
        form.add_error("file", Message("Scegli il file del listino."))
    if form.errors or upload is None:
        return _upload_page(request, session, centre, form, 422)
    place = (centre.id, producer)
    file = (upload.filename, upload.content)
    try:
        ids = imports.bring(session, actor, place, file, actor.now)
    except Refused as refused:
        form.take(refused, "file")
        return _upload_page(request, session, centre, form, 409)
    if len(ids) > 1:
        return see_other(
            f"/producers?centre={centre.id}#imports",
            Message("Il file contiene {count} listini: controllali uno per uno.", count=len(ids)),
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
    row = imports.get(session, actor, import_id)
    if web.is_htmx(request) and row.state in WORKING:
        return web.page(request, "market/price_lists/_progress.html", row=row)
    if web.is_htmx(request):
        return _reload(request, row)
    return _preview_page(request, session, row, (words[:100], only, page_number(page)))


@post("/price-list-imports/{import_id:int}/application", access="signed-in")
def confirm(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    import_id: FromPath[int],
) -> Response:
    """Apply exactly what the preview showed."""
    row = imports.get(session, actor, import_id)
    try:
        done = imports.confirm(session, actor, import_id, actor.now)
    except Refused as refused:
        return _preview_page(request, session, row, ("", "", 1), refused)
    if not done:
        return see_other(f"/price-list-imports/{import_id}")
    return see_other(f"/price-lists/{row.price_list_id}", Message("Il listino è aggiornato."))


@post("/price-list-imports/{import_id:int}/comparison", access="signed-in")
def compare_again(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    import_id: FromPath[int],
) -> Response:
    """Compare the same file with the list as it is now."""
    again = imports.compare_again(session, actor, import_id, actor.now)
    return see_other(f"/price-list-imports/{again}")


@post("/price-list-imports/{import_id:int}/dropping", access="signed-in")
def drop(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    import_id: FromPath[int],
) -> Response:
    """Put the import aside; the list stays as it is."""
    row = imports.get(session, actor, import_id)
    imports.drop(session, actor, import_id, actor.now)
    return see_other(f"/producers?centre={row.centre_id}", Message("Il listino è rimasto com'era."))


def _preview_page(
    request: Request,
    session: Session,
    row: PriceListImport,
    view: tuple[str, str, int],
    refused: Refused | None = None,
) -> Response:
    words, only, number = view
    created_on = row.facts.get("created_on")
    lines, total = previews.lines(session, row.id, words, only, number)
    return web.page(
        request,
        "market/price_lists/import.html",
        409 if refused else 200,
        row=row,
        centre=centres.get(session, row.centre_id),
        lines=lines,
        total=total,
        words=words,
        only=only if only in previews.FILTERS else "",
        page=number,
        pages=-(-total // previews.PAGE_SIZE),
        stale=row.state == "previewed" and imports.stale(session, row),
        problems=[{**p, "message": recall(p["message"])} for p in row.facts.get("problems", [])],
        error=refused.message if refused else recall(row.facts.get("error")),
        recall=recall,
        created_on=date.fromisoformat(created_on) if created_on else None,
        label_of=label_of,
        names=product_form.WORDS,
    )


def _upload_page(
    request: Request, session: Session, centre: Centre, form: Form, status: int = 200
) -> Response:
    choices: list[Any] = [(row.id, row.name) for row in producers.of_centre(session, centre.id)]
    return web.page(
        request,
        "market/price_lists/upload.html",
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


HANDLERS = [new, bring, show, confirm, compare_again, drop]
