"""What a provider publishes of itself, kept for an hour: its addresses and its keys."""

from threading import Lock
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2
from cachetools import TTLCache
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from people.providers.settings import Provider

_KEPT_S = 3600
# A token under a key that is not known has the keys asked for anew, so often at most.
_ANEW_EVERY_S = 60
_MOST = 16
_KINDS: dict[str, type[RSAKey | ECKey]] = {"RSA": RSAKey, "EC": ECKey}


class NoAnswer(Exception):
    """A provider that answers that it cannot answer now."""


class Discovery(NamedTuple):
    """Its addresses (those it does not have are empty), and how it wants to be spoken to."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    end_session_endpoint: str
    methods: tuple[str, ...]
    says_iss: bool


_documents: TTLCache[str, Discovery] = TTLCache(_MOST, _KEPT_S)
_keys: TTLCache[str, tuple[float, KeySet]] = TTLCache(_MOST, _KEPT_S)
_lock = Lock()


def forget() -> None:
    """Let go of everything that is kept."""
    with _lock:
        _documents.clear()
        _keys.clear()


async def document(client: Any, provider: Provider) -> Discovery:
    """Give a provider's addresses; raises ValueError for a document that is not its own."""
    with _lock:
        found = _documents.get(provider.issuer)
    if found is None:
        address = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = _document(provider, await _get(client, address))
        with _lock:
            _documents[provider.issuer] = found
    return found


async def keys(client: Any, provider: Provider, *, anew: bool = False) -> KeySet:
    """Give the keys a provider signs with; `anew` where one is missing among them."""
    with _lock:
        at, found = _keys.get(provider.issuer, (0.0, None))
    if found is not None and not (anew and monotonic() - at >= _ANEW_EVERY_S):
        return found
    published = (await _get(client, (await document(client, provider)).jwks_uri)).get("keys")
    if not isinstance(published, list):
        raise ValueError("keys")
    found = KeySet([key for each in published for key in _key(each)])
    with _lock:
        _keys[provider.issuer] = (monotonic(), found)
    return found


async def _get(client: Any, address: str) -> dict[str, Any]:
    answer = await client.request("GET", address, withhold_token=True)
    check_status(answer)
    return table(answer)


def check_status(answer: httpx2.Response) -> None:
    """Raise NoAnswer where the provider is out of order, ValueError where it says no."""
    if in_order(answer).status_code != 200:
        raise ValueError(f"status {answer.status_code}")


def in_order(answer: httpx2.Response) -> httpx2.Response:
    """Give an answer back unless the provider is out of order; raises NoAnswer."""
    if answer.status_code >= 500 or answer.status_code == 429:
        raise NoAnswer
    return answer


def table(answer: httpx2.Response) -> dict[str, Any]:
    """Read an answer that is an object of JSON; raises ValueError for any other."""
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _document(provider: Provider, said: dict[str, Any]) -> Discovery:
    if said.get("issuer") != provider.issuer:
        raise ValueError("another issuer")
    methods = said.get("token_endpoint_auth_methods_supported")
    listed = methods if isinstance(methods, list) else []
    named = tuple(each for each in listed if isinstance(each, str))
    return Discovery(
        authorization_endpoint=_address(provider, said, "authorization_endpoint"),
        token_endpoint=_address(provider, said, "token_endpoint"),
        jwks_uri=_address(provider, said, "jwks_uri"),
        userinfo_endpoint=_address(provider, said, "userinfo_endpoint", needed=False),
        end_session_endpoint=_address(provider, said, "end_session_endpoint", needed=False),
        methods=named or ("client_secret_basic",),
        says_iss=said.get("authorization_response_iss_parameter_supported") is True,
    )


def _address(provider: Provider, said: dict[str, Any], name: str, *, needed: bool = True) -> str:
    """An address of the provider: by TLS wherever the issuer is."""
    found = said.get(name)
    if found is None and not needed:
        return ""
    if not isinstance(found, str) or not found.isprintable() or not found.isascii():
        raise ValueError(name)
    parts, issuer = urlsplit(found), urlsplit(provider.issuer)
    allowed = {"https", issuer.scheme}
    if parts.scheme not in allowed or not parts.hostname or parts.fragment or " " in found:
        raise ValueError(name)
    return found


def _key(said: Any) -> list[Key]:
    """One published key as far as it can sign; what cannot be read is none of it."""
    kind = _KINDS.get(str(said.get("kty"))) if isinstance(said, dict) else None
    if kind is None or said.get("use", "sig") != "sig":
        return []
    try:
        return [kind.import_key(said)]
    except (JoseError, ValueError, TypeError):
        return []
