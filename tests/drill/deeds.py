"""Every act that changes something, and how to see in the database that it was done.

A scene belongs to one act of one person: nobody else does anything there, so the person's audit
rows are those of the act. What the act leaves beside its audit row is asked by `there`, a piece of
SQL that is true when it was done; `:person` is whoever acts, `:a` and `:b` are the numbers of the
form's address.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tests.calls import acts as calls
from tests.calls.acts import Act
from tests.drill import scenes
from tests.drill.scenes import Build


@dataclass(frozen=True)
class Deed:
    """A kind of act: its name, how its scene is made, the audit row it writes, what it leaves.

    Where one of `recorded` and `there` is empty, the other says it all. `again` says that doing it
    twice is no mistake (to sign in).
    """

    name: str
    build: Build
    recorded: str
    there: str
    again: bool = False


_HOMES = "select scope_id from role_grant where person_id = :person and role = 'member'"
_BOOKED = (
    "exists (select from booking b join booking_line l on l.booking_id = b.id"
    f" where b.group_order_id = :a and b.household_id in ({_HOMES}) and l.wanted = {{}})"
)
_ORDER = "exists (select from group_order where id = :a and state = '{}')"
_CALL = "exists (select from {} where call_id = :a)"
_MADE = "exists (select from {} where created_by = :person)"
_PASSWORD = "exists (select from person where id = :person and password_hash <> :hash)"
_SUBMITTED = (
    "exists (select from submission u join document d on d.subject_kind = 'submission'"
    " and d.subject_id = u.id where u.application_id = :a)"
)
_COMMISSION = "select count(*) from role_grant where role = 'evaluator' and scope_id = :a"
_SHEET = "exists (select from score_sheet where evaluator_id = :person and {})"

OF_THE_MARKET = [
    Deed("book", scenes.book, "market.booking.lines_set", _BOOKED.format(2)),
    Deed("change a line", scenes.change_line, "market.booking.lines_set", _BOOKED.format(4)),
    Deed(
        "close",
        scenes.of_order("closing"),
        "market.group_order.closed",
        f"{_ORDER.format('closed')} and 4 = (select count(*) from document"
        " where subject_kind = 'group_order' and subject_id = :a)",
    ),
    Deed(
        "settle",
        scenes.settle,
        "market.group_order.settled",
        f"{_ORDER.format('settled')} and exists (select from charge where group_order_id = :a)",
    ),
    Deed(
        "cancel",
        scenes.of_order("cancellation", reason="Grandine"),
        "market.group_order.cancelled",
        _ORDER.format("cancelled"),
    ),
    Deed(
        "open an order", scenes.open_order, "market.group_order.opened", _MADE.format("group_order")
    ),
    Deed(
        "top up",
        scenes.top_up,
        "ledger.journal.posted",
        "1 = (select count(*) from journal where actor_id = :person)",
    ),
    Deed("import a list", scenes.bring_list, "", _MADE.format("price_list_import")),
    Deed(
        "drop a list",
        scenes.drop_list,
        "market.price_list_import.dropped",
        "exists (select from price_list_import where id = :a and state = 'dropped')",
    ),
    Deed("welcome", scenes.welcome, "market.household.welcomed", _MADE.format("invitation")),
    Deed("invite", scenes.invite, "people.invitation.sent", _MADE.format("invitation")),
    Deed(
        "withdraw",
        scenes.withdraw_invitation,
        "people.invitation.withdrawn",
        "exists (select from invitation where id = :b and ended_at is not null)",
    ),
    Deed(
        "remove",
        scenes.remove_member,
        "people.role.revoked",
        "not exists (select from role_grant where person_id = :b)",
    ),
]

OF_PEOPLE = [
    Deed(
        "sign in",
        scenes.sign_in,
        "people.session.opened",
        "exists (select from person_session where person_id = :person)",
        again=True,
    ),
    Deed("change the password", scenes.change_password, "people.password.changed", _PASSWORD),
    Deed(
        "invite for the house",
        scenes.invite_for_the_house,
        "people.invitation.sent",
        _MADE.format("invitation"),
    ),
    Deed(
        "propose",
        scenes.propose,
        "people.administrator_proposal.made",
        "exists (select from administrator_proposal where proposed_by = :person)",
    ),
]


def _of_calls(name: str, recorded: str, there: str, build: Callable[[Session], Act]) -> Deed:
    return Deed(name, scenes.of_calls(build), f"calls.{recorded}", there)


OF_THE_CALLS = [
    _of_calls("draft a call", "call.started", _MADE.format("call"), calls.start_a_call),
    _of_calls("publish", "call.published", _CALL.format("call_version"), calls.publish_a_call),
    _of_calls(
        "start an application",
        "application.started",
        "exists (select from application where person_id = :person)",
        scenes.start_application,
    ),
    _of_calls(
        "draft",
        "application.saved",
        "exists (select from application_field where application_id = :a and value = '901')",
        scenes.save_section,
    ),
    _of_calls(
        "attach",
        "attachment.added",
        "exists (select from attachment where application_id = :a)",
        calls.attach,
    ),
    _of_calls("send", "application.submitted", _SUBMITTED, calls.send_an_application),
    _of_calls("open", "call.opened", _CALL.format("opening"), calls.open_envelopes),
    _of_calls(
        "appoint",
        "evaluator.appointed",
        f"3 = ({_COMMISSION})",
        calls.appoint,
    ),
    _of_calls("dismiss", "evaluator.dismissed", _CALL.format("dismissal"), calls.dismiss),
    _of_calls(
        "decide a double",
        "double.decided",
        "exists (select from double_decision where decided_by = :person)",
        calls.decide_a_double,
    ),
    _of_calls(
        "declare",
        "conflict.declared",
        "exists (select from conflict_declaration where evaluator_id = :person"
        " and application_id = :b)",
        calls.declare,
    ),
    _of_calls(
        "score",
        "score_sheet.saved",
        "exists (select from score c join score_sheet s on s.id = c.score_sheet_id"
        f" where s.evaluator_id = :person and c.motivation = '{scenes.WHY}')",
        scenes.score,
    ),
    _of_calls(
        "send a sheet", "score_sheet.sent", _SHEET.format("state = 'sent'"), calls.send_a_sheet
    ),
    _of_calls(
        "renounce",
        "evaluator.renounced",
        "not exists (select from role_grant where person_id = :person)",
        calls.renounce,
    ),
    _of_calls("try a ranking", "ranking.tried", "", calls.try_a_ranking),
    _of_calls("rank", "ranking.published", _CALL.format("ranking"), calls.publish_a_ranking),
    _of_calls("reopen", "trial.reopened", "", calls.reopen_a_trial),
]

DEEDS = [*OF_THE_MARKET, *OF_PEOPLE, *OF_THE_CALLS]
"""Every kind of act that the drill does."""
