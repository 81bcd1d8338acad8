"""Keep how far each evaluator is, and find conflicts by an index of their own."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_evaluators_progress"
down_revision = "20261126_remember_the_acts_done"


def upgrade() -> None:
    op.create_table(
        "evaluator_progress",
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("evaluator_id", sa.BigInteger(), nullable=False),
        sa.Column("conflicts", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.CheckConstraint("conflicts >= 0", name=op.f("ck_evaluator_progress_conflicts_not_negative")),
        sa.CheckConstraint("sent >= 0", name=op.f("ck_evaluator_progress_sent_not_negative")),
        sa.CheckConstraint("begun >= 0", name=op.f("ck_evaluator_progress_begun_not_negative")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_evaluator_progress_call_id_call")),
        sa.ForeignKeyConstraint(["evaluator_id"], ["person.id"], name=op.f("fk_evaluator_progress_evaluator_id_person")),
        sa.PrimaryKeyConstraint("call_id", "evaluator_id", name=op.f("pk_evaluator_progress")),
        info={"grants": "SELECT, INSERT, UPDATE", "house": "calls"},
    )
    op.create_index(
        "ix_conflict_declaration_conflict",
        "conflict_declaration",
        ["application_id", "evaluator_id"],
        unique=False,
        postgresql_where=sa.text("kind <> 'none'"),
    )
    # What is there already is counted once.
    op.execute(
        """
        insert into evaluator_progress (call_id, evaluator_id, conflicts, sent, begun)
        select call_id, evaluator_id, sum(conflicts), sum(sent), sum(begun) from (
            select a.call_id, s.evaluator_id, 0 as conflicts,
                count(*) filter (where s.state = 'sent') as sent,
                count(*) filter (where s.state = 'draft') as begun
            from score_sheet s join opened_application a using (application_id)
            where not exists (
                select 1 from conflict_declaration d where d.kind <> 'none'
                and d.evaluator_id = s.evaluator_id and d.application_id = s.application_id
            )
            group by 1, 2
            union all
            select a.call_id, d.evaluator_id, count(distinct d.application_id), 0, 0
            from conflict_declaration d join opened_application a using (application_id)
            where d.kind <> 'none'
            group by 1, 2
        ) counted
        group by 1, 2
        """
    )


def downgrade() -> None:
    op.drop_index("ix_conflict_declaration_conflict", table_name="conflict_declaration")
    op.drop_table("evaluator_progress")
