"""The providers of identities an operator has set (docs/providers.md), read once at the start."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from kit.settings import Secret, UnsafeSettings, settings
from people import proofs

VARIABLE = "FARELEGAMI_PROVIDERS"
# What a provider may say of somebody, by our names.
TAX_CODE, GIVEN_NAME, FAMILY_NAME = "tax_code", "given_name", "family_name"
BIRTH_DATE, ADDRESS = "birth_date", "address"
EMAIL, EMAIL_VERIFIED = "email", "email_verified"
ATTRIBUTES = (
    *(TAX_CODE, GIVEN_NAME, FAMILY_NAME, BIRTH_DATE, ADDRESS),
    *(EMAIL, EMAIL_VERIFIED),
)
_NEEDED = ("name", "issuer", "client_id")
_OPTIONAL = ("client_secret_file", "private_key_file", "key_id", "scopes", "acr_values")
_TABLES = ("levels", "attributes")
_KEY = re.compile(r"[a-z][a-z0-9-]{0,29}")
_LONGEST_NAME = 30


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider of identities.

    `secret` is the client's secret, or its private key (PEM) where `algorithm` names how it
    signs. `levels` says which `acr` is which level of ours, `attributes` which claim is which of
    ATTRIBUTES, `asked` which `acr` is asked for.
    """

    key: str
    name: str
    issuer: str
    client_id: str
    secret: Secret
    algorithm: str
    key_id: str
    scopes: tuple[str, ...]
    asked: tuple[str, ...]
    levels: Mapping[str, int]
    attributes: Mapping[str, str]

    @property
    def mean(self) -> str:
        """How this provider is named among the means of a proof."""
        return f"provider:{self.key}"

    @property
    def least(self) -> int:
        """The level below which an answer is less than what was asked for."""
        return min((self.level_of(acr) for acr in self.asked), default=proofs.ONE)

    def level_of(self, acr: str) -> int:
        """The level of an `acr`; one that nobody has mapped is one factor."""
        return self.levels.get(acr, proofs.ONE)


@cache
def providers() -> Mapping[str, Provider]:
    """The providers by their keys, as they were set; none without the variable.

    Raises UnsafeSettings with a sentence for the operator (`providers.cache_clear()` in tests).
    """
    path = os.environ.get(VARIABLE)
    if not path:
        return {}
    current = settings()
    return read(Path(path), trying=current.testing or current.demo)


def ways_in() -> list[Provider]:
    """The providers in the order in which they were set."""
    return list(providers().values())


def of_mean(mean: str) -> Provider | None:
    """The provider by which something was proved, where it is still set."""
    kind, _, key = mean.partition(":")
    return providers().get(key) if kind == "provider" else None


def called(key: str) -> str:
    """What people call a provider; its key where it is set no longer."""
    provider = providers().get(key)
    return provider.name if provider is not None else key


