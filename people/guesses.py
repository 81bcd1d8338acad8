"""How often a password may be guessed: counted before it is looked at."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kit import limits
from kit.limits import Limit, Use

ACCOUNT = Limit("people.guess.account", 10, timedelta(minutes=15))
NETWORK = Limit("people.guess.network", 50, timedelta(minutes=15))


def begin(session: Session, email: str, address: str, now: datetime) -> list[Use]:
    """Count a guess at the password of an address, the same whether or not it is known.

    Give what was used, for `limits.give_back` when it turns out to be no guess but the password.
    Raises TooMany.
    """
    uses = [Use(ACCOUNT, email), Use(NETWORK, address)]
    limits.take(session, uses, now, "Troppi tentativi. Aspetta qualche minuto e riprova.")
    return uses
