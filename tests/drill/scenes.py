"""Scenes: a page, a form, what is typed (`tests.calls.acts.Act`); each for one act of one person.

Those of the calls are the acts of `tests.calls.acts`; here stand those of the market, of people,
and what the calls lack.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from demo.sign_ins import PASSWORD
from market.centres import households
from market.closings import closings, dry_runs
from market.price_files import imports
from market.price_files.imports import PriceFile
from market.tables.catalogue import Product
from people.invitations import Guest
from tests import make as people
from tests.calls import acts as calls
from tests.calls import commissions
from tests.calls import make as call
from tests.calls.acts import Act
from tests.market import make
from tests.market.price_files import files


@dataclass(frozen=True)
class Stall:
    """The centre of one round, on which its scenes stand; one order that many book."""

    at: make.World
    box: Product
    order_id: int


HASH = [""]
"""The password's hash of whoever signs in: one for all, made once."""

WHY = "Perché il piano regge."
_NEW_PASSWORD = "tre-gatti-sul-tetto"

Build = Callable[[Session, Stall], Act]


def stall(session: Session) -> Stall:
    """A new centre with one product and an open order."""
    at = make.world(session)
    box = make.pieces(session, at, case_size=2, whole_cases=True)
    return Stall(at, box, make.opened(session, at))


def _who(session: Session, at: Stall, role: str) -> int:
    return people.actor(session, None, (role, "centre", at.at.centre.id)).person_id


def _booked(session: Session, at: Stall) -> int:
    """An order of its own with one booking; its id."""
    order_id = make.opened(session, at.at)
    make.book(session, at.at, order_id, make.household(session, at.at), (at.box.id, 2))
    return order_id


def book(session: Session, at: Stall) -> Act:
    member = make.member(session, make.household(session, at.at))
    page = f"/group-orders/{at.order_id}/booking"
    return Act(member.person_id, page, page, {f"wanted-{at.box.id}": "2"})


def change_line(session: Session, at: Stall) -> Act:
    home = make.household(session, at.at)
    make.book(session, at.at, at.order_id, home, (at.box.id, 2))
    page = f"/group-orders/{at.order_id}/booking"
    typed = {f"wanted-{at.box.id}": "4"}
    return Act(make.member(session, home).person_id, page, f"{page}/lines/{at.box.id}", typed)


def of_order(act: str, **typed: str) -> Build:
    def build(session: Session, at: Stall) -> Act:
        page = f"/group-orders/{_booked(session, at)}/{act}"
        return Act(_who(session, at, "coordinator"), page, page, typed)

    return build


def settle(session: Session, at: Stall) -> Act:
    order_id = _booked(session, at)
    seen = dry_runs.dry_run(session, at.at.coordinator, order_id)
    closings.close(session, at.at.coordinator, order_id, seen.token, at.at.now)
    page = f"/group-orders/{order_id}/settlement"
    return Act(_who(session, at, "coordinator"), page, page)


def open_order(session: Session, at: Stall) -> Act:
    action = f"/centres/{at.at.centre.id}/group-orders"
    page = f"{action}/new?price_list={at.at.price_list.id}"
    return Act(_who(session, at, "coordinator"), page, action)


def top_up(session: Session, at: Stall) -> Act:
    action = f"/centres/{at.at.centre.id}/top-ups"
    page = f"{action}/new?household={make.household(session, at.at).id}"
    return Act(_who(session, at, "treasurer"), page, action, {"amount": "20"})


def bring_list(session: Session, at: Stall) -> Act:
    who = _who(session, at, "coordinator")
    file = ("listino.json", files.file(files.product(f"Mele {who}")), "application/json")
    return Act(who, "/price-list-imports/new", "/price-list-imports", {}, file)


def drop_list(session: Session, at: Stall) -> Act:
    content = files.file(files.product(f"Pere {people.person(session).id}"))
    file = PriceFile(at.at.centre.id, at.at.producer.id, "listino.json", content)
    (import_id,) = imports.bring(session, at.at.coordinator, file, at.at.now)
    page = f"/price-list-imports/{import_id}"
    return Act(_who(session, at, "coordinator"), page, f"{page}/dropping")


