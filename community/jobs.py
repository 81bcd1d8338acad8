"""The jobs of the community house: copies of one's own data, accesses that are erased."""

from datetime import datetime

from sqlalchemy.orm import Session

from community import erasures, own_data
from kit import clock, jobs
from kit.errors import Message
from kit.jobs import effect, periodic, task
from kit.paper import documents
from kit.paper.documents import Transaction
from people import erasures as access_erasures


@effect(
    "community.own_data",
    queue="documents",
    named=Message("La copia dei propri dati"),
    ended=documents.ended,
)
def make_copy(transaction: Transaction, document_id: int, person_id: int) -> None:
    """Make the copy of a person's own data."""
    documents.make(
        transaction,
        document_id,
        lambda session: own_data.collect(session, person_id, clock.now(session)),
        own_data.drawn,
    )


@periodic(
    "community.tidy", cron="12 * * * *", named=Message("Togliere le copie dei dati dopo 7 giorni")
)
def tidy(session: Session, now: datetime) -> None:
    """Drop copies that were kept long enough."""
    own_data.forget_old(session, now)
    access_erasures.forget_told(session, now)


@periodic(
    "community.find_erasures",
    cron="22 * * * *",
    named=Message("Trovare gli accessi da cancellare"),
)
def find_erasures(session: Session, now: datetime) -> None:
    """Queue the erasures whose time has come, and announce those of accesses nobody uses."""
    due = [{"person_id": id_} for id_ in access_erasures.due(session, now)]
    jobs.enqueue_many(session, "community.erase", due)
    erasures.announce_unused(session, now)


@task("community.erase", queue="planning", named=Message("Cancellare un accesso"))
def erase(session: Session, now: datetime, person_id: int) -> None:
    """Erase an access."""
    erasures.carry_out(session, person_id, now)
