"""What a provider has said of somebody, by our names: read, kept for a moment, told."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kit import codes, emails, log, secret, spelled
from kit.settings import settings
from people.proofs import Proof
from people.providers.settings import (
    ADDRESS,
    BIRTH_DATE,
    EMAIL,
    EMAIL_VERIFIED,
    FAMILY_NAME,
    GIVEN_NAME,
    TAX_CODE,
    Provider,
    called,
)

# How long an answer waits for its person to say what is to be done with it.
GOOD_FOR = timedelta(minutes=15)
COOKIE = "__Host-identity" if settings().public_url.startswith("https://") else "identity"
_LABEL = "what a provider said"
_LONGEST = 200
# Providers of SPID write the country before a tax code.
_COUNTRY = "TINIT-"
# Of an address made of parts (OpenID Connect Core 5.1.1) these, in this order.
_PARTS = ("street_address", "postal_code", "locality", "region")


@dataclass(frozen=True, slots=True)
class Answer:
    """Whom a provider knows (issuer and subject), how well, and what it says of them.

    `attributes` holds what could be read, by our names (`settings.ATTRIBUTES`) without the
    e-mail address; `link` is the token of the letter by which its person came.
    """

    provider: str
    issuer: str
    subject: str
    level: int
    at: str
    proved_at: str
    attributes: dict[str, str]
    email: str = ""
    email_verified: bool = False
    bound: str = ""
    link: str = ""
    target: str = "/"

    @property
    def proof(self) -> Proof:
        """What a session that is opened by it has proved."""
        return Proof(self.level, (f"provider:{self.provider}",))

    @property
    def called(self) -> str:
        """What people call the provider."""
        return called(self.provider)

    @property
    def name(self) -> str:
        """Given name and family name, as far as they were said."""
        said = (self.attributes.get(each, "") for each in (GIVEN_NAME, FAMILY_NAME))
        return " ".join(each for each in said if each)

    @property
    def tax_code(self) -> str:
        """The tax code, or nothing."""
        return self.attributes.get(TAX_CODE, "")

    @property
    def known_email(self) -> str:
        """The address, if the provider has verified it."""
        return self.email if self.email_verified else ""

    @property
    def mark(self) -> str:
        """By what a form says which answer its page has shown."""
        return secret.mark(_LABEL, self._packed())

    def is_marked(self, given: str) -> bool:
        """Whether a form stood on the page of this answer."""
        return secret.is_mark(_LABEL, self._packed(), given)

    def sealed(self) -> str:
        """As it waits in a cookie."""
        return secret.seal(_LABEL, self._packed())

    def _packed(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()


def waiting(sealed: str, now: datetime) -> Answer | None:
    """Give the answer that waits in a cookie, if it is ours and not too old."""
    try:
        found = Answer(**json.loads(secret.unseal(_LABEL, sealed)))
    except (secret.NotOurs, ValueError, TypeError):
        return None
    return found if now - datetime.fromisoformat(found.at) <= GOOD_FOR else None


def read(provider: Provider, claims: Mapping[str, Any], now: datetime) -> Answer:
    """Read the claims of somebody, the id token's above all; raises ValueError without subject."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isascii():
        raise ValueError("sub")
    acr = claims.get("acr")
    email = _email(claims.get(provider.attributes.get(EMAIL, "")))
    verified = claims.get(provider.attributes.get(EMAIL_VERIFIED, ""))
    return Answer(
        provider=provider.key,
        issuer=provider.issuer,
        subject=subject,
        level=provider.level_of(acr if isinstance(acr, str) else ""),
        at=now.isoformat(),
        proved_at=_instant(claims.get("auth_time")),
        attributes=_attributes(provider, claims),
        email=email,
        email_verified=bool(email) and verified is True,
    )


def _attributes(provider: Provider, claims: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in (TAX_CODE, GIVEN_NAME, FAMILY_NAME, BIRTH_DATE, ADDRESS):
        said = _text(claims.get(provider.attributes.get(name, "")))
        value = _READ[name](said) if said else ""
        if value:
            found[name] = value
        elif said:
            log.logger.warning("attribute_not_read", provider=provider.key, attribute=name)
    return found


def _text(value: Any) -> str:
    """A claim as one line; of a list its only piece, of an address its parts."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        parts = [value.get(each) for each in _PARTS]
        value = value.get("formatted") or ", ".join(each for each in parts if isinstance(each, str))
    if not isinstance(value, str) or len(value) > 10 * _LONGEST:
        return ""
    # A typed line break is a blank here: what a provider says stands in one line.
    return " ".join(spelled.visible(value).split())


def _name(said: str) -> str:
    return said if len(said) <= _LONGEST and spelled.says_something(said) else ""


def _tax_code(said: str) -> str:
    found = codes.person_tax_code(said.upper().removeprefix(_COUNTRY))
    return found if isinstance(found, str) else ""


def _birth_date(said: str) -> str:
    try:
        found = date.fromisoformat(said)
    except ValueError:
        return ""
    return found.isoformat() if found.year >= 1900 else ""


def _email(value: Any) -> str:
    found = emails.read(_text(value))
    return found if isinstance(found, str) else ""


def _instant(value: Any) -> str:
    """The instant of seconds since 1970, as text; nothing where it is none."""
    try:
        return datetime.fromtimestamp(value, UTC).isoformat() if type(value) is int else ""
    except (ValueError, OverflowError, OSError):
        return ""


_READ = {
    TAX_CODE: _tax_code,
    GIVEN_NAME: _name,
    FAMILY_NAME: _name,
    BIRTH_DATE: _birth_date,
    ADDRESS: _name,
}
