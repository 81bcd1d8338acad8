"""The files of a published ranking, and the program that verifies them without this site."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.pages import rankings as rankings_page
from calls.rankings import published_rankings, rankings
from calls.texts import published
from calls.verification import scripts
from kit.errors import NotFound
from kit.http import web
from kit.http.web import Response, get, post, see_other
from kit.paper import documents
from people.actors import Actor


@get("/calls/{call_id:int}/ranking/bundle", access="public", page=False)
def download_bundle(session: NamedDependency[Session], call_id: FromPath[int]) -> Response:
    """Download the bytes that were hashed: everything the verification needs of the ranking."""
    row = published_rankings.in_force(session, call_id)
    return web.attachment(row.content.encode(), "graduatoria.json", "application/json")


@get("/calls/{call_id:int}/ranking/call", access="public", page=False)
def download_call(session: NamedDependency[Session], call_id: FromPath[int]) -> Response:
    """Download the version of the call that the ranking follows, byte for byte."""
    row = published_rankings.in_force(session, call_id)
    content = published.plain(session, row.call_version_id)
    return web.attachment(content, "bando.json", "application/json")


@get("/calls/{call_id:int}/ranking/names", access="public", page=False)
def download_names(session: NamedDependency[Session], call_id: FromPath[int]) -> Response:
    """Download the names of firms by code: apart, so that one may go and the rest still verify."""
    row = published_rankings.in_force(session, call_id)
    names = published_rankings.of_row(session, row).names
    return web.attachment(names, "nomi.json", "application/json")


@get("/calls/{call_id:int}/ranking/file", access="public", page=False)
def download_pdf(session: NamedDependency[Session], call_id: FromPath[int]) -> Response:
    """Download the printed ranking."""
    document = rankings.printed(session, published_rankings.in_force(session, call_id))
    if document is None:
        raise NotFound
    return web.download(document)


@post("/office/calls/{call_id:int}/ranking/file/retry", access="signed-in", resent="same")
def print_again(
    session: NamedDependency[Session], actor: NamedDependency[Actor], call_id: FromPath[int]
) -> Response:
    """Print a ranking that failed once more."""
    rankings.print_again(session, actor, call_id)
    return see_other(rankings_page.address(call_id), documents.AGAIN)


@get("/calls/{call_id:int}/ranking/verifier", access="public", page=False)
def download_verifier(session: NamedDependency[Session], call_id: FromPath[int]) -> Response:
    """Download the program of the ranking's format, which verifies it without this site."""
    row = published_rankings.in_force(session, call_id)
    return web.attachment(scripts.script(row.rule), scripts.NAME, "text/x-python")


HANDLERS = [
    download_bundle,
    download_call,
    download_names,
    download_pdf,
    print_again,
    download_verifier,
]
