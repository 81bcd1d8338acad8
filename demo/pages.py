"""Pages of the demo only: the letters that were written, and every piece of the look."""

from typing import Any

from litestar.di import NamedDependency
from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.http import web
from kit.http.web import Request, Response, get
from kit.mail import Mail
from people.actors import Visitor

MOST = 40


@get("/demo/mail", access="visitor")
def letters(
    request: Request, session: NamedDependency[Session], visitor: NamedDependency[Visitor]
) -> Response:
    """Show the newest letters; in a demo nothing is really sent."""
    newest = session.scalars(select(Mail).order_by(Mail.id.desc()).limit(MOST)).all()
    return web.page(request, "demo/letters.html", letters=newest)


@get("/look", access="visitor")
def style_guide(request: Request, visitor: NamedDependency[Visitor]) -> Response:
    """Show every piece of the look."""
    return web.page(request, "styleguide.html")


HANDLERS: list[Any] = [letters, style_guide]
