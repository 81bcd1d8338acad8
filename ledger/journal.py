"""The journal: entries are posted once, for ever, and corrected only by their reversal."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kit import audit
from kit.errors import Message, NotFound, Refused
from kit.sentences import pack, unpack
from ledger import accounts
from ledger.refusals import KeyReused, NotEnoughCredit, remember
from ledger.rules import entries as rules
from ledger.rules.entries import Entry, Line
from ledger.rules.placement import Overdrawn, Placed, Standing, place
from ledger.tables import Journal, Posting

_KNOWN = text(
    "select j.key, j.body_hash, j.id, j.reverses, null as message, null as message_values,"
    " null as field from journal j where j.key = any(:keys) or j.reverses = any(:reversed)"
    " union all "
    "select r.key, r.body_hash, null, null, r.message, r.message_values, r.field"
    " from ledger_refusal r where r.key = any(:keys)"
)
_STANDINGS = text(
    "select a.id, a.min_balance, coalesce(last.account_seq, 0) as account_seq,"
    " coalesce(last.balance_after, 0) as balance_after from account a left join lateral ("
    "  select p.account_seq, p.balance_after from posting p where p.account_id = a.id"
    "  and a.min_balance is not null and p.account_seq is not null"
    "  order by p.account_seq desc limit 1) last on true where a.id = any(:ids)"
)
_NUMBERS = text("select nextval('journal_id_seq') from generate_series(1, :n)")
_INSERT_LINES = text(
    "insert into posting (journal_id, line, account_id, amount, account_seq, balance_after)"
    " select * from unnest(cast(:journal_id as bigint[]), cast(:line as int[]),"
    " cast(:account_id as bigint[]), cast(:amount as bigint[]), cast(:account_seq as bigint[]),"
    " cast(:balance_after as bigint[]))"
)
_INSERT_HEADERS = text(
    "insert into journal (id, key, body_hash, kind, n_lines, reverses, memo, memo_values,"
    " subject_kind, subject_id, effective_at, actor_id)"
    " select e.*, :now, cast(:actor_id as bigint) from unnest(cast(:id as bigint[]),"
    " cast(:key as text[]), cast(:body_hash as bytea[]), cast(:kind as text[]),"
    " cast(:n_lines as int[]), cast(:reverses as bigint[]), cast(:memo as text[]),"
    " cast(:memo_values as jsonb[]), cast(:subject_kind as text[]),"
    " cast(:subject_id as bigint[])) e on conflict (key) do nothing returning id"
)


def find(session: Session, key: str) -> int | None:
    """Return the id of the entry posted under this key, or None."""
    return session.execute(select(Journal.id).where(Journal.key == key)).scalar()


def lines(session: Session, journal_id: int) -> list[Line]:
    """Return the lines of an entry in order: (account id, cents)."""
    query = select(Posting.account_id, Posting.amount).where(Posting.journal_id == journal_id)
    return [(row.account_id, row.amount) for row in session.execute(query.order_by(Posting.line))]


def post(
    session: Session,
    key: str,
    kind: str,
    lines: Sequence[Line],
    *,
    actor_id: int | None,
    now: datetime,
    memo: str | Message = "",
    subject: tuple[str, int] | None = None,
) -> int:
    """Post one entry and return its id; the same act under the same key is posted once.

    `lines` are (account id, cents) and sum to zero. Raises NotEnoughCredit when a debit
    passes a limit, and that answer stays with the key: asking again later gets it again.
    Raises Refused when the key was used for something else, NotFound for an unknown
    account, ValueError for an entry out of balance.
    """
    entry = Entry(key, kind, tuple(lines), _message(memo), subject)
    return _post(session, entry, actor_id, now)


def post_many(
    session: Session, entries: Sequence[Entry], actor_id: int | None, now: datetime
) -> list[int]:
    """Post many entries at once, all or none, and return their ids in order.

    The number of statements does not grow with the number of entries. Entries already
    posted under their key are left as they are. Raises as `post`, but a lack of credit is
    not kept: the whole may be tried again when its cause is gone.
    """
    for entry in entries:
        rules.check(entry)
    if len({entry.key for entry in entries}) != len(entries):
        raise ValueError("one key, one entry")
    if not entries:
        return []
    involved = {account_id for entry in entries for account_id, _ in entry.lines}
    accounts.lock(session, involved)
    known = _known(session, entries)
    fresh = [entry for entry in entries if entry.key not in known]
    if fresh:
        known |= _write(session, fresh, actor_id, now)
    return [known[entry.key] for entry in entries]


def reverse(
    session: Session,
    journal_id: int,
    key: str,
    actor_id: int | None,
    now: datetime,
    *,
    memo: str | Message | None = None,
) -> int:
    """Undo an entry with its mirror image and return the id of that.

    Both stay in the books for good. May take an account below its limit: a mistake must
    always be correctable. Raises NotFound, or Refused when the entry is a reversal itself
    or was already reversed under another key.
    """
    original = session.get(Journal, journal_id)
    if original is None:
        raise NotFound
    if original.reverses is not None:
        raise Refused("Uno storno non si storna: registra di nuovo il movimento.")
    mirrored = rules.mirrored(lines(session, journal_id))
    kept = unpack(original.memo, original.memo_values)
    subject = None
    if original.subject_kind is not None and original.subject_id is not None:
        subject = (original.subject_kind, original.subject_id)
    words = kept if memo is None else _message(memo)
    entry = Entry(key, "reversal", mirrored, words, subject, journal_id)
    return _post(session, entry, actor_id, now)


def _post(session: Session, entry: Entry, actor_id: int | None, now: datetime) -> int:
    try:
        return post_many(session, [entry], actor_id, now)[0]
    except NotEnoughCredit as refusal:
        refusal.remember = partial(
            remember, entry=entry, message=refusal.message, field=refusal.field, actor_id=actor_id
        )
        raise


def _known(session: Session, entries: Sequence[Entry]) -> dict[str, int]:
    """Return key to id of what is posted already; raise what was refused or contradicts."""
    wanted = {entry.key: rules.body_hash(entry) for entry in entries}
    reversed_ = {entry.reverses: entry.key for entry in entries if entry.reverses is not None}
    rows = session.execute(_KNOWN, {"keys": list(wanted), "reversed": list(reversed_)}).all()
    for row in rows:
        if row.key not in wanted:
            raise Refused("Questo movimento è già stato stornato.")
        if bytes(row.body_hash) != wanted[row.key]:
            raise KeyReused()
    known = {row.key: row.id for row in rows if row.id is not None}
    for row in rows:
        if row.key not in known:
            raise Refused(unpack(row.message, row.message_values), field=row.field)
    return known


def _write(
    session: Session, entries: Sequence[Entry], actor_id: int | None, now: datetime
) -> dict[str, int]:
    """Write checked entries whose accounts are held: lines, then the headers that seal them."""
    standings = _standings(session, entries)
    try:
        placed = place(entries, standings)
    except Overdrawn as overdrawn:
        raise NotEnoughCredit(overdrawn.account_id, overdrawn.missing_cents) from overdrawn
    numbers = sorted(session.execute(_NUMBERS, {"n": len(entries)}).scalars())
    session.execute(_INSERT_LINES, _columns_of_lines(placed, numbers))
    headers = _columns_of_headers(entries, numbers)
    written = session.execute(_INSERT_HEADERS, headers | {"now": now, "actor_id": actor_id})
    if len(written.all()) != len(entries):
        # Somebody used one of the keys at this very moment, on other accounts.
        raise KeyReused()
    audit.record_many(
        session, [_event(*pair, actor_id, now) for pair in zip(entries, numbers, strict=True)]
    )
    return {entry.key: number for entry, number in zip(entries, numbers, strict=True)}


def _standings(session: Session, entries: Sequence[Entry]) -> dict[int, Standing]:
    ids = {account_id for entry in entries for account_id, _ in entry.lines}
    rows = session.execute(_STANDINGS, {"ids": list(ids)})
    found = {row.id: Standing(row.min_balance, row.account_seq, row.balance_after) for row in rows}
    if len(found) != len(ids):
        raise NotFound
    return found


def _columns_of_lines(placed: Sequence[Placed], numbers: Sequence[int]) -> dict[str, object]:
    return {
        "journal_id": [numbers[one.entry] for one in placed],
        "line": [one.line for one in placed],
        "account_id": [one.account_id for one in placed],
        "amount": [one.amount_cents for one in placed],
        "account_seq": [one.account_seq for one in placed],
        "balance_after": [one.balance_after_cents for one in placed],
    }


def _columns_of_headers(entries: Sequence[Entry], numbers: Sequence[int]) -> dict[str, object]:
    memos = [pack(entry.memo) for entry in entries]
    return {
        "id": list(numbers),
        "key": [entry.key for entry in entries],
        "body_hash": [rules.body_hash(entry) for entry in entries],
        "kind": [entry.kind for entry in entries],
        "n_lines": [len(entry.lines) for entry in entries],
        "reverses": [entry.reverses for entry in entries],
        "memo": [words for words, _ in memos],
        "memo_values": [json.dumps(values) for _, values in memos],
        "subject_kind": [entry.subject and entry.subject[0] for entry in entries],
        "subject_id": [entry.subject and entry.subject[1] for entry in entries],
    }


def _event(entry: Entry, journal_id: int, actor_id: int | None, now: datetime) -> dict[str, object]:
    body = {"key": entry.key, "kind": entry.kind, "body_hash": rules.body_hash(entry).hex()}
    return {
        "at": now,
        "actor_id": actor_id,
        "action": "ledger.journal.posted",
        "subject_kind": "journal",
        "subject_id": journal_id,
        "after": body,
    }


def _message(memo: str | Message) -> Message:
    return memo if isinstance(memo, Message) else Message(memo)
