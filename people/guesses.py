"""How often a password may be guessed: counted before it is looked at.

Strangers are slowed down by pairs of account and network, so that they stop themselves and not
the owner, and more slowly over all networks and over all accounts. What they did does not count
in a browser that the owner has used before, nor where the owner is signed in: there is another
allowance, the owner's own (docs/decisions/0022).
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kit import audit, limits
from kit.errors import Message
from kit.limits import Limit, Use
from people import known_devices
from people.known_devices import Caller
from people.tables import Person

NOBODY = 0  # ids of persons begin at 1
QUARTER = timedelta(minutes=15)
PAIR = Limit("people.guess.pair", 10, QUARTER)
# A school or an office comes from one network.
NETWORK = Limit("people.guess.network", 50, QUARTER)
# Whoever comes from many networks: more than anybody mistypes, far fewer than finds anything.
ACCOUNT = Limit("people.guess.account", 100, timedelta(hours=6))
OWN = Limit("people.guess.own", 10, QUARTER)
# Nobody guesses a passkey: this bounds how much a network has us ask and check in vain.
PASSKEY = Limit("people.guess.passkey", 100, QUARTER)


def begin(session: Session, email: str, caller: Caller, now: datetime) -> list[Use]:
    """Count a guess at the password of an address, the same whether or not it is known.

    Give what was used, for `limits.give_back` when it turns out to be no guess but the password.
    Raises TooMany.
    """
    own = known_devices.own(session, caller, email)
    uses = [
        Use(PAIR, f"{caller.network} {email}"),
        Use(NETWORK, caller.network),
        Use(ACCOUNT, email),
    ]
    uses = [Use(OWN, own)] if own else uses
    limits.take(
        session,
        uses,
        now,
        Message(
            "Troppi tentativi. Aspetta qualche minuto e riprova, oppure chiedi una nuova password: "
            "la lettera ti fa entrare subito."
        ),
    )
    return uses


def begin_passkey(session: Session, caller: Caller, now: datetime) -> list[Use]:
    """Count that a network asks for a passkey, or answers with one. Raises TooMany.

    Give what was used, as `begin`.
    """
    uses = [Use(PASSKEY, caller.network)]
    sentence = Message(
        "Troppi tentativi con una passkey da questa rete. Aspetta qualche minuto e riprova, "
        "oppure entra con la password."
    )
    limits.take(session, uses, now, sentence)
    return uses


def note(session: Session, person_id: int | None, caller: Caller, now: datetime) -> None:
    """Keep that a password was wrong, for whoever looks afterwards who tried to get in where.

    Of an address that nobody has here nothing is kept but the network: what was typed there may
    be a password. The same statement for both.
    """
    account = audit.of(Person, person_id or NOBODY)
    facts = {"network": caller.network}
    audit.record(session, None, "password.refused", account, now, after=facts)
