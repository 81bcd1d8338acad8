"""The application with breaches put in on purpose: the drill must find them.

`python -m tests.drill.planted` starts it like `kit.run.launch`; its web processes answer before
they commit, and keep the connection of a request that fails.
"""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from kit import db
from kit.errors import PersonError
from kit.run import launch, serve

LATE_S = 2.0
_kept: list[Session] = []


@contextmanager
def broken_session(outcome: db.Outcome) -> Iterator[Session]:
    """A request's session that commits after the answer has left, and is forgotten on a failure."""
    session = db.new_session()
    try:
        yield session
    except PersonError:
        session.close()
        raise
    except BaseException:
        _kept.append(session)
        raise
    if outcome.refused:
        session.close()
        return

    def later() -> None:
        with session:
            session.commit()

    threading.Timer(LATE_S, later).start()


def main(words: Sequence[str]) -> int:
    """Launch, or serve as one of its web processes."""
    if words:
        db.request_session = broken_session
        serve.main(words[1:])
        return 0
    children = launch._children

    def planted(*arguments: Any) -> list[Any]:
        found = children(*arguments)
        for child in found:
            if "kit.run.serve" in child.command:
                more = child.command[3:]
                child.command = [sys.executable, "-m", "tests.drill.planted", "serve", *more]
        return found

    launch._children = planted  # type: ignore[assignment]
    return launch.main()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
