"""Which sheets count: sent, by somebody who may know of the application."""

from sqlalchemy import and_

from calls.commission import access
from calls.score_sheets.rules import lifecycle
from calls.tables.score_sheets import ScoreSheet

# A condition on `score_sheet`: in every mean, count of sent sheets, ranking and check.
STANDING = and_(
    ScoreSheet.state == lifecycle.SENT,
    access.visible(ScoreSheet.evaluator_id, ScoreSheet.application_id),
)
