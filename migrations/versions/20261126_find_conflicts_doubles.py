"""Find conflicts doubles and whose sheets count."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_find_conflicts_doubles"
down_revision = "20261126_hold_what_is_assigned"


def upgrade() -> None:
    op.create_table('dismissal',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('call_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('sheets_count', sa.Boolean(), nullable=False),
    sa.Column('dismissed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('dismissed_by', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['call_id'], ['call.id'], name=op.f('fk_dismissal_call_id_call')),
    sa.ForeignKeyConstraint(['dismissed_by'], ['person.id'], name=op.f('fk_dismissal_dismissed_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_dismissal_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dismissal')),
    info={'grants': 'SELECT, INSERT, UPDATE (ended_at)', 'house': 'calls'}
    )
    op.create_index('ix_dismissal_in_force', 'dismissal', ['person_id', 'call_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('double_decision',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('application_id', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('decided_by', sa.BigInteger(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(reason) BETWEEN 1 AND 1000', name=op.f('ck_double_decision_reason_bounded')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_double_decision_application_id_application')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_double_decision_decided_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_double_decision')),
    info={'grants': 'SELECT, INSERT', 'house': 'calls'}
    )
    op.create_index(op.f('ix_double_decision_application_id'), 'double_decision', ['application_id'], unique=False)
    op.add_column('opened_application', sa.Column('tax_code', sa.String(), nullable=False, server_default=''))
    op.create_index(op.f('ix_opened_application_tax_code'), 'opened_application', ['tax_code'], unique=False)
    # What is open already: the code as it was typed, in capitals and without blanks.
    op.execute(
        """
        update opened_application o
        set tax_code = upper(regexp_replace(coalesce(
            convert_from(s.content, 'UTF8')::jsonb -> 'fields' ->> 'tax_code', ''), '\\s', '', 'g'))
        from submission s where s.application_id = o.application_id
        """
    )
    op.alter_column('opened_application', 'tax_code', server_default=None)
    op.drop_constraint(op.f('ck_conflict_declaration_kind_known'), 'conflict_declaration')
    op.create_check_constraint(op.f('ck_conflict_declaration_kind_known'), 'conflict_declaration',
        "kind IN ('none', 'family', 'work', 'interest', 'dispute', 'unsure',"
        " 'own', 'same_code', 'household', 'rival')")
    for table, when in (("double_decision", "update or delete"), ("double_decision", "truncate")):
        name = "append_only_truncate" if when == "truncate" else "append_only"
        op.execute(
            f"create trigger {name} before {when} on {table}"
            " for each statement execute function refuse_change()"
        )


def downgrade() -> None:
    op.drop_constraint(op.f('ck_conflict_declaration_kind_known'), 'conflict_declaration')
    op.create_check_constraint(op.f('ck_conflict_declaration_kind_known'), 'conflict_declaration',
        "kind IN ('none', 'family', 'work', 'interest', 'dispute', 'unsure')")
    op.drop_index(op.f('ix_opened_application_tax_code'), table_name='opened_application')
    op.drop_column('opened_application', 'tax_code')
    op.drop_index(op.f('ix_double_decision_application_id'), table_name='double_decision')
    op.drop_table('double_decision')
    op.drop_index('ix_dismissal_in_force', table_name='dismissal', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_table('dismissal')
