"""OpenID Connect with one provider: the way there, what comes back, the way out.

Source: OpenID Connect Core 1.0 (code flow), Discovery 1.0, RP-Initiated Logout 1.0; RFC 7636
(PKCE), RFC 7523 (private key), RFC 9207 (`iss`). Nothing here touches the database.
"""

from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc.errors import JoseError

from kit import log
from kit.errors import Message, PersonError, Refused
from kit.settings import settings
from people.providers import answers, known, wire
from people.providers.answers import Answer
from people.providers.journeys import FRESH, Journey
from people.providers.known import Discovery
from people.providers.settings import Provider
from people.providers.visits import LEEWAY_S, Visit

T = TypeVar("T")

_LONGEST = 2000


class Unreachable(Refused):
    """A provider that does not answer, or not in time."""

    status = 503

    def __init__(self, provider: Provider) -> None:
        super().__init__(
            Message(
                "{name} adesso non risponde. Riprova tra qualche minuto, o entra con la password.",
                name=provider.name,
            )
        )


class NotBelieved(Refused):
    """An answer that is not what was asked for, or cannot be proved to be the provider's."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(
            Message(
                "La risposta di {name} non è quella che aspettavamo: per prudenza non l'abbiamo "
                "accettata. Ricomincia; se succede ancora, dillo a chi gestisce il servizio.",
                name=provider.name,
            )
        )


class TurnedBack(Refused):
    """The provider says that somebody did not sign in there."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(
            Message(
                "{name} ci dice che l'accesso non è stato concluso. Non è cambiato niente.",
                name=provider.name,
            )
        )


class TooLow(Refused):
    """The provider has checked less than was asked for."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(
            Message(
                "Sei entrato in {name} con un livello di sicurezza più basso di quello che serve "
                "qui. Riprova e scegli quello più alto, per esempio con il codice sul telefono.",
                name=provider.name,
            )
        )


def departure(provider: Provider, journey: Journey) -> str:
    """Give the address to which the browser is sent. Raises Unreachable, NotBelieved."""

    async def ask() -> str:
        async with _client(provider) as client:
            document = await known.document(client, provider)
            more = {"acr_values": " ".join(provider.asked)} if provider.asked else {}
            if journey.purpose == FRESH:
                more |= {"prompt": "login", "max_age": "0"}
            address, _ = client.create_authorization_url(
                document.authorization_endpoint,
                state=journey.state,
                code_verifier=journey.verifier,
                nonce=journey.nonce,
                **more,
            )
            return str(address)

    return _asked(provider, ask())


def arrival(
    provider: Provider, journey: Journey, query: Mapping[str, str], now: datetime
) -> Answer:
    """Take what comes back with a journey for its answer.

    Raises TurnedBack, TooLow, Unreachable and NotBelieved.
    """

    async def ask() -> Answer:
        async with _client(provider) as client:
            document = await known.document(client, provider)
            _check_who_answers(provider, document, query)
            if "error" in query:
                raise TurnedBack(provider)
            code = query.get("code", "")
            if not 1 <= len(code) <= _LONGEST:
                raise ValueError("code")
            visit = Visit(client, provider, document, now)
            token = await visit.token(code, journey.verifier)
            claims = await visit.id_token(token, journey.nonce)
            more = await visit.userinfo(token, claims["sub"])
            return answers.read(provider, {**more, **claims}, now)

    found = _asked(provider, ask())
    if found.level < provider.least:
        raise TooLow(provider)
    if journey.purpose == FRESH and not _proved_since(found, journey):
        raise NotBelieved(provider)
    return found


def way_out(provider: Provider) -> str:
    """Give the address where somebody signs out of a provider too; nothing where it has none."""

    async def ask() -> str:
        async with _client(provider) as client:
            return (await known.document(client, provider)).end_session_endpoint

    endpoint = _asked(provider, ask())
    if not endpoint:
        return ""
    said = {
        "client_id": provider.client_id,
        "post_logout_redirect_uri": settings().public_url + "/",
    }
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(said)}"


def redirect_uri(provider: Provider) -> str:
    """Where the provider sends people back to: it is registered there."""
    return f"{settings().public_url}/sign-in/with/{provider.key}/back"


def _asked(provider: Provider, asking: Coroutine[Any, Any, T]) -> T:
    """Ask a provider in time. Raises Unreachable, and NotBelieved for whatever else is wrong."""
    try:
        return wire.in_time(asking)
    except PersonError:
        raise
    except (TimeoutError, httpx2.TransportError, known.NoAnswer) as error:
        log.logger.warning("provider_unreachable", provider=provider.key, why=type(error).__name__)
        raise Unreachable(provider) from None
    except Exception as error:  # noqa: BLE001 - another's answer: it may be wrong in any way
        # Never what it said: there are names and tokens in it.
        ours = isinstance(error, JoseError | OAuthError)
        why = str(error)[:200] if ours else ""
        kind = type(error).__name__
        log.logger.warning("provider_not_believed", provider=provider.key, kind=kind, why=why)
        raise NotBelieved(provider) from None


def _client(provider: Provider) -> Any:
    return AsyncOAuth2Client(
        client_id=provider.client_id,
        client_secret=provider.secret.reveal(),
        scope=" ".join(provider.scopes),
        redirect_uri=redirect_uri(provider),
        code_challenge_method="S256",
        **wire.settled(),
    )


def _check_who_answers(provider: Provider, document: Discovery, query: Mapping[str, str]) -> None:
    """RFC 9207: the answer says whose it is, so that of two providers none speaks for the other."""
    said = query.get("iss")
    if said is None and document.says_iss:
        raise ValueError("iss is missing")
    if said is not None and said != provider.issuer:
        raise ValueError("iss is another's")


def _proved_since(answer: Answer, journey: Journey) -> bool:
    """Whether somebody proved who they are after they were sent away, by `auth_time`."""
    if not answer.proved_at:
        return False
    since = journey.began.astimezone(UTC) - timedelta(seconds=LEEWAY_S)
    return datetime.fromisoformat(answer.proved_at) >= since
