"""How often letters with links may be asked for: nobody's letter box is flooded through us.

As for guesses (`people.guesses`): strangers stop themselves first, the owner has an allowance of
their own. Whoever uses up what may go to an address has filled its box with links that are good,
for each is until one is used: so nobody keeps the owner out.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kit import limits
from kit.errors import Message, Refused, TooMany
from kit.limits import Limit, Use
from people import known_devices
from people.known_devices import Caller

REGISTRATION, RESET, INVITATION = "registration", "reset", "invitation"
FACTOR = "factor"
ADDRESS = "address"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
PAIR = Limit("people.link.pair", 3, _HOUR)
# A library or a school asks from one network for many people.
NETWORK = Limit("people.link.network", 30, _HOUR)
NETWORK_A_DAY = Limit("people.link.network_a_day", 150, _DAY)
# One letter is free again before its last link has ended (`link_letters`).
RECIPIENT = {
    REGISTRATION: Limit("people.link.registration", 6, _DAY),
    RESET: Limit("people.link.reset", 6, 6 * _HOUR),
    INVITATION: Limit("people.link.invitation", 6, _DAY),
    FACTOR: Limit("people.link.factor", 6, _DAY),
    ADDRESS: Limit("people.link.address", 6, _DAY),
}
# Whoever founds a centre invites all its families in an evening.
INVITER = Limit("people.link.inviter", 150, _DAY)
OWN = Limit("people.link.own", 3, _HOUR)
# A link that is good no longer is renewed once in a while.
LINK = Limit("people.link.renewal", 1, _HOUR)

_MANY_SENT = Message(
    "In un giorno hai mandato tanti inviti quanti ne partono da una persona sola: gli altri "
    "mandali domani."
)
_MANY_GOT = Message(
    "A questo indirizzo sono già partiti molti inviti in un giorno: riprova domani, o avvisa la "
    "persona in un altro modo."
)


def count(session: Session, purpose: str, email: str, caller: Caller, now: datetime) -> None:
    """Count a request for a letter to an address, the same whether or not it is known.

    Raises TooMany when there were enough lately; a refused request is not counted, so that
    insisting does not prolong the wait.
    """
    own = known_devices.own(session, caller, email)
    uses = [
        Use(PAIR, f"{purpose} {caller.network} {email}"),
        Use(NETWORK, caller.network),
        Use(NETWORK_A_DAY, caller.network),
        Use(RECIPIENT[purpose], email),
    ]
    _take(session, [Use(OWN, own)] if own else uses, now)


def count_renewal(session: Session, token: str, network: str, now: datetime) -> None:
    """Count the wish for a new letter instead of a link; raises TooMany."""
    uses = [Use(LINK, token), Use(NETWORK, network), Use(NETWORK_A_DAY, network)]
    _take(session, uses, now)


def count_letter(session: Session, purpose: str, email: str, now: datetime) -> None:
    """Count a letter that is written instead of one of before; raises TooMany."""
    _take(session, [Use(RECIPIENT[purpose], email)], now)


def count_invitation(session: Session, inviter_id: int | None, email: str, now: datetime) -> None:
    """Count a letter that invites; raises Refused when there were enough of late."""
    try:
        if inviter_id is not None:
            inviter = Use(INVITER, str(inviter_id))
            limits.take(session, [inviter], now, _MANY_SENT)
        limits.take(session, [Use(RECIPIENT[INVITATION], email)], now, _MANY_GOT)
    except TooMany as error:
        raise Refused(error.message, field="email") from None


def _take(session: Session, uses: list[Use], now: datetime) -> None:
    limits.take(
        session,
        uses,
        now,
        Message(
            "Abbiamo già ricevuto più richieste, per questo indirizzo o dalla tua rete. Guarda "
            "nella posta, anche tra quella indesiderata, oppure riprova più tardi."
        ),
    )
