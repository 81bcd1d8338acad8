"""How often letters with links may be asked for: nobody's letter box is flooded through us."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kit import db
from kit.errors import TooMany
from people.tables import LinkRequest

WINDOW = timedelta(hours=1)
MOST_PER_EMAIL = 3
# A library or a school asks from one address for many people.
MOST_PER_ADDRESS = 30


def count(
    session: Session, email: str, address: str, now: datetime, *, most: int = MOST_PER_EMAIL
) -> None:
    """Count a request for a letter to `email` (or to whom a link was sent) from an address.

    The same for known and unknown people. Raises TooMany when there were enough in the last
    hour; a refused request is not counted, so that insisting does not prolong the wait.
    """
    wanted = hashlib.sha256(email.encode()).digest()
    db.lock_exclusive(session, "people.link_request", int.from_bytes(wanted[:7]))
    since = LinkRequest.at > now - WINDOW
    to_email, from_address = session.execute(
        select(
            select(func.count()).where(LinkRequest.email_hash == wanted, since).scalar_subquery(),
            select(func.count()).where(LinkRequest.address == address, since).scalar_subquery(),
        )
    ).one()
    if to_email >= most or from_address >= MOST_PER_ADDRESS:
        raise TooMany(
            "Per questo indirizzo abbiamo già ricevuto più richieste nell'ultima ora. Guarda "
            "nella posta, anche tra quella indesiderata, oppure riprova più tardi.",
            int(WINDOW.total_seconds()),
        )
    session.add(LinkRequest(email_hash=wanted, address=address, at=now))
    session.flush()


def forget_old(session: Session, now: datetime) -> None:
    """Drop what no longer counts (a timer's work)."""
    session.execute(delete(LinkRequest).where(LinkRequest.at < now - WINDOW))
