"""Recount booked lines."""

from alembic import op

revision = "20261126_recount_booked_lines"
down_revision = "20261126_count_booked_lines"


def upgrade() -> None:
    op.execute("""
        update booking b set lines = l.lines,
            changed_lines = case when b.assigned_cents is not null then l.changed end
        from (select booking_id, count(*) filter (where at_most > 0) as lines,
            count(*) filter (where reason is not null) as changed
            from booking_line group by booking_id) l
        where l.booking_id = b.id
    """)
    op.execute("""
        update offer f set households = l.households
        from (select offer_id, count(*) as households from booking_line
            where at_most > 0 group by offer_id) l
        where l.offer_id = f.id
    """)


def downgrade() -> None:
    """What was counted is right for the revision before, too."""
