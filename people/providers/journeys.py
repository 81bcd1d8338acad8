"""The journey to a provider and back: what it must be known by rides in a sealed cookie."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from kit import secret
from kit.settings import settings
from people.actors import Actor
from people.providers.settings import Provider

# What somebody goes to a provider for.
SIGN_IN, LINK, FRESH = "sign-in", "link", "fresh"
LASTS = timedelta(minutes=10)
# An old tab or two may still come back; more would fill the head of every request.
AT_ONCE = 3
_PREFIX = "__Host-with-" if settings().public_url.startswith("https://") else "with-"
_LABEL, _WISH, _SESSION = "a journey to a provider", "a wish to go to a provider", "whose journey"


def _random() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Journey:
    """One way there and back: to whom, since when, what for, and where it leads afterwards.

    `bound` marks the session it belongs to (linking, a fresh proof), `link` is the token of the
    letter by which somebody came.
    """

    provider: str
    issuer: str
    began_at: str
    purpose: str = SIGN_IN
    target: str = "/"
    bound: str = ""
    link: str = ""
    state: str = field(default_factory=_random)
    nonce: str = field(default_factory=_random)
    verifier: str = field(default_factory=_random)

    @property
    def began(self) -> datetime:
        """When the browser was sent away."""
        return datetime.fromisoformat(self.began_at)

    @property
    def cookie(self) -> str:
        """The name of its cookie."""
        return cookie_of(self.state)

    def sealed(self) -> str:
        """As it rides in its cookie."""
        return secret.seal(_LABEL, json.dumps(asdict(self)).encode(), self.cookie.encode())


def cookie_of(state: str) -> str:
    """The name of the cookie in which the journey of a `state` rides."""
    return _PREFIX + hashlib.sha256(state.encode()).hexdigest()[:16]


def back(
    cookies: Mapping[str, str], state: str, provider: Provider, now: datetime
) -> Journey | None:
    """Find the journey that comes back with a `state` from a provider; None of any other."""
    found = _read(cookies, cookie_of(state), now)
    if found is None or not secrets.compare_digest(found.state.encode(), state.encode()):
        return None
    return found if (found.provider, found.issuer) == (provider.key, provider.issuer) else None


def spare(cookies: Mapping[str, str], now: datetime) -> list[str]:
    """The names of cookies that go when one more journey begins: ended ones, then the oldest."""
    ours = [name for name in cookies if name.startswith(_PREFIX)]
    living = {name: found for name in ours if (found := _read(cookies, name, now)) is not None}
    kept = sorted(living, key=lambda name: living[name].began)[-(AT_ONCE - 1) :]
    return [name for name in ours if name not in kept]


def _read(cookies: Mapping[str, str], name: str, now: datetime) -> Journey | None:
    try:
        found = Journey(**json.loads(secret.unseal(_LABEL, cookies.get(name, ""), name.encode())))
    except (secret.NotOurs, ValueError, TypeError):
        return None
    return found if now - found.began <= LASTS else None


@dataclass(frozen=True, slots=True)
class OfferedJourney:
    """What a page of ours says of a journey it offers: the address could be anybody's."""

    purpose: str
    bound: str
    at: str

    def sealed(self) -> str:
        """As it stands in the address of the journey."""
        return secret.seal(_WISH, json.dumps(asdict(self)).encode())


def wish(actor: Actor, purpose: str) -> str:
    """Offer somebody a journey of their session, to link an identity or for a fresh proof."""
    return OfferedJourney(purpose, bound_to(actor), actor.now.isoformat()).sealed()


def wished(sealed: str, now: datetime) -> OfferedJourney | None:
    """Read what `wish` gave; None of anything else, and of one too old."""
    try:
        found = OfferedJourney(**json.loads(secret.unseal(_WISH, sealed)))
    except (secret.NotOurs, ValueError, TypeError):
        return None
    return found if now - datetime.fromisoformat(found.at) <= LASTS else None


def bound_to(actor: Actor) -> str:
    """Mark a session: a journey begun in it ends in it."""
    return secret.mark(_SESSION, actor.form_key)


def is_bound_to(actor: Actor, mark: str) -> bool:
    """Whether a journey was begun in this session."""
    return secret.is_mark(_SESSION, actor.form_key, mark)
