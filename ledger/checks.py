"""The invariants of the books, asked of the database itself: an empty answer is a clean bill."""

from sqlalchemy import text
from sqlalchemy.orm import Session

REPORTED = 20  # of one invariant; the rest is counted

# Each query returns what is wrong, one row each; the sentence is filled with its columns.
_INVARIANTS: tuple[tuple[str, str, str], ...] = (
    (
        "I1",
        "entry {id} is out of balance, in cents: {total}",
        "select journal_id as id, sum(amount) as total from posting"
        " group by journal_id having sum(amount) <> 0 order by journal_id",
    ),
    (
        "I2",
        "entry {id} says lines: {n_lines}, there are {n}",
        "select coalesce(j.id, p.journal_id) as id, coalesce(p.n, 0) as n, j.n_lines"
        " from journal j full join (select journal_id, count(*) as n, max(line) as last"
        " from posting group by journal_id) p on p.journal_id = j.id"
        " where p.n is distinct from j.n_lines or p.last is distinct from j.n_lines order by 1",
    ),
    (
        "I2",
        "line {line} of entry {id} was not written together with its entry",
        "select p.journal_id as id, p.line from posting p join journal j on j.id = p.journal_id"
        " where p.transaction_id <> j.transaction_id order by 1, 2",
    ),
    (
        "I3",
        "all accounts in {currency} come to {total} instead of 0 (cents)",
        "select a.currency, sum(p.amount) as total from posting p"
        " join account a on a.id = p.account_id group by 1 having sum(p.amount) <> 0",
    ),
    (
        "I4",
        "account {code} says {balance_after} after line {account_seq}, its lines come"
        " to {expected} (cents)",
        "select * from (select a.code, p.account_seq, p.balance_after, sum(p.amount)"
        " over (partition by p.account_id order by p.account_seq) as expected"
        " from posting p join account a on a.id = p.account_id where a.min_balance is not null) s"
        " where balance_after is distinct from expected order by code, account_seq",
    ),
    (
        "I5",
        "account {code} has line {account_seq} where line {expected} belongs",
        "select * from (select a.code, p.account_seq, case when a.min_balance is not null then"
        " row_number() over (partition by p.account_id order by p.account_seq) end as expected"
        " from posting p join account a on a.id = p.account_id) s"
        " where account_seq is distinct from expected order by code, account_seq",
    ),
    (
        "I6",
        "entry {id} takes account {code} to {balance_after}, below its limit {min_balance} (cents)",
        "select j.id, a.code, p.balance_after, a.min_balance from posting p"
        " join account a on a.id = p.account_id join journal j on j.id = p.journal_id"
        " where p.amount < 0 and p.balance_after < a.min_balance"
        " and j.kind not in ('dispute', 'reversal')"
        " and not (j.kind = 'opening' and p.account_seq = 1) order by 1",
    ),
    (
        "I7",
        "entry {id} does not mirror entry {reverses}",
        "select j.id, j.reverses from journal j join journal o on o.id = j.reverses"
        " where o.reverses is not null or j.n_lines <> o.n_lines or j.n_lines <> (select count(*)"
        " from posting m join posting p on p.journal_id = o.id and p.line = m.line"
        " and p.account_id = m.account_id and p.amount = -m.amount where m.journal_id = j.id)"
        " order by 1",
    ),
    (
        "I7",
        "entry {reverses} is reversed {n} times",
        "select reverses, count(*) as n from journal where reverses is not null"
        " group by reverses having count(*) > 1 order by 1",
    ),
    (
        "I12",
        "entry {id} has {n} audit events that tell what it does, instead of 1",
        "select j.id, count(e.id) as n from journal j left join audit_event e"
        " on e.action = 'ledger.journal.posted' and e.subject_kind = 'journal'"
        " and e.subject_id = j.id and e.after ->> 'key' = j.key"
        " and e.after ->> 'body_hash' = encode(j.body_hash, 'hex')"
        " group by j.id having count(e.id) <> 1 order by 1",
    ),
    (
        "I12",
        "audit event {event} tells of entry {id}, which is gone",
        "select e.id as event, e.subject_id as id from audit_event e"
        " where e.action = 'ledger.journal.posted'"
        " and not exists (select from journal j where j.id = e.subject_id) order by 1",
    ),
    (
        "I13",
        "entry {id} is dated {created_at}, which its neighbours contradict",
        "select * from (select id, created_at, lag(created_at) over (order by id) as before"
        " from journal) s where created_at > clock_timestamp()"
        " or created_at < before - interval '5 s' order by id",
    ),
    (
        "body",
        "entry {id} does not say what its lines do",
        "select j.id from journal j where j.body_hash is distinct from"
        " ledger_body_hash(j.id, j.kind, j.reverses, j.subject_kind, j.subject_id) order by 1",
    ),
    (
        "refusal",
        "key {key} was both posted and refused",
        "select key from journal join ledger_refusal using (key) order by 1",
    ),
    (
        "guard",
        "trigger {name} of table {place} is missing or switched off",
        "select wanted.name, wanted.place from (values ('append_only', 'account'),"
        " ('append_only', 'journal'), ('append_only', 'posting'),"
        " ('append_only', 'ledger_refusal'), ('seal', 'journal'), ('place', 'posting'))"
        " as wanted(name, place) where not exists (select from pg_trigger t"
        " where t.tgrelid = to_regclass(wanted.place) and t.tgname = wanted.name"
        " and t.tgenabled in ('O', 'A')) order by 2, 1",
    ),
    (
        "guard",
        "this role may {privilege} table {place}",
        "select privilege, place from unnest(array['update', 'delete', 'truncate']) as privilege,"
        " unnest(array['account', 'journal', 'posting', 'ledger_refusal']) as place"
        " where has_table_privilege(place, privilege) and not pg_has_role(current_user,"
        " (select c.relowner from pg_class c where c.oid = to_regclass(place)), 'member')"
        " order by 2, 1",
    ),
)


_ASKED = tuple((name, sentence, text(query)) for name, sentence, query in _INVARIANTS)


def violations(session: Session) -> list[str]:
    """Name everything that is wrong in the books, in words for the operator.

    I1 to I7, I12 and I13 carry the numbers of docs/ledger.md; `body` finds lines changed
    without upsetting any sum, `guard` a database that no longer defends itself. Reads every
    line of the books: for tests, start, the nightly check and the command, not for pages.
    """
    found = []
    for name, sentence, query in _ASKED:
        rows = session.execute(query).mappings().all()
        found += [f"ledger {name}: {sentence.format(**row)}" for row in rows[:REPORTED]]
        if len(rows) > REPORTED:
            found.append(f"ledger {name}: and {len(rows) - REPORTED} more")
    return found
