"""The papers that were made of an order."""

from sqlalchemy import select

from kit.paper.documents import Document


def sheets(session, order_id):
    rows = session.scalars(
        select(Document).where(Document.subject_id == order_id).order_by(Document.id)
    )
    return {row.kind: row for row in rows}
