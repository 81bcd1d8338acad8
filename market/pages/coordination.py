"""The board of whoever runs a centre: what goes on, and what to do next."""

from litestar.di import NamedDependency
from sqlalchemy.orm import Session

from kit.errors import NotFound
from kit.http import web
from kit.http.web import Request, Response, get
from market import boards
from people.actors import Actor


@get("/coordination", access="signed-in")
def index(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Show every centre the person runs: orders under way, what is due first."""
    found = boards.of_actor(session, actor, actor.now)
    if not found:
        raise NotFound
    return web.page(request, "market/coordination/index.html", boards=found)


HANDLERS = [index]
