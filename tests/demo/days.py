"""Every sort of day and hour on which somebody may build the demo."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from demo.stage import Stage

# Two weeks with a change of the clocks in them, at hours on both sides of everything planned:
# offices, pick-ups, closings, and the night in which Cremona has another date than UTC.
MOMENTS = [
    datetime(2026, month, day, hour, 30, tzinfo=UTC) + timedelta(days=more)
    for month, day in ((3, 25), (10, 21))
    for more in range(7)
    for hour in (0, 8, 17, 23)
]


def on(now: datetime) -> Stage:
    """A stage of that moment for what only plans; nothing is written."""
    return Stage(Session(), now, "")
