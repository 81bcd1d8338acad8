"""A press that is decided by an instant, and came from a session that had ended.

Nothing of it is done. Whoever sent it is told until when it may be pressed again, and after that
person has signed in the house to which it belongs keeps when it came: docs/decisions/0016.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

Values = Mapping[str, Any]
"""What the path of the route says, by name."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a route says of a press that is not heard; each is asked for one person.

    `ends_at` gives the instant that decides (None: none does), `remember` keeps when it came.
    """

    ends_at: Callable[[Session, int, Values], datetime | None]
    remember: Callable[[Session, int, Values, datetime], None]
