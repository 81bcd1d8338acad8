"""What a session has proved, and what is asked of a role (docs/decisions/0027)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from kit.settings import settings
from people import roles
from people.roles import Role

PASSWORD, LINK = "password", "link"
CODE, RECOVERY_CODE, PASSKEY = "code", "recovery-code", "passkey"

# One factor, two, and what a provider of identities calls high.
ONE, TWO, HIGH = 1, 2, 3

# How long what was proved is good for what cannot be undone.
FRESH = timedelta(minutes=15)

# What these do binds others: a call, a ranking, somebody's money, everybody's roles.
_ASKED = {roles.ADMINISTRATOR: TWO, roles.OFFICE: TWO, roles.EVALUATOR: TWO, roles.TREASURER: TWO}


class Proof(NamedTuple):
    """By which means somebody has proved who they are, and the level that makes (1 to 3)."""

    level: int
    means: tuple[str, ...]

    def said(self) -> dict[str, Any]:
        """As it is kept with what somebody does (`kit.audit.sign`)."""
        return {"level": self.level, "means": list(self.means)}


BY_PASSWORD = Proof(ONE, (PASSWORD,))
BY_PASSWORD_AND_CODE = Proof(TWO, (PASSWORD, CODE))
# Of a device that checked its owner: what they have, and what they are or know.
BY_PASSKEY = Proof(TWO, (PASSKEY,))


class Shared(NamedTuple):
    """The roles that a session's level carries, and those that rest until it is higher."""

    awake: frozenset[Role]
    resting: frozenset[Role]


def share(held: Iterable[Role], level: int, *, trial: bool) -> Shared:
    """Tell the roles that a level carries from those that rest.

    None rests in a demo: that is what the settings call one and what the database was made for.
    """
    found = frozenset(held)
    if trial and not required():
        return Shared(found, frozenset())
    resting = frozenset(role for role in found if asked_of(role[0]) > level)
    return Shared(found - resting, resting)


def required() -> bool:
    """Whether second factors and fresh proofs are required here: everywhere but in a demo."""
    return not settings().demo


def asked_of(role: str) -> int:
    """The level without which a role rests."""
    return _ASKED.get(role, ONE)


def is_fresh(proved_at: datetime, now: datetime) -> bool:
    """Whether what was proved at an instant is still good for what cannot be undone."""
    return now - proved_at <= FRESH
