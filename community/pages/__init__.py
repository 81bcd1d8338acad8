"""Pages of the community house; HANDLERS lists every route."""

from typing import Any

from community.pages import about, dead_jobs, home, people, person

HANDLERS: list[Any] = [
    *home.HANDLERS,
    *about.HANDLERS,
    *people.HANDLERS,
    *person.HANDLERS,
    *dead_jobs.HANDLERS,
]
