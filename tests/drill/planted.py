"""The application with a breach put in on purpose: the drill must find it.

`python -m tests.drill.planted early` starts it like `kit.run.launch`; its web processes answer
before they commit (`early`), or keep the connection of a request that fails (`leak`).
"""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from kit import db
from kit.errors import PersonError
from kit.run import launch, serve

LATE_S = 2.0
_kept: list[Session] = []


@contextmanager
def early(outcome: db.Outcome) -> Iterator[Session]:
    """A request's session that commits after the answer has left."""
    session = db.new_session()
    try:
        yield session
    except BaseException:
        session.close()
        raise
    if outcome.refused:
        session.close()
        return

    def later() -> None:
        session.commit()
        session.close()

    threading.Timer(LATE_S, later).start()


@contextmanager
def leak(outcome: db.Outcome) -> Iterator[Session]:
    """A request's session whose connection is forgotten when something fails."""
    session = db.new_session()
    try:
        yield session
    except PersonError:
        session.close()
        raise
    except BaseException:
        _kept.append(session)
        raise
    if not outcome.refused:
        session.commit()
    session.close()


BREACHES: dict[str, Callable[..., Any]] = {"early": early, "leak": leak}


def main(words: Sequence[str]) -> int:
    """Launch, or serve as one of its web processes."""
    name, rest = words[0], words[1:]
    if rest:
        db.request_session = BREACHES[name]
        serve.main(rest[1:])
        return 0
    children = launch._children

    def planted(*arguments: Any) -> list[Any]:
        found = children(*arguments)
        for child in found:
            if "kit.run.serve" in child.command:
                _, _, _, *more = child.command
                child.command = [sys.executable, "-m", "tests.drill.planted", name, "serve", *more]
        return found

    launch._children = planted  # type: ignore[assignment]
    return launch.main()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
