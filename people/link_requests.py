"""How often letters with links may be asked for: nobody's letter box is flooded through us."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kit import limits
from kit.limits import Limit, Use

WINDOW = timedelta(hours=1)
RECIPIENT = Limit("people.link.recipient", 3, WINDOW)
# A library or a school asks from one address for many people.
NETWORK = Limit("people.link.network", 30, WINDOW)
# A link that is good no longer is renewed once in a while.
LINK = Limit("people.link.renewal", 1, WINDOW)


def count(
    session: Session, email: str, address: str, now: datetime, *, limit: Limit = RECIPIENT
) -> None:
    """Count a request for a letter to `email` (or to whom a link was sent) from an address.

    The same for known and unknown people. Raises TooMany when there were enough lately; a refused
    request is not counted, so that insisting does not prolong the wait.
    """
    limits.take(
        session,
        [Use(limit, email), Use(NETWORK, address)],
        now,
        "Per questo indirizzo abbiamo già ricevuto più richieste nell'ultima ora. Guarda "
        "nella posta, anche tra quella indesiderata, oppure riprova più tardi.",
    )
