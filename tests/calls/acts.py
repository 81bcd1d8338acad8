"""Acts of the calls, each in a world of its own in which it would be done."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from calls.envelopes import doubles
from calls.texts import drafts
from kit import clock
from tests import make
from tests.calls import commissions
from tests.calls import make as world
from tests.calls.examples import call_values
from tests.calls.pages.test_attachments import pdf


@dataclass
class Act:
    """Who does it, on which page, where its form goes, what is typed and which file is chosen."""

    person_id: int
    page: str
    action: str
    typed: dict[str, str] = field(default_factory=dict)
    file: tuple[str, bytes, str] | None = None


def start_a_call(session: Session) -> Act:
    """A new call of the office, of which only the title is written."""
    page = "/office/calls"
    return Act(world.office(session).person_id, f"{page}/new", page, {"title": "Un bando"})


def edit_a_call(session: Session) -> Act:
    """A draft that lacks nothing, as it is written."""
    return _of_draft(session, "edit")


def publish_a_call(session: Session) -> Act:
    """A draft that lacks nothing, as it is read before it is published."""
    return _of_draft(session, "publish")


def _of_draft(session: Session, act: str) -> Act:
    office, now = world.office(session), clock.now(session)
    page = f"/office/calls/{drafts.start(session, office, call_values(now), now).id}/{act}"
    return Act(office.person_id, page, page)


def attach(session: Session) -> Act:
    """A file for a draft."""
    mine = _application(session)
    mine.page = mine.action = mine.page.replace("/check", "/attachments")
    mine.file = ("cv.pdf", pdf(), "application/pdf")
    return mine


def send_an_application(session: Session) -> Act:
    """A draft that lacks nothing."""
    return _application(session)


def _application(session: Session) -> Act:
    actor = make.actor(session)
    home = f"/applications/{world.draft(session, world.call(session), actor)}"
    return Act(actor.person_id, f"{home}/check", f"{home}/send")


def open_envelopes(session: Session) -> Act:
    """A call whose deadline has passed."""
    return _of_office(commissions.world(session, opened=False), "opening")


def appoint(session: Session) -> Act:
    """Somebody registered who is on no commission."""
    new = make.person(session)
    return _of_office(commissions.world(session), "evaluators", email=new.email)


def dismiss(session: Session) -> Act:
    """One of two evaluators."""
    found = commissions.world(session)
    page = f"/office/calls/{found.call_id}/evaluation"
    action = f"{page}/evaluators/{found.evaluators[0].person_id}/dismissal"
    return Act(found.office.person_id, action, action, {"reason": commissions.WHY})


def decide_a_double(session: Session) -> Act:
    """Two applications of one tax code; the one that was sent before is to count."""
    found = commissions.world(session, applications=0, opened=False)
    for number in range(2):
        commissions.add_application(session, found, number, tax_code=commissions.code_of(0))
    commissions.open_and_declare(session, found)
    (double,) = doubles.of_call(session, found.call_id)
    of = double.applications[0].code
    typed = {
        "double": of,
        f"application-{of}": str(found.keys[1].application_id),
        f"reason-{of}": "La seconda per errore.",
    }
    return _of_office(found, "doubles", **typed)


def try_a_ranking(session: Session) -> Act:
    """A call of which every sheet is sent."""
    found = commissions.world(session)
    commissions.send_all(session, found)
    page = f"/office/calls/{found.call_id}/ranking"
    return Act(found.office.person_id, page, f"{page}/trial")


def publish_a_ranking(session: Session) -> Act:
    """A call whose ranking was tried."""
    act = _tried(session)
    act.action, act.typed = act.page, {}
    return act


def reopen_a_trial(session: Session) -> Act:
    """The same, of which the trial is taken back."""
    return _tried(session)


def _tried(session: Session) -> Act:
    found = commissions.world(session)
    commissions.send_all(session, found)
    commissions.try_ranking(session, found)
    page = f"/office/calls/{found.call_id}/ranking"
    reason = {"reason": "Manca una firma sul verbale."}
    return Act(found.office.person_id, page, f"{page}/reopening", reason)


def renounce(session: Session) -> Act:
    """An evaluator who has sent nothing yet."""
    found = commissions.world(session)
    page = f"/calls/{found.call_id}/evaluations/renunciation"
    return Act(found.evaluators[0].person_id, page, page)


def _of_office(found: commissions.World, act: str, **typed: str) -> Act:
    page = f"/office/calls/{found.call_id}/evaluation"
    return Act(found.office.person_id, page, f"{page}/{act}", typed)


def declare(session: Session) -> Act:
    """An evaluator who has not declared yet."""
    found = commissions.world(session, declared=False)
    page = _sheet(found)
    return Act(found.evaluators[0].person_id, page, f"{page}/declaration", {"kind": "none"})


def send_a_sheet(session: Session) -> Act:
    """A sheet with all its marks."""
    found = commissions.world(session)
    commissions.mark(session, found.evaluators[0], found.keys[0], "8 6 6")
    page = f"{_sheet(found)}/sending"
    return Act(found.evaluators[0].person_id, page, page)


def _sheet(found: commissions.World) -> str:
    return f"/calls/{found.call_id}/evaluations/{found.keys[0].application_id}"


_DESK = "/office/calls/{call_id:int}/evaluation"
_SHEET = "/calls/{call_id:int}/evaluations/{application_id:int}"

MADE: dict[str, Callable[[Session], Act]] = {
    "/office/calls": start_a_call,
    "/applications/{application_id:int}/attachments": attach,
}
"""What makes something."""

SEEN: dict[str, Callable[[Session], Act]] = {
    "/office/calls/{call_id:int}/publish": publish_a_call,
    "/applications/{application_id:int}/send": send_an_application,
    f"{_DESK}/opening": open_envelopes,
    f"{_DESK}/evaluators": appoint,
    f"{_DESK}/evaluators/{{person_id:int}}/dismissal": dismiss,
    f"{_DESK}/doubles": decide_a_double,
    "/office/calls/{call_id:int}/ranking": publish_a_ranking,
    "/office/calls/{call_id:int}/ranking/trial": try_a_ranking,
    "/office/calls/{call_id:int}/ranking/reopening": reopen_a_trial,
    "/calls/{call_id:int}/evaluations/renunciation": renounce,
    f"{_SHEET}/declaration": declare,
    f"{_SHEET}/sending": send_a_sheet,
}
"""What cannot be undone."""
