"""Previews of thousands of products in a few statements: COPY in, three statements to apply."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import hot, sentences
from market.catalogue.terms import LISTED, UNSAID
from market.price_files.rules.diff import DiffLine
from market.tables.catalogue import Product

_COPY = """
    copy price_list_import_line (import_id, position, kind, product_id, name, matched_by,
        price_change, look_twice, orderable, terms, changes, notes)
    from stdin
"""
# The columns an import writes, with the types they have in `terms`: every term, so that a product
# is what its line of the preview says and keeps nothing that nobody was told of.
_COLUMNS = {name: str(Product.__table__.c[name].type) for name in ("name_key", *LISTED, *UNSAID)}
_LINES = f"""
    price_list_import_line l
    cross join lateral jsonb_to_record(l.terms)
        as a({", ".join(f"{name} {type_}" for name, type_ in _COLUMNS.items())})
"""
_CHANGE = text(f"""
    update product p
    set {", ".join(f"{name} = a.{name}" for name in _COLUMNS)},
        gone_at = null, position = l.position
    from {_LINES}
    where l.import_id = :import_id and p.id = l.product_id
      and (l.kind = 'changed' or (l.kind = 'same' and p.position <> l.position))
""")
_ADD = text(f"""
    insert into product (price_list_id, position, {", ".join(_COLUMNS)})
    select :price_list_id, l.position, {", ".join(f"a.{name}" for name in _COLUMNS)}
    from {_LINES}
    where l.import_id = :import_id and l.kind = 'new'
    order by l.position
""")
_GONE = text("""
    update product p set gone_at = :now
    from price_list_import_line l
    where l.import_id = :import_id and l.kind = 'gone' and p.id = l.product_id
""")


def keep_lines(session: Session, import_id: int, lines: Sequence[DiffLine]) -> None:
    """Store a preview line by line with one COPY."""
    hot.copy_in(session, _COPY, (_row(import_id, *each) for each in enumerate(lines, start=1)))


def apply_lines(session: Session, import_id: int, price_list_id: int, now: datetime) -> None:
    """Make the list what the preview showed: changed, gone and new, one statement each.

    Products that change come first, so that a new one may take a name they give up.
    """
    values = {"import_id": import_id, "price_list_id": price_list_id, "now": now}
    session.execute(_CHANGE, values)
    session.execute(_GONE, values)
    session.execute(_ADD, values)


def _row(import_id: int, position: int, line: DiffLine) -> tuple[Any, ...]:
    terms = {name: getattr(line.outcome, name) for name in LISTED}
    terms |= {name: getattr(line.unsaid, name) for name in UNSAID}
    terms["name_key"] = line.name_key
    return (
        import_id,
        position,
        line.kind,
        line.product_id,
        line.outcome.name,
        line.matched_by,
        line.price_change,
        line.look_twice,
        line.orderable,
        _json(terms),
        _json(line.changes),
        _json([sentences.keep(note) for note in line.notes]),
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
