"""What an operator may set, read once from the environment, and what is refused at start."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from kit import emails
from kit.postgres import clusters

SHORTEST_SECRET = 32
_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"", "0", "false", "no", "off"})
_DRIVER = "postgresql+psycopg"
_DEBUG_SWITCHES = ("DEBUG", "LITESTAR_DEBUG")
# Names that nobody on the network can reach, or that mean no place (RFC 6761, RFC 6762).
_NOWHERE = frozenset({"localhost", "test", "example", "invalid", "local"})


class UnsafeSettings(Exception):
    """The environment asks for something this application does not start with."""


class Secret:
    """A value that never shows itself in a log, a traceback or a page; see `reveal`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the value itself, at the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and secrets.compare_digest(
            self._value.encode(), other._value.encode()
        )

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one process; each is an environment variable of docs/deployment.md."""

    data_dir: Path
    database_url: Secret
    database_owner_url: Secret | None
    embedded: bool
    port: int
    public_url: str
    allowed_hosts: tuple[str, ...]
    demo: bool
    testing: bool
    mail_url: Secret
    mail_from: str
    secret_key: Secret
    secret_key_before: Secret | None
    web_processes: int
    pool_size: int
    metrics_port: int | None
    witnesses: tuple[str, ...]
    controller: str | None
    contact: str | None

    @property
    def public(self) -> bool:
        """Whether its address leads here from somewhere else than this machine."""
        return _public(self.public_url)

    @property
    def mail_to_files(self) -> bool:
        """Whether mail is written to `data_dir`/mail instead of being sent."""
        return self.mail_url.reveal() == "file"


@cache
def settings() -> Settings:
    """The settings of this process, read once (`settings.cache_clear()` in tests).

    Raises UnsafeSettings with a sentence for the operator.
    """
    return from_environment(os.environ)


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Read every setting from `environ`; a variable NAME may be given as a file NAME_FILE.

    Raises UnsafeSettings for what cannot be read and for what is not safe to start with.
    """
    testing = _flag(environ, "FARELEGAMI_TESTING", default=False)
    for name in _DEBUG_SWITCHES:
        if _flag(environ, name, default=False):
            raise UnsafeSettings(f"{name} is on: error pages would show code and secrets. Unset it")
    data_dir = Path(environ.get("FARELEGAMI_DATA") or clusters.default_data_dir()).absolute()
    database_url, owner_url, embedded = _databases(environ, data_dir)
    if owner_url is not None and not testing and _user(database_url) == _user(owner_url):
        raise UnsafeSettings(
            "DATABASE_URL and DATABASE_OWNER_URL name the same user: the application would own "
            "its tables and nothing could refuse it a change of the ledger. Use two roles"
        )
    port = _number(environ, "PORT", default=8000, least=1, most=65535)
    # A name, though only 127.0.0.1 answers: passkeys are made for a name, never for a number.
    public_url = (environ.get("PUBLIC_URL") or f"http://localhost:{port}").rstrip("/")
    public = _public(public_url)
    demo = _flag(environ, "FARELEGAMI_DEMO", default=embedded and not public)
    if public:
        _refuse_in_public(environ, demo=demo, testing=testing)
    return Settings(
        data_dir=data_dir,
        database_url=Secret(database_url),
        database_owner_url=None if owner_url is None else Secret(owner_url),
        embedded=embedded,
        port=port,
        public_url=public_url,
        allowed_hosts=_hosts(environ, public_url),
        demo=demo,
        testing=testing,
        mail_url=Secret(_mail(environ)),
        mail_from=environ.get("MAIL_FROM") or "FareLegami <noreply@farelegami.invalid>",
        secret_key=_secret(environ, "FARELEGAMI_SECRET") or Secret(_kept_secret(data_dir)),
        secret_key_before=_secret(environ, "FARELEGAMI_SECRET_BEFORE"),
        web_processes=_number(environ, "FARELEGAMI_WEB_PROCESSES", default=2, least=1, most=64),
        pool_size=_number(environ, "FARELEGAMI_POOL_SIZE", default=8, least=1, most=200),
        metrics_port=_number(environ, "FARELEGAMI_METRICS_PORT", default=0, least=0, most=65535)
        or None,
        witnesses=_witnesses(environ),
        controller=_text(environ, "FARELEGAMI_CONTROLLER"),
        contact=_text(environ, "FARELEGAMI_CONTACT"),
    )


def refuse_unsafe_server(fsync: str, current: Settings) -> None:
    """Refuse a server that may lose committed bookings in a power cut (`show fsync`)."""
    if fsync == "off" and not current.testing:
        raise UnsafeSettings("the database runs with fsync = off: a power cut would lose bookings")


