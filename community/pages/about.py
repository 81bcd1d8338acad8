"""Pages that say who we are: accessibility, personal data, help."""

from typing import Any

from litestar.di import NamedDependency

from community import retention
from kit.http.web import Request, Response, get, page
from kit.settings import settings
from people.actors import Visitor


@get("/accessibility", access="visitor")
def accessibility(request: Request, visitor: NamedDependency[Visitor]) -> Response:
    """State how accessible the service is and how to report a barrier."""
    body, address = retention.body(), settings().public_url
    return page(request, "community/accessibility.html", body=body, address=address)


@get("/privacy", access="visitor")
def privacy(request: Request, visitor: NamedDependency[Visitor]) -> Response:
    """Say which personal data are kept, why and who sees them."""
    schedule = retention.SCHEDULE
    return page(request, "community/privacy.html", body=retention.body(), schedule=schedule)


@get("/help", access="visitor")
def help_page(request: Request, visitor: NamedDependency[Visitor]) -> Response:
    """Answer the first questions and say whom to ask."""
    return page(request, "community/help.html")


HANDLERS: list[Any] = [accessibility, privacy, help_page]
