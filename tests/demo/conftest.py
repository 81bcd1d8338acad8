"""A stage nobody has played on, and a small piece of Cremona: one centre and what happens there."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from demo import centres
from demo.stage import Stage, table, toml
from people.roles import ADMINISTRATOR


@pytest.fixture
def stage(session: Session, now: datetime) -> Stage:
    return Stage(session, now, "no hash: nobody signs in with a password here")


@pytest.fixture
def staffed(stage: Stage) -> Stage:
    """Everybody who works in centres and offices is there; no centre and no call yet."""
    since = stage.at(centres.FOUNDED, 9)
    for alias, name in toml("centres")["people"].items():
        stage.person(alias, name, since)
    stage.grant("amministrazione", ADMINISTRATOR, ("house", 0), since)
    return stage


@pytest.fixture
def bonemerse(staffed: Stage) -> Stage:
    """The smallest centre with its households, as the whole demo founds it."""
    since = staffed.at(centres.FOUNDED, 9)
    centres._found(staffed, centres.coordination("BONEMERSE"), since)
    for row in table("households"):
        if row["centre"] == "BONEMERSE":
            centres._welcome(staffed, row, staffed.at(centres.FOUNDED + 3, 17))
    return staffed
