"""The invariants of the calls, asked of the data itself: an empty answer is a clean bill."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, text
from sqlalchemy.orm import Session

import calls.texts.drafts  # noqa: F401 - names what roles are held of
from calls.applications import inspections, offices
from calls.commission import conflicts, dismissals, judges, late_seats, progress
from calls.commission.conflicts import FoundConflict
from calls.envelopes import as_sent
from calls.rankings import recounts
from calls.rankings.rules.ranking import FIRST_RULE
from calls.score_sheets.standing import STANDING
from calls.tables.commission import EvaluatorProgress
from calls.tables.envelopes import OpenedApplication, Opening
from calls.tables.rankings import Ranking
from calls.tables.score_sheets import ScoreSheet

REPORTED = 20  # of one invariant; the rest is counted

_TEXT_HEX = "encode(sha256(convert_to(content, 'UTF8')), 'hex')"
_BYTES_HEX = "encode(sha256(content), 'hex')"

_POINTS = func.coalesce(func.sum(ScoreSheet.total), 0)
_TOTALS = (
    select(
        OpenedApplication.code,
        OpenedApplication.sheets,
        OpenedApplication.total_sum,
        func.count(ScoreSheet.id).label("n"),
        _POINTS.label("points"),
    )
    .outerjoin(
        ScoreSheet,
        and_(ScoreSheet.application_id == OpenedApplication.application_id, STANDING),
    )
    .group_by(OpenedApplication.application_id)
    .having(
        or_(
            OpenedApplication.sheets != func.count(ScoreSheet.id),
            OpenedApplication.total_sum != _POINTS,
        )
    )
    .order_by(OpenedApplication.code)
)


def _progress() -> Select[*tuple[Any, ...]]:
    """Every evaluator whose kept progress is not what sheets and declarations come to."""
    counted = progress.counted()
    same = and_(
        EvaluatorProgress.call_id == counted.c.call_id,
        EvaluatorProgress.evaluator_id == counted.c.evaluator_id,
    )
    names = progress.COUNTED
    kept = {name: func.coalesce(getattr(EvaluatorProgress, name), 0) for name in names}
    found = {name: func.coalesce(counted.c[name], 0) for name in names}
    return (
        select(
            func.coalesce(EvaluatorProgress.call_id, counted.c.call_id).label("call_id"),
            func.coalesce(EvaluatorProgress.evaluator_id, counted.c.evaluator_id).label(
                "evaluator_id"
            ),
            *(kept[name].label(name) for name in names),
            *(found[name].label(f"{name}_counted") for name in names),
        )
        .select_from(EvaluatorProgress)
        .join(counted, same, full=True)
        .where(or_(*(kept[name] != found[name] for name in names)))
        .order_by("call_id", "evaluator_id")
    )


_PROGRESS = _progress()
_LEFT = (
    "case when {0} is null then 'on it' when {0} then 'dismissed, sheets count'"
    " else 'dismissed, sheets do not count' end"
)
# Each query returns what is wrong, one row each; the sentence is filled with its columns.
_INVARIANTS: tuple[tuple[str, str, str | Select[*tuple[Any, ...]]], ...] = (
    (
        "C1",
        "version {number} of call {call_id} is not what its SHA-256 says",
        f"select call_id, number from call_version where {_TEXT_HEX} <> sha256 order by 1, 2",
    ),
    (
        "C2",
        "submission {id} is not what its SHA-256 says",
        f"select id from submission where {_BYTES_HEX} <> sha256 order by 1",
    ),
    (
        "C3",
        "submission {id} was received at {received_at}, after the deadline {deadline_at} (I15)",
        "select u.id, u.received_at, v.deadline_at from submission u"
        " join call_version v on v.id = u.call_version_id"
        " where date_trunc('second', u.received_at) > v.deadline_at order by 1",
    ),
    (
        "C4",
        "application {id} and its submission disagree",
        "select a.id from application a left join submission u on u.application_id = a.id"
        " where (a.state = 'submitted') <> (u.id is not null)"
        " or a.submitted_at is distinct from u.received_at order by 1",
    ),
    (
        "C5",
        "protocol numbers of {year} have a gap: {n} given, the last one is {last}",
        "select protocol_year as year, count(*) as n, max(protocol_number) as last"
        " from submission group by 1 having count(*) <> max(protocol_number) order by 1",
    ),
    (
        "C6",
        "sent sheet {id} has no mark of the grid on criterion {code}",
        "select s.id, c.grid ->> 'code' as code from score_sheet s"
        " join call_version v on v.id = s.call_version_id"
        " cross join lateral jsonb_array_elements(v.content::jsonb -> 'criteria') c(grid)"
        " left join score m on m.score_sheet_id = s.id and m.criterion = c.grid ->> 'code'"
        " where s.state = 'sent' and (m.mark is null or not exists"
        "  (select 1 from jsonb_array_elements(c.grid -> 'rubric') r"
        "   where (r ->> 'mark')::numeric = m.mark)) order by 1, 2",
    ),
    (
        "C7",
        "sheet {id} says a total of {total}, its marks come to {expected}",
        "select s.id, s.total, sum(m.mark * (c.grid ->> 'weight')::numeric) as expected"
        " from score_sheet s join call_version v on v.id = s.call_version_id"
        " cross join lateral jsonb_array_elements(v.content::jsonb -> 'criteria') c(grid)"
        " left join score m on m.score_sheet_id = s.id and m.criterion = c.grid ->> 'code'"
        " group by s.id having s.total is distinct from"
        " sum(m.mark * (c.grid ->> 'weight')::numeric) or s.given <> count(m.mark) order by 1",
    ),
    (
        "C8",
        "application {code} says sheets: {sheets}, points: {total_sum}; its sheets come to"
        " {n} and {points}",
        _TOTALS,
    ),
    (
        "C9",
        "call {call_id} says applications opened: {applications}; there: {n}, sent: {sent}",
        "select o.call_id, o.applications, count(a.application_id) as n,"
        " (select count(*) from submission u join application p on p.id = u.application_id"
        "  where p.call_id = o.call_id) as sent"
        " from opening o left join opened_application a on a.call_id = o.call_id"
        " group by o.call_id having o.applications <> count(a.application_id)"
        " or o.applications <> (select count(*) from submission u"
        "  join application p on p.id = u.application_id where p.call_id = o.call_id)",
    ),
    (
        "C10",
        "call {call_id} was opened at {opened_at}, before its deadline {deadline_at} had passed",
        "select o.call_id, o.opened_at, v.deadline_at from opening o join lateral"
        " (select deadline_at from call_version where call_id = o.call_id"
        "  order by number desc limit 1) v on true where o.opened_at <= v.deadline_at",
    ),
    (
        "C11",
        "evaluator {evaluator_id} marked application {application_id} without declaring first",
        "select s.evaluator_id, s.application_id from score_sheet s where not exists"
        " (select 1 from conflict_declaration d where d.application_id = s.application_id"
        "  and d.evaluator_id = s.evaluator_id and d.kind = 'none'"
        "  and d.declared_at <= s.created_at) order by 1, 2",
    ),
    (
        "C14",
        "evaluator {evaluator_id} of call {call_id} says conflicts: {conflicts}, sent: {sent},"
        " begun: {begun}, kept from them: {withheld}; counted they are {conflicts_counted},"
        " {sent_counted}, {begun_counted}, {withheld_counted}",
        _PROGRESS,
    ),
    (
        "C18",
        "the acts of call {call_id} say of evaluator {person_id}: {said}; kept is: {kept}",
        "with act as (select distinct on (1, 2) e.subject_id as call_id,"
        " (e.after ->> 'person')::bigint as person_id, (e.after ->> 'sheets_count')::bool as counts"
        " from audit_event e where e.subject_kind = 'call' and e.action in"
        " ('calls.evaluator.appointed', 'calls.evaluator.dismissed',"
        " 'calls.evaluator.renounced') order by 1, 2, e.id desc),"
        " one as (select call_id, person_id, a.counts as act, d.sheets_count as row from act a"
        " full join (select * from dismissal where ended_at is null) d using (call_id, person_id))"
        f" select call_id, person_id, {_LEFT.format('act')} as said, {_LEFT.format('row')} as kept"
        " from one where act is distinct from row order by 1, 2",
    ),
    (
        "C19",
        "evaluator {person_id} was dismissed from call {call_id} against its rule ({rule})",
        "select d.call_id, d.person_id, coalesce(v.rule, 'count') as rule from dismissal d"
        " join lateral (select content::jsonb ->> 'sheets_of_dismissed' as rule from call_version"
        "  where call_id = d.call_id order by number desc limit 1) v on true"
        " where d.sheets_count <> (coalesce(v.rule, 'count') = 'count') order by 1, 2",
    ),
    (
        "C20",
        "person {person_id} sent sheets in call {call_id} and never was on its commission",
        dismissals.STRANGERS,
    ),
    (
        "C21",
        "application {id} says it was received at {received_at}, its sending was recorded at {at}",
        "select u.application_id as id, u.received_at, e.at from submission u join audit_event e"
        " on e.action = 'calls.application.submitted' and e.subject_id = u.application_id"
        " where e.at <> u.received_at or e.after ->> 'sha256' <> u.sha256 order by 1",
    ),
    (
        "C26",
        "evaluator {person_id}, appointed to call {call_id} after its points were seen, judged"
        " application {code}, which had its judges",
        late_seats.BEYOND,
    ),
    (
        "C27",
        "application {code} is kept from evaluator {person_id} by no act of call {call_id}",
        late_seats.UNFOUNDED,
    ),
    (
        "C28",
        "the sheet of evaluator {person_id} on application {code} of call {call_id} counts, which"
        " a dismissal had taken out",
        dismissals.BACK,
    ),
    ("C23", "person {person_id} applies to call {call_id} and works in its office", offices.BOTH),
    ("C24", "person {person_id} judges call {call_id} and works in its office", judges.BOTH),
    ("C25", "file {id} of application {application_id} waits since {asked_at}", inspections.LATE),
)


_ASKED = tuple(
    (code, sentence, text(query) if isinstance(query, str) else query)
    for code, sentence, query in _INVARIANTS
)


def violations(session: Session) -> list[str]:
    """Say everything that is wrong with calls, applications, sheets and rankings."""
    found: list[str] = []
    for code, sentence, query in _ASKED:
        rows = session.execute(query).mappings().all()
        found += [f"{code}: {sentence.format(**row)}" for row in rows[:REPORTED]]
        if len(rows) > REPORTED:
            found.append(f"{code}: and {len(rows) - REPORTED} more")
    return found + _envelopes(session) + _conflicts(session) + recounts.differing(session)


def _envelopes(session: Session) -> list[str]:
    """What is kept of an application is what was sent, and nobody is ranked twice."""
    found: list[str] = []
    people: dict[int, dict[str, str]] = defaultdict(dict)
    for one in as_sent.of_all(session):
        people[one.call_id][one.code] = one.tax_code
        if one.differs:
            names = ", ".join(one.differs)
            found.append(f"C17: application {one.code} is not kept as it was sent ({names})")
    # Before the second format nobody looked for doubles.
    for row in session.scalars(select(Ranking).where(Ranking.rule != FIRST_RULE)):
        for codes in as_sent.ranked_twice(row.content, people[row.call_id]):
            found.append(f"C22: ranking {row.id} ranks one tax code more than once: {codes}")
    return found


def _conflicts(session: Session) -> list[str]:
    """Nobody judges their own: who is on a commission and whose sheets count, by the rule."""
    found: list[str] = []
    for opened in session.scalars(select(Opening).order_by(Opening.call_id)):
        ranked = session.scalar(
            select(func.min(Ranking.published_at)).where(Ranking.call_id == opened.call_id)
        )
        ties = conflicts.unrecorded(session, opened.call_id, until=ranked)
        counting = {
            tuple(row)
            for row in session.execute(
                select(ScoreSheet.evaluator_id, ScoreSheet.application_id).where(
                    ScoreSheet.application_id.in_([tie.application_id for tie in ties]), STANDING
                )
            )
        }
        found += [_tied(opened.call_id, tie) for tie in ties if tie.tie != "rival"]
        found += [
            f"C16: the sheet of evaluator {tie.evaluator_id} on application {tie.code} counts,"
            f" in spite of a conflict ({tie.tie})"
            for tie in ties
            if (tie.evaluator_id, tie.application_id) in counting
        ]
    return found


def _tied(call_id: int, tie: FoundConflict) -> str:
    return (
        f"C15: evaluator {tie.evaluator_id} of call {call_id} has a conflict with application"
        f" {tie.code} that is not recorded ({tie.tie})"
    )
