"""A credible Cremona: the demo's world, built once in an empty database.

Everything is done by the use cases people use, by the persons who would do it, at instants
of the past weeks; dates follow today, so that the demo is alive whenever it is built.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import calls.jobs  # noqa: F401 - registers the jobs that use cases queue
import market.jobs  # noqa: F401 - likewise
from demo import applications, centres, commission, offices, orders, producers
from demo.sign_ins import PASSWORD
from demo.stage import MAIL, Stage
from kit import clock, db
from people import passwords
from people.tables.persons import Person, Trial


def is_there(session: Session) -> bool:
    """Whether the demo was built in this database."""
    who = select(Person.id).where(Person.email == f"amministrazione{MAIL}")
    return session.scalar(who) is not None


def build(echo: Callable[[str], None], now: datetime | None = None) -> None:
    """Build the whole world in one transaction: all of it is there, or nothing.

    It is built as of `now` (the database's clock where none is given). Documents and
    letters are queued; the worker makes them when it starts.
    """
    password_hash = passwords.hash_password(PASSWORD)
    with db.transaction() as session:
        if is_there(session):
            return
        stage = Stage(session, now or clock.now(session), password_hash)
        session.add(Trial(made_at=stage.now))
        echo("Centri, famiglie e produttori di Cremona…")
        centres.build(stage)
        producers.build(stage)
        echo("Ordini, prenotazioni e consegne delle ultime settimane…")
        orders.build(stage)
        stage.play()
        echo("Bandi, domande e graduatorie…")
        offices.build(stage)
        applications.build(stage)
        commission.build(stage)
        stage.play()
    echo("La demo è pronta.")
