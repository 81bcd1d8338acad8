"""Chain the acts of calls, each call on its own."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_chain_acts_of_calls"
down_revision = "20261126_evaluators_progress"


def upgrade() -> None:
    op.create_table(
        "audit_link",
        sa.Column("chain_kind", sa.String(), nullable=False),
        sa.Column("chain_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_audit_link_event_id_audit_event")),
        sa.PrimaryKeyConstraint("chain_kind", "chain_id", "position", name=op.f("pk_audit_link")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_link_event_id")),
        info={"grants": "SELECT, INSERT", "house": "kit"},
    )
    op.execute(
        "create trigger append_only before update or delete on audit_link"
        " for each statement execute function refuse_change()"
    )
    op.execute(
        "create trigger append_only_truncate before truncate on audit_link"
        " for each statement execute function refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("audit_link")
