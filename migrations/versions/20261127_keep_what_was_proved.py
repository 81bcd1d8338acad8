"""Keep with a submission what whoever sent it had proved."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261127_keep_what_was_proved"
down_revision = "20261127_lead_to_second_steps"


def upgrade() -> None:
    op.add_column("submission", sa.Column("level", sa.SmallInteger(), nullable=True))
    op.add_column("submission", sa.Column("means", postgresql.ARRAY(sa.Text()), nullable=True))
    op.create_check_constraint(
        op.f("ck_submission_proved"), "submission", "(level is null) = (means is null)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_submission_proved"), "submission", type_="check")
    op.drop_column("submission", "means")
    op.drop_column("submission", "level")
