"""The application with one more address, which takes the whole pool and gives nothing back."""

from typing import Any

from sqlalchemy import text

from app import create_app as real_app
from kit import db
from kit.run import watchdog
from kit.settings import settings

taken: list[Any] = []


def create_app() -> Any:
    """Build it, with a watchdog in a hurry."""
    watchdog.LOOK_EVERY_S, watchdog.RED_FOR_S, watchdog.ANSWER_WITHIN_S = 0.1, 1.0, 0.5
    inner = real_app()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/take-all":
            for _ in range(settings().pool_size):
                session = db.new_session()
                session.execute(text("select 1"))
                taken.append(session)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await inner(scope, receive, send)

    return application
