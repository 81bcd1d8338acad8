"""What came to nothing, for the administration: jobs that died, letters that nobody took."""

from datetime import timedelta
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from kit import dead_jobs, letters
from kit.errors import Message
from kit.http import web
from kit.http.web import Request, Response, get, post, see_other
from people.actors import Actor
from people.roles import ADMINISTRATOR

_SHOWN = timedelta(days=30)


@get("/dead-jobs", access="signed-in")
def index(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """List what nobody does any more, and the letters of a month that did not arrive."""
    actor.require(ADMINISTRATOR, "house", 0)
    return web.page(
        request,
        "community/dead_jobs.html",
        dead=dead_jobs.all_(session),
        letters=letters.given_up(session, actor.now - _SHOWN),
    )


@post("/dead-jobs/{dead_job_id:int}/retries", access="signed-in", resent="same")
def retry(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    dead_job_id: FromPath[int],
) -> Response:
    """Have a job tried once more, as often as the first time."""
    actor.require(ADMINISTRATOR, "house", 0)
    dead_jobs.try_again(session, actor, dead_job_id, actor.now)
    return see_other("/dead-jobs", Message("Ci riproviamo: se non riesce lo trovi di nuovo qui."))


@post("/dead-jobs/{dead_job_id:int}/removal", access="signed-in", resent="same")
def put_aside(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    dead_job_id: FromPath[int],
) -> Response:
    """Name a job no more: what it was for was done in another way."""
    actor.require(ADMINISTRATOR, "house", 0)
    dead_jobs.put_aside(session, actor, dead_job_id, actor.now)
    return see_other("/dead-jobs", Message("È messo da parte."))


HANDLERS: list[Any] = [index, retry, put_aside]
