"""What is kept of a request: one line in the log, and what the meters count."""

from time import perf_counter

from kit import meters
from kit.http.asgi import Scope
from kit.log import logger

SLOW_S = 1.0
# Asked for with every page, or every few seconds by a machine: a line each would hide the rest.
_QUIET = ("/static", "/health/live", "/health/ready")
_METHODS = ("GET", "HEAD", "POST")
NOWHERE = "(none)"


class Watch:
    """One request from its first byte to its answer.

    It is named by its route, never by its address: that holds ids, and the secret of a link.
    """

    __slots__ = ("began", "method", "queued_s", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self.began = perf_counter()
        self.queued_s = 0.0

    def body_is_in(self) -> None:
        """Count from here: how fast a body comes is the line's affair."""
        self.began = perf_counter()

    def in_service(self) -> None:
        """Note how long the request waited for its place."""
        self.queued_s = perf_counter() - self.began

    def answered(self, status: int) -> None:
        """Write the request's line; called when its answer stands, before anybody reads it."""
        seconds = perf_counter() - self.began
        route = self.scope.get("path_template") or NOWHERE
        meters.request_answered(self.method, route, status, seconds)
        slow = seconds >= SLOW_S
        if route.startswith(_QUIET) and status < 400 and not slow:
            return
        more: dict[str, object] = {}
        if (person := self.scope["state"].get("person_id")) is not None:
            more["person"] = person
        if self.queued_s >= 0.001:
            more["queued_ms"] = round(self.queued_s * 1000)
        if slow:
            more["slow"] = True
        ms = round(seconds * 1000, 1)
        say = logger.warning if slow or status >= 500 else logger.info
        say("request", method=self.method, route=route, status=status, ms=ms, **more)
