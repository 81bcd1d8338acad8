"""The codes of a producer: the public one of its address, and those it is recognised by."""

import re
import unicodedata

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kit.errors import Refused
from market.tables.catalogue import Producer


def free(session: Session, name: str) -> str:
    """Make a public code of the name ("cascina-due-fossi"), with a number when it is taken."""
    flat = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "-", flat).strip("-")[:40].strip("-") or "produttore"
    taken = set(session.scalars(select(Producer.code).where(Producer.code.startswith(base))))
    number, code = 2, base
    while code in taken:
        code, number = f"{base}-{number}", number + 1
    return code


def check(session: Session, producer_id: int, *codes: str) -> None:
    """Refuse a producer the codes of another: who brings that one's list would be led to this."""
    known = [code for code in codes if code]
    query = select(Producer.id).where(
        Producer.id != producer_id,
        or_(Producer.vat_number.in_(known), Producer.tax_code.in_(known)),
    )
    if known and session.scalar(query.limit(1)) is not None:
        raise Refused("Un altro produttore ha già questa partita IVA o questo codice fiscale.")