def read(path: Path, *, trying: bool) -> dict[str, Provider]:
    """Read the file of providers; only where it is for `trying` an issuer may do without TLS.

    Raises UnsafeSettings.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise UnsafeSettings(f"{VARIABLE} cannot be read: {problem.strerror}") from problem
    except ValueError as problem:
        raise UnsafeSettings(f"{VARIABLE} is not TOML: {problem}") from problem
    made = {key: _provider(key, table, path.parent, trying) for key, table in found.items()}
    issuers = [each.issuer for each in made.values()]
    if len(set(issuers)) < len(issuers):
        raise UnsafeSettings(f"{VARIABLE}: two providers have the same issuer")
    return made


def _provider(key: str, table: Any, folder: Path, trying: bool) -> Provider:
    where = f"{VARIABLE}, [{key}]"
    if not _KEY.fullmatch(key):
        raise UnsafeSettings(f"{where}: a key is small letters, digits and hyphens, at most 30")
    if not isinstance(table, dict):
        raise UnsafeSettings(f"{where}: must be a table, written [{key}]")
    if unknown := sorted(set(table) - {*_NEEDED, *_OPTIONAL, *_TABLES}):
        raise UnsafeSettings(f"{where}: {', '.join(unknown)} is not a setting of a provider")
    needed = {name: _text(where, table, name) for name in _NEEDED}
    if len(needed["name"]) > _LONGEST_NAME:
        raise UnsafeSettings(f"{where}: name is longer than {_LONGEST_NAME} signs")
    _check_issuer(where, needed["issuer"], trying)
    secret, algorithm = _client(where, table, folder)
    scopes = _texts(where, table, "scopes") or ("openid",)
    if "openid" not in scopes:
        raise UnsafeSettings(f"{where}: scopes must name openid")
    levels = _levels(where, table.get("levels", {}))
    asked = _texts(where, table, "acr_values")
    if unmapped := sorted(set(asked) - set(levels)):
        raise UnsafeSettings(f"{where}: levels does not say which level {unmapped[0]} is")
    return Provider(
        key=key,
        secret=secret,
        algorithm=algorithm,
        key_id=_text(where, table, "key_id") if "key_id" in table else "",
        scopes=scopes,
        asked=asked,
        levels=levels,
        attributes=_attributes(where, table.get("attributes", {})),
        **needed,
    )


def _check_issuer(where: str, issuer: str, trying: bool) -> None:
    parts = urlsplit(issuer)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
        raise UnsafeSettings(f"{where}: issuer must be a whole address such as https://id.example")
    if parts.scheme == "http" and not trying:
        raise UnsafeSettings(
            f"{where}: issuer must begin with https://, or anybody on the way could say who "
            "somebody is"
        )


def _client(where: str, table: Mapping[str, Any], folder: Path) -> tuple[Secret, str]:
    """By what the client proves itself: a secret, or a private key and how it signs."""
    names = [name for name in ("client_secret_file", "private_key_file") if name in table]
    if len(names) != 1:
        raise UnsafeSettings(f"{where}: set client_secret_file or private_key_file, one of both")
    try:
        found = (folder / _text(where, table, names[0])).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise UnsafeSettings(f"{where}: {names[0]} cannot be read: {problem}") from problem
    if not found:
        raise UnsafeSettings(f"{where}: {names[0]} is empty")
    if names[0] == "client_secret_file":
        return Secret(found), ""
    return Secret(found), _signs_by(where, found)


def _signs_by(where: str, pem: str) -> str:
    for kind, algorithm in ((RSAKey, "RS256"), (ECKey, "ES256")):
        try:
            key = kind.import_key(pem)
        except (ValueError, TypeError, JoseError):
            continue
        if key.is_private and (kind is RSAKey or key.curve_name == "P-256"):  # type: ignore[union-attr]
            return algorithm
    raise UnsafeSettings(f"{where}: private_key_file holds no private key (PEM) of RSA or P-256")


def _levels(where: str, found: Any) -> dict[str, int]:
    good = {proofs.ONE, proofs.TWO, proofs.HIGH}
    if not isinstance(found, dict) or any(
        type(each) is not int or each not in good for each in found.values()
    ):
        raise UnsafeSettings(f"{where}: levels must give each acr the number 1, 2 or 3")
    return dict(found)


def _attributes(where: str, found: Any) -> dict[str, str]:
    if not isinstance(found, dict):
        raise UnsafeSettings(f"{where}: attributes must be a table")
    if unknown := sorted(set(found) - set(ATTRIBUTES)):
        raise UnsafeSettings(
            f"{where}: {unknown[0]} is no attribute; there are {', '.join(ATTRIBUTES)}"
        )
    return {name: _text(where, found, name) for name in found}


def _text(where: str, table: Mapping[str, Any], name: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise UnsafeSettings(f"{where}: {name} must be a text in quotes")
    return value.strip()


def _texts(where: str, table: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = table.get(name, [])
    if not isinstance(value, list) or any(
        not isinstance(each, str) or not each or " " in each for each in value
    ):
        raise UnsafeSettings(f"{where}: {name} must be a list of words in quotes")
    return tuple(value)
