"""Hold what is assigned: commitments, figures and sentences of orders closed before."""

from alembic import op

revision = "20261126_hold_what_is_assigned"
down_revision = "20261126_tell_what_is_ordered"

# What bookings hold in these states, and by how much their households' commitments move.
_HOLD = """
    with held as (
        select b.id, b.household_id, b.committed_cents as before, {after} as after
        from booking b join group_order o on o.id = b.group_order_id
        where o.state in ({states})
    ), moved as (
        update household h set commitment_cents = h.commitment_cents + s.more
        from (select household_id, sum(after - before) as more from held group by household_id) s
        where h.id = s.household_id and s.more <> 0
    )
    update booking b set committed_cents = held.after from held
    where b.id = held.id and held.after <> held.before
"""
_AT_MOST = """(
    select coalesce(sum(l.at_most_cents), 0) from booking_line l where l.booking_id = b.id
)"""
# Sentences that name a quantity: where it stands, for one, for many.
_COUNTED = (
    (
        "missing",
        "{less} in meno: si ordina a colli interi da {size} e per un altro collo mancava {missing}.",
        "{less} in meno: si ordina a colli interi da {size} e per un altro collo mancavano {missing}.",
    ),
    (
        "more",
        "{more} in più, entro il massimo indicato: completa un collo da {size}.",
        "{more} in più, entro il massimo indicato: completano un collo da {size}.",
    ),
)


def upgrade() -> None:
    op.execute("""
        update group_order o set ordered_cents = b.goods
        from (select group_order_id, sum(assigned_cents) as goods from booking
            where assigned_cents is not null group by group_order_id) b
        where b.group_order_id = o.id
    """)
    op.execute("""
        update group_order o set state = 'empty' where o.state = 'closed'
            and not exists (select from offer f where f.group_order_id = o.id and f.assigned > 0)
    """)
    paid = "case when o.state = 'closed' then coalesce(b.assigned_cents + b.transport_cents, 0) else 0 end"
    op.execute(_HOLD.format(after=paid, states="'closed', 'empty'"))
    for name, one, many in _COUNTED:
        op.execute(f"""
            update booking_line set reason = reason || jsonb_build_object('text', '{one}',
                'many', '{many}', 'n', case when reason #>> '{{values,{name},values,n}}' = '1'
                    then 1 else 2 end)
            where reason ->> 'text' = '{many}'
        """)


def downgrade() -> None:
    op.execute("update group_order set state = 'closed' where state = 'empty'")
    op.execute(_HOLD.format(after=_AT_MOST, states="'closed'"))
    for _name, one, many in _COUNTED:
        op.execute(f"""
            update booking_line set reason = (reason - 'many' - 'n') || jsonb_build_object('text', '{many}')
            where reason ->> 'text' = '{one}'
        """)
