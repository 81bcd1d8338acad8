"""How often a password or a code may be guessed: counted before it is looked at.

Strangers are slowed down by pairs of account and network, so that they stop themselves and not
the owner, and more slowly over all networks and over all accounts. What they did does not count
in a browser that the owner has used before, nor where the owner is signed in: there is another
allowance, the owner's own (docs/decisions/0022).
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kit import audit, limits
from kit.errors import Message, TooMany
from kit.limits import Limit, Use
from people import codes, factor_letters, known_devices
from people.known_devices import Caller
from people.tables.persons import Person

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
# A code of six figures, of which three are good at a time: a week of guesses finds one in ten
# thousand, and only for whoever has the password.
CODE = Limit("people.code.quarter", 10, QUARTER)
CODE_A_WEEK = Limit("people.code.week", 30, timedelta(days=7))
# So many wrong ones in a day are somebody's slips; of the next the owner is told.
UNTOLD = Limit("people.code.untold", 4, timedelta(days=1))
_MANY_CODES = Message(
    "Troppi codici sbagliati. Aspetta e riprova più tardi, oppure usa un codice di recupero."
)


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


def begin_code(
    session: Session, email: str, typed: str, caller: Caller, now: datetime
) -> list[Use]:
    """Count a code that somebody tries after the right password, or inside.

    The owner's browser has an allowance of its own here too, and codes on paper have one apart
    from those of an app: who guesses at these with a stolen password stops nobody else. Give what
    was used, for `limits.give_back` when the code is right. Raises TooMany.
    """
    kind = "app" if codes.is_of_app(typed) else "paper"
    key = f"{kind} {known_devices.own(session, caller, email) or email}"
    uses = [Use(CODE, key), Use(CODE_A_WEEK, key)]
    limits.take(session, uses, now, _MANY_CODES)
    return uses


def note_code(session: Session, person_id: int, caller: Caller, now: datetime) -> None:
    """Keep that a code was wrong; of the fifth in a day the owner is told by a letter."""
    person = session.get_one(Person, person_id)
    audit.record(session, None, "code.refused", person, now, after={"network": caller.network})
    try:
        limits.take(session, [Use(UNTOLD, str(person_id))], now, _MANY_CODES)
    except TooMany:
        factor_letters.codes_guessed(session, person, now)
