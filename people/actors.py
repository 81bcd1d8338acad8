"""The signed-in person of a request: who, with which roles, at which instant."""

from dataclasses import dataclass
from datetime import UTC, datetime

from kit.errors import Message, NotFound, PersonError
from people import proofs
from people.proofs import BY_PASSWORD, Proof
from people.roles import Role

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that ended by itself: whose it was, of what its forms carry a mark, and now."""

    person_id: int
    form_key: bytes
    now: datetime


class NotSignedIn(PersonError):
    """A page that needs someone was asked for by nobody: go to sign-in first.

    `ended` tells whose session the request came with, if that ended by itself.
    """

    status = 401

    def __init__(self, ended: Ended | None = None) -> None:
        super().__init__(Message("Accedi per continuare."))
        self.ended = ended


class NotFresh(PersonError):
    """What was asked for is done only by whoever has proved who they are a short while ago."""

    status = 401

    def __init__(self, actor: "Actor") -> None:
        super().__init__(Message("Prima conferma che sei tu: non abbiamo ancora fatto niente."))
        self.actor = actor


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with the roles held when the request began and the database's instant.

    `grants` are those that what the session has `proved` carries, `resting` those that ask for
    more (docs/decisions/0027). `factors` are their second ones ("code"), `trial` says that this
    is a demo, which asks for nothing. `seen_late` says that it is time to write down that
    their session is used; its forms carry a mark of `form_key`.
    """

    person_id: int
    name: str
    email: str
    locale: str
    session_id: int
    grants: frozenset[Role]
    now: datetime
    seen_late: bool = False
    resting: frozenset[Role] = frozenset()
    proved: Proof = BY_PASSWORD
    proved_at: datetime = _NEVER
    form_key: bytes = b""
    factors: tuple[str, ...] = ()
    trial: bool = False

    @property
    def held(self) -> frozenset[Role]:
        """All roles, those that rest too: what they forbid, and what their owner is told."""
        return self.grants | self.resting

    @property
    def fresh(self) -> bool:
        """Whether all they can prove was proved a short while ago (`proofs.FRESH`)."""
        whole = self.proved.level > proofs.ONE or not self.factors
        return whole and proofs.is_fresh(self.proved_at, self.now)

    @property
    def has_to_prove(self) -> bool:
        """Whether they prove who they are once more before what cannot be undone."""
        return (bool(self.factors) or not self.trial) and not self.fresh

    def has(self, role: str, scope_kind: str, scope_id: int) -> bool:
        """Whether the person holds the role in exactly this scope."""
        return (role, scope_kind, scope_id) in self.grants

    def holds(self, role: str, scope_kind: str, scope_id: int) -> bool:
        """Whether the role is theirs, also while it rests: for what it forbids or tells them."""
        return (role, scope_kind, scope_id) in self.held

    def scopes(self, role: str, scope_kind: str) -> tuple[int, ...]:
        """The ids of the scopes in which the person holds the role, ascending."""
        return tuple(
            sorted(id_ for held, kind, id_ in self.grants if (held, kind) == (role, scope_kind))
        )

    def kinds(self) -> frozenset[tuple[str, str]]:
        """The roles held and the kinds of their scopes, whichever these are."""
        return frozenset((role, kind) for role, kind, _ in self.grants)

    def require(self, role: str, scope_kind: str, scope_id: int) -> None:
        """Raise NotFound without the role: what is not yours looks absent."""
        if not self.has(role, scope_kind, scope_id):
            raise NotFound


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever looks at a public page: maybe signed in; the instant is always known."""

    actor: Actor | None
    now: datetime

    @property
    def person_id(self) -> int | None:
        """The person's id, None for somebody who is not signed in."""
        return self.actor.person_id if self.actor else None
