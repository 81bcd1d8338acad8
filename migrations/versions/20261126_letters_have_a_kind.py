"""Letters have a kind."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_letters_have_a_kind"
down_revision = "20261126_chain_acts_of_calls"

# What the letters written so far are, by their keys.
_KINDS = """
    update mail set kind = case
        when key like 'calls.receipt:%' then 'calls.receipt'
        when key like 'market.order\\_sheet:%' then 'market.order_sheet'
        when key like 'group-order:%:closed:%' then 'market.closing_notice'
        when key like 'group-order:%:settled:%' then 'market.settlement_notice'
        when key like 'group-order:%:cancelled:%' then 'market.cancelling_notice'
        when subject in ('Invito a FareLegami', 'Invitation to FareLegami')
            then 'people.invitation'
        else 'people.sign_in' end
"""


def upgrade() -> None:
    op.add_column('mail', sa.Column('kind', sa.String(), server_default='kit.letter', nullable=False))
    op.add_column('mail', sa.Column('channel', sa.String(), server_default='mail', nullable=False))
    op.add_column('mail', sa.Column('person_id', sa.BigInteger(), nullable=True))
    op.execute(_KINDS)
    op.create_check_constraint(op.f('ck_mail_channel'), 'mail', "channel in ('mail', 'none')")
    op.create_index('ix_mail_unreached', 'mail', ['key'], unique=False, postgresql_where=sa.text("channel = 'none'"))


def downgrade() -> None:
    op.drop_index('ix_mail_unreached', table_name='mail')
    op.drop_constraint(op.f('ck_mail_channel'), 'mail', type_='check')
    op.drop_column('mail', 'person_id')
    op.drop_column('mail', 'channel')
    op.drop_column('mail', 'kind')
