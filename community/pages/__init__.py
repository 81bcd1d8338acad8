"""Pages of the community house; HANDLERS lists every route."""

from typing import Any

from community.pages import about, dead_jobs, home, own_data, people, person

HANDLERS: list[Any] = [
    *home.HANDLERS,
    *about.HANDLERS,
    *people.HANDLERS,
    *person.HANDLERS,
    *dead_jobs.HANDLERS,
    *own_data.HANDLERS,
]