def welcome(session: Session, at: Stall) -> Act:
    who, action = _who(session, at, "coordinator"), f"/centres/{at.at.centre.id}/households"
    typed = {"code": f"G{who}", "name": "Famiglia Nuova"}
    typed |= {"member_name": "Una", "member_email": f"una{who}@esempio.it"}
    return Act(who, f"{action}/new", action, typed)


def invite(session: Session, at: Stall) -> Act:
    who, page = _who(session, at, "coordinator"), f"/households/{make.household(session, at.at).id}"
    typed = {"member_name": "Una", "member_email": f"una{who}@esempio.it"}
    return Act(who, page, f"{page}/members", typed)


def withdraw_invitation(session: Session, at: Stall) -> Act:
    home, who = make.household(session, at.at), _who(session, at, "coordinator")
    guest = Guest(f"invitata{home.id}@example.org", "Invitata")
    households.invite(session, at.at.coordinator, home.id, guest, at.at.now)
    (invited,) = households.invited(session, at.at.coordinator, home.id)
    page = f"/households/{home.id}"
    return Act(who, page, f"{page}/invitations/{invited.id}/withdrawals")


def remove_member(session: Session, at: Stall) -> Act:
    home = make.household(session, at.at)
    member = make.member(session, home)
    page = f"/households/{home.id}/members/{member.person_id}/removal"
    return Act(_who(session, at, "coordinator"), page, page)


def sign_in(session: Session, _: Stall) -> Act:
    person = people.person(session, password_hash=HASH[0])
    typed = {"email": person.email, "password": PASSWORD}
    return Act(person.id, "/sign-in", "/sign-in", typed)


def change_password(session: Session, _: Stall) -> Act:
    person = people.person(session, password_hash=HASH[0])
    typed = {"old": PASSWORD, "password": _NEW_PASSWORD, "again": _NEW_PASSWORD}
    return Act(person.id, "/account/password", "/account/password", typed)


def invite_for_the_house(session: Session, _: Stall) -> Act:
    who = people.actor(session, None, ("administrator", "house", 0)).person_id
    typed = {"name": "Orto", "email": f"orto{who}@esempio.it", "role": "office:calls:0"}
    return Act(who, "/people", "/people/invitations", typed)


def propose(session: Session, _: Stall) -> Act:
    who = people.actor(session, None, ("administrator", "house", 0)).person_id
    typed = {"name": "Terza", "email": f"terza{who}@esempio.it", "role": "administrator:house:0"}
    return Act(who, "/people", "/people/invitations", typed)


def start_application(session: Session) -> Act:
    page = f"/calls/{call.call(session).call_id}"
    return Act(people.actor(session).person_id, page, f"{page}/applications")


def save_section(session: Session) -> Act:
    act = calls.send_an_application(session)
    page = act.page.replace("/check", "/sections/economics")
    return Act(act.person_id, page, page, {"y1-taxes": "901"})


def score(session: Session) -> Act:
    act = calls.send_a_sheet(session)
    page = act.page.removesuffix("/sending")
    return Act(act.person_id, page, f"{page}/marks", {"motivation-C": WHY})


def of_calls(build: Callable[[Session], Act]) -> Build:
    def made(session: Session, _: Stall) -> Act:
        # As the sendings beside it take theirs, or the numbers of a year would have a gap.
        before, commissions._protocol = commissions._protocol, _numbers(session)  # type: ignore[assignment]
        try:
            return build(session)
        finally:
            commissions._protocol = before

    return made


_NUMBER = text(
    "insert into protocol_counter (year, last_number) values (2026, 1) on conflict (year)"
    " do update set last_number = protocol_counter.last_number + 1 returning last_number"
)


def _numbers(session: Session) -> Iterator[int]:
    while True:
        yield session.execute(_NUMBER).scalar_one()
