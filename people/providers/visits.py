"""A visit to a provider: a code is given for a token, which is checked, and who that is asked.

Source: OpenID Connect Core 1.0, sections 3.1.3 and 5.3; RFC 7523 (a client that proves itself by
its key).
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import ECKey, RSAKey

from people.providers import known
from people.providers.known import Discovery
from people.providers.settings import Provider

# Signatures by a key that only the provider has. What a client could make too (HS256) is none.
SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
# Two clocks are never the same.
LEEWAY_S = 30
_BASIC, _POST = "client_secret_basic", "client_secret_post"


@dataclass(frozen=True, slots=True)
class Visit:
    """A client that asks a provider, at an instant."""

    client: Any
    provider: Provider
    document: Discovery
    now: datetime

    async def token(self, code: str, verifier: str) -> Mapping[str, Any]:
        """Give a code for what it is good for."""
        self._authenticate()
        self.client.register_compliance_hook("access_token_response", known.in_order)
        found: Mapping[str, Any] = await self.client.fetch_token(
            self.document.token_endpoint,
            grant_type="authorization_code",
            code=code,
            code_verifier=verifier,
        )
        return found

    def _authenticate(self) -> None:
        """Let the client prove itself: by its key, or by its secret as the provider wants it."""
        provider, methods = self.provider, self.document.methods
        if provider.algorithm:
            kind = RSAKey if provider.algorithm == "RS256" else ECKey
            self.client.client_secret = kind.import_key(provider.secret.reveal())
            self.client.register_client_auth_method(
                PrivateKeyJWT(
                    self.document.token_endpoint,
                    headers={"kid": provider.key_id} if provider.key_id else None,
                    alg=provider.algorithm,
                )
            )
            self.client.token_endpoint_auth_method = PrivateKeyJWT.name
        elif _BASIC not in methods and _POST in methods:
            self.client.token_endpoint_auth_method = _POST

    async def id_token(self, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """Check the id token: signed by the provider, for us, now, and for this journey."""
        client_id = self.provider.client_id
        header, claims = await self._read(token.get("id_token"))
        self._check(
            claims,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": client_id},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else client_id) != client_id:
            raise ValueError("azp")
        _check_hash(header["alg"], claims.get("at_hash"), token.get("access_token"))
        return claims

    async def userinfo(self, token: Mapping[str, Any], subject: str) -> dict[str, Any]:
        """Ask who that is; the answer is about nobody else, and the provider's if it is signed."""
        access, endpoint = token.get("access_token"), self.document.userinfo_endpoint
        if not endpoint or not self.provider.attributes:
            return {}
        if not isinstance(access, str) or not access.isascii() or not access.isprintable():
            raise ValueError("access_token")
        bearer = {"Authorization": f"Bearer {access}"}
        answer = await self.client.request("GET", endpoint, withhold_token=True, headers=bearer)
        known.check_status(answer)
        if answer.headers.get("content-type", "").partition(";")[0].strip() == "application/jwt":
            _, claims = await self._read(answer.text)
            self._check(
                claims, iss={"value": self.provider.issuer}, aud={"value": self.provider.client_id}
            )
        else:
            claims = known.table(answer)
        if claims.get("sub") != subject:
            raise ValueError("userinfo of somebody else")
        return claims

    def _check(self, claims: dict[str, Any], **wanted: Any) -> None:
        now = int(self.now.timestamp())
        jwt.JWTClaimsRegistry(now=now, leeway=LEEWAY_S, **wanted).validate(claims)

    async def _read(self, token: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Read a signed token; where its key is not known, the keys are asked for anew, once."""
        if not isinstance(token, str):
            raise ValueError("no token")
        keys = await known.keys(self.client, self.provider)
        try:
            found = jwt.decode(token, keys, algorithms=SIGNED_BY)
        except InvalidKeyIdError:
            anew = await known.keys(self.client, self.provider, anew=True)
            found = jwt.decode(token, anew, algorithms=SIGNED_BY)
        return found.header, found.claims


def _check_hash(algorithm: str, said: Any, access: Any) -> None:
    """OpenID Connect Core 3.1.3.8: the access token is the one the id token came with."""
    if said is None:
        return
    digest = hashlib.new(f"sha{algorithm[2:]}", str(access).encode()).digest()
    if urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=") != said:
        raise ValueError("at_hash")
