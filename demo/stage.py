"""Where the demo is played: one session, today's date, the persons and how they act."""

import csv
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from kit import clock
from kit.money import parse_euro
from people import proofs, roles, sign_ins
from people.actors import Actor
from people.tables.persons import Person
from people.tables.sessions import PersonSession

DATA = Path(__file__).with_name("data")
MAIL = "@demo.farelegami.example"

Act = Callable[[datetime], None]


@cache
def toml(name: str) -> dict[str, Any]:
    """Read a file of the demo's data."""
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def table(name: str) -> list[dict[str, str]]:
    """Read a table of the demo's data: semicolons between the columns, a heading on top."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def cents(text: str) -> int:
    """Read an amount of the data files ("1.234,50"); raises ValueError when it is none."""
    amount = parse_euro(text)
    if amount is None:
        raise ValueError(f"not an amount: {text!r}")
    return amount


def micros(text: str) -> int:
    """Read a price of the data files ("0,275") in millionths of a euro."""
    return int(Decimal(text.replace(".", "").replace(",", ".")) * 1_000_000)


@dataclass
class Stage:
    """The session everything happens in, the instant of the build, who is there.

    `password_hash` is shared by all persons: hashing sixty times would be most of the build.
    What has happened before now is told as acts (`plan`), played in the order of time.
    """

    session: Session
    now: datetime
    password_hash: str
    persons: dict[str, int] = field(default_factory=dict)
    centres: dict[str, int] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    _actors: dict[str, Actor] = field(default_factory=dict)
    _planned: list[tuple[datetime, int, Act]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day in Cremona."""
        return clock.to_rome(self.now).date()

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """An instant so many days from today, at a civil time of Cremona."""
        return self.on(self.today + timedelta(days=days), hour, minute)

    def on(self, day: date, hour: int, minute: int = 0) -> datetime:
        """An instant of a day at a civil time of Cremona."""
        return clock.instant_from_local(datetime.combine(day, time(hour, minute)))

    def office_day(self, days: int, *, later: bool) -> date:
        """The day so many days from today, moved off a weekend: to Monday, or to Friday."""
        day = self.today + timedelta(days=days)
        over = day.weekday() - 4
        if over <= 0:
            return day
        return day + timedelta(days=3 - over if later else -over)

    def person(self, alias: str, name: str, joined: datetime, locale: str = "it") -> int:
        """Make somebody who can sign in as alias@demo...; once, give the id."""
        if alias not in self.persons:
            row = Person(
                email=alias + MAIL,
                name=name,
                password_hash=self.password_hash,
                locale=locale,
                created_at=joined,
            )
            self.session.add(row)
            self.session.flush()
            self.persons[alias] = row.id
        return self.persons[alias]

    def grant(self, alias: str, role: str, scope: tuple[str, int], now: datetime) -> None:
        """Let the administration give a role."""
        by = self.persons["amministrazione"]
        roles.grant(self.session, by, self.persons[alias], role, *scope, now)
        self.roles_changed(alias)

    def roles_changed(self, alias: str) -> None:
        """Forget what somebody could do until now."""
        self._actors.pop(alias, None)

    def acting(self, alias: str) -> Actor:
        """Give the person as an actor, signed in for a moment: no session stays behind."""
        if alias not in self._actors:
            self._actors[alias] = self._sign_in(alias)
        return self._actors[alias]

    def _sign_in(self, alias: str) -> Actor:
        # As of the real clock, whenever the demo plays: an old session would have ended.
        at = clock.now(self.session)
        token = sign_ins.open_session(
            self.session, self.persons[alias], "demo", at, proofs.BY_PASSWORD_AND_CODE
        )
        actor = sign_ins.actor_of(self.session, token)
        if actor is None:
            raise LookupError(f"{alias} cannot sign in")
        opened = delete(PersonSession).where(PersonSession.id == actor.session_id)
        self.session.execute(opened)
        return actor

    def plan(self, when: datetime, act: Act) -> None:
        """Note something that happened at an instant; raises ValueError for the future."""
        if when > self.now:
            raise ValueError(f"{when} has not come yet")
        self._planned.append((when, len(self._planned), act))

    def play(self) -> int:
        """Let everything planned happen in the order of time; return how much it was.

        An act may plan another one for later. Each begins as a request does: with nothing
        remembered from the one before.
        """
        played = 0
        while self._planned:
            self._planned.sort(key=lambda planned: planned[:2], reverse=True)
            when, _, act = self._planned.pop()
            act(when)
            self.session.flush()
            self.session.expunge_all()
            played += 1
        return played
