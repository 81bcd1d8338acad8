"""The five centres of the demo: who runs them, where they hand out, which households."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from demo.stage import Stage, cents, table, toml
from market import treasuries
from market.centres import centres, households
from market.centres.centres import NewCentre, NewPickupPoint
from market.centres.households import NewHousehold
from people import invitations
from people.invitation_lists import Waiting
from people.invitations import Guest
from people.roles import ADMINISTRATOR, COORDINATOR, DRIVER, MEMBER, TREASURER

FOUNDED = -75


def build(stage: Stage) -> None:
    """Found the centres and welcome the households, each with its first cash."""
    told = toml("centres")
    since = stage.at(FOUNDED, 9)
    for alias, name in told["people"].items():
        stage.person(alias, name, since)
    stage.grant("amministrazione", ADMINISTRATOR, ("house", 0), since)
    for centre in told["centre"]:
        _found(stage, centre, since)
    for number, row in enumerate(table("households")):
        _welcome(stage, row, stage.at(FOUNDED + 3, 17, number % 60))
    # Anna books for her neighbour too; Marco has not answered yet.
    asked = stage.at(FOUNDED + 4, 18)
    invited = _invite(stage, "anna.ferrari", "C021", asked)
    invitations.accept(stage.session, stage.acting("anna.ferrari"), invited.id, asked)
    stage.roles_changed("anna.ferrari")
    _invite(stage, "marco.bodini", "C009", stage.at(-2, 18))


def _found(stage: Stage, told: dict[str, Any], now: datetime) -> None:
    new = NewCentre(*(told[key] for key in ("code", "name", "municipality", "address", "note")))
    centre = centres.found(stage.session, stage.acting("amministrazione"), new, now)
    stage.centres[centre.code] = centre.id
    for role in (COORDINATOR, TREASURER, DRIVER):
        stage.grant(told[role], role, ("centre", centre.id), now)
    coordinator = stage.acting(told[COORDINATOR])
    for name, address, hours in told["points"]:
        point = NewPickupPoint(name, address, hours)
        centres.add_pickup_point(stage.session, coordinator, centre.id, point, now)


def _welcome(stage: Stage, row: dict[str, str], now: datetime) -> None:
    """Welcome a household; a member is "alias Name Surname", or an alias that is known."""
    centre_id = stage.centres[row["centre"]]
    alias, _, name = row["member"].partition(" ")
    told = coordination(row["centre"])
    points = centres.pickup_points(stage.session, centre_id)
    household = households.welcome(
        stage.session,
        stage.acting(told[COORDINATOR]),
        centre_id,
        NewHousehold(
            code=row["code"],
            name=row["name"],
            language=row["language"],
            note=row["note"],
            limit_cents=cents(row["limit"]),
            pickup_point_id=points[0].id,
        ),
        now,
    )
    if alias:
        stage.person(alias, name, now, row["language"])
        stage.grant(alias, MEMBER, ("household", household.id), now)
    take_cash(stage, row["centre"], household.id, cents(row["credit"]), now)


def _invite(stage: Stage, alias: str, code: str, now: datetime) -> Waiting:
    """Let the coordinator of Cremona invite somebody to book for one more household."""
    who = stage.acting(alias)
    paola = stage.acting(coordination("CREMONA")[COORDINATOR])
    there = households.of_centre(stage.session, stage.centres["CREMONA"])
    household = next(each for each in there if each.code == code)
    households.invite(stage.session, paola, household.id, Guest(who.email, who.name), now)
    return households.invited(stage.session, paola, household.id)[0]


def coordination(code: str) -> dict[str, Any]:
    """Who runs a centre, and on which weekday it hands out."""
    found: dict[str, Any] = next(c for c in toml("centres")["centre"] if c["code"] == code)
    return found


def take_cash(stage: Stage, code: str, household_id: int, amount: int, now: datetime) -> None:
    """Let the treasurer take cash at the pick-up point."""
    treasurer = stage.acting(coordination(code)[TREASURER])
    treasuries.take_cash(
        stage.session, treasurer, household_id, amount, form_key=uuid4().hex, now=now
    )