def _public(url: str) -> bool:
    """Whether an address leads here from somewhere else than this machine."""
    host = (urlsplit(url).hostname or "").lower()
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host.rpartition(".")[2] not in {"", *_NOWHERE}


def _refuse_in_public(environ: Mapping[str, str], *, demo: bool, testing: bool) -> None:
    """Refuse what is meant for one machine alone where the world can come."""
    if demo:
        raise UnsafeSettings(
            "FARELEGAMI_DEMO is on at a public address: its password stands on the sign-in page "
            "and its letters could be read by everybody. Set it to 0"
        )
    if testing:
        raise UnsafeSettings("FARELEGAMI_TESTING is on at a public address. Unset it")
    if _text(environ, "MAIL_URL") is None:
        raise UnsafeSettings(
            "MAIL_URL is not set at a public address: no letter would reach anybody. Set it to "
            "smtp://… or smtps://…, or to the word file where letters are to stay in a folder"
        )


def _databases(environ: Mapping[str, str], data_dir: Path) -> tuple[str, str | None, bool]:
    app = _text(environ, "DATABASE_URL")
    owner = _text(environ, "DATABASE_OWNER_URL")
    if app is None and owner is not None:
        raise UnsafeSettings("DATABASE_OWNER_URL is set without DATABASE_URL: set both, or neither")
    if app is None:
        urls = clusters.urls(data_dir)
        return urls.app_url, urls.owner_url, True
    return _with_driver(app), None if owner is None else _with_driver(owner), False


def _with_driver(url: str) -> str:
    """Accept the usual spellings of a PostgreSQL address; refuse any other database."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql", _DRIVER}:
        raise UnsafeSettings("DATABASE_URL must begin with postgresql://")
    query = parse_qsl(parts.query)
    if any(key == "options" and "fsync" in value for key, value in query):
        raise UnsafeSettings("DATABASE_URL must not change fsync")
    return urlunsplit((_DRIVER, parts.netloc, parts.path, urlencode(query, safe="/"), ""))


def _user(url: str) -> str | None:
    return urlsplit(url).username


def _mail(environ: Mapping[str, str]) -> str:
    url = _text(environ, "MAIL_URL") or "file"
    if url != "file" and urlsplit(url).scheme not in {"smtp", "smtps"}:
        raise UnsafeSettings("MAIL_URL must be smtp://…, smtps://… or the word file")
    return url


def _hosts(environ: Mapping[str, str], public_url: str) -> tuple[str, ...]:
    named = environ.get("ALLOWED_HOSTS", "")
    hosts = [host.strip().lower() for host in named.split(",") if host.strip()]
    if "*" in hosts:
        raise UnsafeSettings("ALLOWED_HOSTS must name the hosts; * would accept every one")
    own = urlsplit(public_url).hostname
    if own is None:
        raise UnsafeSettings("PUBLIC_URL must be a whole address such as https://example.org")
    return tuple(dict.fromkeys([own, *(hosts or ["localhost", "127.0.0.1"])]))


def _witnesses(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Whom the head of the audit chain is mailed to, each once."""
    named = environ.get("FARELEGAMI_WITNESSES", "").split(",")
    found = {each.strip(): emails.read(each) for each in named if each.strip()}
    for typed, address in found.items():
        if not isinstance(address, str):
            raise UnsafeSettings(f"FARELEGAMI_WITNESSES: {typed} is not an e-mail address")
    return tuple(dict.fromkeys(str(address) for address in found.values()))


def _secret(environ: Mapping[str, str], name: str) -> Secret | None:
    value = _text(environ, name)
    if value is not None and len(value) < SHORTEST_SECRET:
        raise UnsafeSettings(f"{name} must be at least {SHORTEST_SECRET} random characters")
    return None if value is None else Secret(value)


def _kept_secret(data_dir: Path) -> str:
    """The key of this data folder: made at the first start, kept in a file of mode 0600."""
    path = data_dir / "secret"
    data_dir.mkdir(parents=True, exist_ok=True)
    draft = data_dir / f".secret-{secrets.token_hex(8)}"
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32), encoding="ascii")
        try:
            path.hardlink_to(draft)  # whole or not at all, and the first process wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()


def _text(environ: Mapping[str, str], name: str) -> str | None:
    if path := environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip() or None
        except OSError as problem:
            raise UnsafeSettings(f"{name}_FILE cannot be read: {problem.strerror}") from problem
    return environ.get(name) or None


def _flag(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in _ON | _OFF:
        return value.strip().lower() in _ON
    raise UnsafeSettings(f"{name} must be 1 or 0")


def _number(environ: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise UnsafeSettings(f"{name} must be a whole number from {least} to {most}")
    return int(text)
