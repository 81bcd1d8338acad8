"""Every job the market asks for has a body, and no body is asked for by nobody."""

import re
from pathlib import Path

from kit.jobs import tasks

ROOT = Path(__file__).parents[2]
ASKED = re.compile(r'(?:enqueue\(session, |task=|TASK = )"(market\.[a-z_]+)"')


def test_the_jobs_asked_for_are_the_jobs_there_are():
    from market.papers import sheets

    asked = {
        name
        for path in (ROOT / "market").rglob("*.py")
        for name in ASKED.findall(path.read_text(encoding="utf-8"))
    }
    asked |= {f"market.{kind}" for kind in sheets.KINDS}
    assert asked == {name for name in tasks if name.startswith("market.")}
