"""Follow a tie to doubles."""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "20261126_follow_a_tie_to_doubles"
down_revision = "20261126_order_names_by_a_key"


def upgrade() -> None:
    op.drop_constraint(op.f('ck_conflict_declaration_kind_known'), 'conflict_declaration', type_='check')
    op.create_check_constraint(op.f('ck_conflict_declaration_kind_of_tie'), 'conflict_declaration',
        "kind IN ('none', 'family', 'work', 'interest', 'dispute', 'unsure',"
        " 'own', 'same_code', 'household', 'double', 'rival')")


def downgrade() -> None:
    # What was recorded is never taken away again, and has no word before this one.
    found = op.get_bind().scalar(sa.text(
        "select exists (select from conflict_declaration where kind = 'double')"
    ))
    if found:
        raise CommandError("there are conflicts with doubles: restore the backup of before")
    op.drop_constraint(op.f('ck_conflict_declaration_kind_of_tie'), 'conflict_declaration', type_='check')
    op.create_check_constraint(op.f('ck_conflict_declaration_kind_known'), 'conflict_declaration',
        "kind IN ('none', 'family', 'work', 'interest', 'dispute', 'unsure',"
        " 'own', 'same_code', 'household', 'rival')")
