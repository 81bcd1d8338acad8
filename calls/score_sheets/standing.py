"""Which sheets count: sent, by somebody without a conflict, also after a dismissal by the rule."""

from sqlalchemy import and_

from calls.commission import access
from calls.score_sheets.rules import lifecycle
from calls.tables.score_sheets import ScoreSheet

# A condition on `score_sheet`: in every mean, count of sent sheets, ranking and check.
STANDING = and_(
    ScoreSheet.state == lifecycle.SENT,
    access.counting(ScoreSheet.evaluator_id, ScoreSheet.application_id),
)
