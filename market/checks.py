"""Invariants of the market's data: what must hold after every transaction, whoever wrote."""

from sqlalchemy import text
from sqlalchemy.orm import Session

import market.centres.centres  # noqa: F401 - names what roles are held of
import market.centres.members  # noqa: F401
from market.group_orders.rules import lifecycle
from market.tables.bookings import BOOKED

# What {} units cost: the market's one rounding (catalogue/rules/pricing.py), spelled once more.
_AMOUNT = "div(f.price_micros::numeric * {} + 5000 * f.price_quantity, 10000 * f.price_quantity)"

# What the last import before an event says of each thing, overlaid by what was corrected by hand
# since. A thing has id, product_id, price_list_id, name_key, is_ (its columns), said_by (the event
# before which the list spoke) and left_out (the terms that are its own).
_AS_LISTED = """
    with things as ({}), imported as (
        select i.id, i.price_list_id, e.id as event from price_list_import i
        join audit_event e on e.action = 'market.price_list.imported'
            and e.subject_id = i.price_list_id and e.after ->> 'import_id' = i.id::text
        where i.state = 'applied'
    ), listed as (
        select distinct on (t.id) t.*, i.event, x.terms from things t
        join imported i on i.price_list_id = t.price_list_id and i.event < t.said_by
        join price_list_import_line x on x.import_id = i.id and x.kind <> 'gone'
            and coalesce(x.product_id = t.product_id, x.terms ->> 'name_key' = t.name_key)
        order by t.id, i.event desc
    ), corrected as (
        select e.id as event, e.subject_id as product_id,
            case c.key when 'price_cents' then 'price_micros' else c.key end as key,
            case c.key when 'price_cents' then to_jsonb(c.value::bigint * 10000)
                else c.value end as value
        from audit_event e cross join jsonb_each(e.after) c
        where e.action = 'market.product.corrected'
    )
    select distinct on (l.id, w.key) l.id, w.key, l.is_ -> w.key as has,
        coalesce(c.value, w.value) as due
    from listed l cross join jsonb_each(l.terms) w
    left join corrected c on (c.product_id, c.key) = (l.product_id, w.key)
        and c.event > l.event and c.event < l.said_by
    where l.is_ ? w.key and w.key <> all(l.left_out)
    order by l.id, w.key, c.event desc nulls last
"""

_PRODUCTS = """
    select p.id, p.id as product_id, p.price_list_id, p.name_key, to_jsonb(p) as is_,
        9223372036854775807 as said_by, array[]::text[] as left_out from product p
"""
_OFFERS = """
    select f.id, f.product_id, o.price_list_id, p.name_key, to_jsonb(f) as is_, e.id as said_by,
        array['whole_cases'] as left_out
    from offer f join group_order o on o.id = f.group_order_id
    join product p on p.id = f.product_id
    join audit_event e on e.action = 'market.group_order.opened' and e.subject_id = o.id
    where o.state = any(:moving)
"""

# Whom a page counts, and whom the lines and what is stored count. Who was cut to nothing once had
# a charge of nothing, which is no household that gets something.
_HOUSEHOLDS = f"""
    select 'group order ' || o.id || ' tells of households: ' || b.told || ', its lines are for '
        || b.by_lines || coalesce(', its settlement counts ' || s.households
        || ', for nothing: ' || c.of_nothing, '')
    from group_order o cross join lateral (select count(*) filter (where {BOOKED}) as told,
        count(*) filter (where exists (select from booking_line l where l.booking_id = booking.id
            and coalesce(l.assigned, l.at_most) > 0)) as by_lines
        from booking where booking.group_order_id = o.id) b
    left join settlement s on s.group_order_id = o.id
    cross join lateral (select count(*) as of_nothing from charge g
        where g.group_order_id = o.id and g.total_cents = 0 and not exists (select
            from booking_line l where l.booking_id = g.booking_id and l.assigned > 0)) c
    where b.told <> b.by_lines or s.households - c.of_nothing <> b.by_lines
"""

# Each query returns one text per broken row; the numbers are those of docs/market.md (I8 one
# charge each, I9 commitments, I10 nothing oversold).
_CHECKS = {
    "I8 charges": """
        select 'booking ' || b.id || ' of a settled order: charged '
            || coalesce(c.total_cents, 0) || ', due ' || b.assigned_cents + b.transport_cents
        from booking b join group_order o on o.id = b.group_order_id
        left join charge c on c.booking_id = b.id
        where o.state = :settled and b.assigned_cents is not null
            and (coalesce(c.goods_cents, 0), coalesce(c.transport_cents, 0))
                <> (b.assigned_cents, b.transport_cents)
    """,
    "I8 journal": """
        select 'charge of booking ' || c.booking_id || ': the journal does not take '
            || c.total_cents || ' from its household'
        from charge c join household h on h.id = c.household_id
        left join journal j on j.id = c.journal_id
            and j.key = 'group-order:' || c.group_order_id || ':household:' || c.household_id
        left join posting p on p.journal_id = j.id and p.account_id = h.account_id
        where c.total_cents > 0 and coalesce(p.amount, 0) <> -c.total_cents
        union all
        select 'charge of booking ' || c.booking_id || ': the journal gives '
            || coalesce(g.amount, 0) || ' to the producer and ' || coalesce(t.amount, 0)
            || ' to the transport, due ' || c.goods_cents || ' and ' || c.transport_cents
        from charge c join group_order o on o.id = c.group_order_id
        join centre e on e.id = o.centre_id
        join agreement a on (a.centre_id, a.producer_id) = (o.centre_id, o.producer_id)
        left join posting g on g.journal_id = c.journal_id and g.account_id = a.payable_account_id
        left join posting t on t.journal_id = c.journal_id and t.account_id = e.transport_account_id
        where (coalesce(g.amount, 0), coalesce(t.amount, 0)) <> (c.goods_cents, c.transport_cents)
    """,
    "I8 settled": """
        select 'group order ' || o.id || ' is ' || o.state
            || case when s.group_order_id is null then ' without' else ' with' end
            || ' a settlement'
        from group_order o left join settlement s on s.group_order_id = o.id
        where (o.state = :settled) <> (s.group_order_id is not null)
        union all
        select 'charge of booking ' || c.booking_id || ' belongs to another order or household'
        from charge c join booking b on b.id = c.booking_id
        where (b.group_order_id, b.household_id) <> (c.group_order_id, c.household_id)
        union all
        select 'settlement of group order ' || s.group_order_id || ' does not sum its charges'
        from settlement s left join (select group_order_id, sum(goods_cents) as goods,
            sum(transport_cents) as transport, count(*) as households from charge
            group by group_order_id) c using (group_order_id)
        where (s.goods_cents, s.transport_cents, s.households)
            <> (coalesce(c.goods, 0), coalesce(c.transport, 0), coalesce(c.households, 0))
    """,
    "I8 rounding": f"""
        select 'settlement of group order ' || s.group_order_id || ' leaves '
            || s.rounding_cents || ' of rounding, its lines ' || coalesce(f.owed, 0) - s.goods_cents
        from settlement s left join (select f.group_order_id, sum({_AMOUNT.format("f.assigned")})
            as owed from offer f where f.assigned > 0 group by f.group_order_id) f
            using (group_order_id)
        where s.rounding_cents <> coalesce(f.owed, 0) - s.goods_cents
        union all
        select 'rounding of group order ' || o.id || ': the journal owes the producer '
            || coalesce(p.amount, 0) || ', due ' || coalesce(s.rounding_cents, 0)
        from settlement s join group_order o on o.id = s.group_order_id
        join agreement a on (a.centre_id, a.producer_id) = (o.centre_id, o.producer_id)
        left join journal j on j.key = 'group-order:' || o.id || ':' || 'rounding'
        left join posting p on p.journal_id = j.id and p.account_id = a.payable_account_id
        where coalesce(p.amount, 0) <> coalesce(s.rounding_cents, 0)
            or j.id is not null and not exists (select from posting q join account c
                on c.id = q.account_id where q.journal_id = j.id and c.kind = 'rounding'
                and q.amount = -p.amount)
    """,
    "I9 commitments": """
        select 'household ' || h.id || ' is committed to ' || h.commitment_cents
            || ', its bookings to ' || coalesce(b.committed, 0)
        from household h left join (select household_id, sum(committed_cents) as committed
            from booking group by household_id) b on b.household_id = h.id
        where h.commitment_cents <> coalesce(b.committed, 0)
    """,
    "I9 bookings": """
        select 'booking ' || b.id || ' of a ' || o.state || ' order commits '
            || b.committed_cents || ', it should ' || due.cents
        from booking b join group_order o on o.id = b.group_order_id
        left join (select booking_id, sum(at_most_cents) as at_most from booking_line
            group by booking_id) l on l.booking_id = b.id
        cross join lateral (select case when o.state <> all(:holding) then 0
            when o.state = any(:assigned)
                then coalesce(b.assigned_cents + b.transport_cents, 0)
            else coalesce(l.at_most, 0) end as cents) due
        where b.committed_cents <> due.cents
    """,
    "I10 offers": """
        select 'offer ' || f.id || ' counts ' || f.wanted || ' wanted, its lines '
            || coalesce(l.wanted, 0)
        from offer f left join (select offer_id, sum(wanted) as wanted, sum(at_most) as at_most,
            sum(amount_cents) as cents, count(*) filter (where at_most > 0) as households
            from booking_line group by offer_id) l on l.offer_id = f.id
        where (f.wanted, f.at_most, f.wanted_cents, f.households)
            <> (coalesce(l.wanted, 0), coalesce(l.at_most, 0), coalesce(l.cents, 0),
                coalesce(l.households, 0))
            or f.wanted > f.available
    """,
    "price lists": f"""
        select 'product ' || x.name || ' of price list ' || l.id || ' is gone, import '
            || x.import_id || ' said otherwise'
        from price_list_import i join price_list l on l.id = i.price_list_id
            and l.version = coalesce(i.price_list_version, 0) + 1
        join price_list_import_line x on x.import_id = i.id and x.kind <> 'gone'
        left join product p on p.price_list_id = l.id and p.name_key = x.terms ->> 'name_key'
            and p.id = coalesce(x.product_id, p.id)
        where i.state = 'applied' and p.id is null
        union all
        select 'product ' || id || ' has ' || key || ' ' || has
            || ', its price list and what was corrected since say ' || due
        from ({_AS_LISTED.format(_PRODUCTS)}) found where has is distinct from due
    """,
    "offers": f"""
        select 'offer ' || id || ' has ' || key || ' ' || has
            || ', when its order was opened the price list said ' || due
        from ({_AS_LISTED.format(_OFFERS)}) found where has is distinct from due
    """,
    "amounts": f"""
        select 'line ' || l.booking_id || '/' || l.offer_id || ' is not priced as offered'
        from booking_line l join offer f on f.id = l.offer_id
        where l.amount_cents <> {_AMOUNT.format("l.wanted")}
            or l.at_most_cents <> {_AMOUNT.format("l.at_most")}
            or l.assigned_cents <> {_AMOUNT.format("l.assigned")}
    """,
    "bookings": """
        select 'booking ' || b.id || ' does not sum its lines'
        from booking b left join (select booking_id, sum(amount_cents) as cents,
            sum(assigned_cents) as assigned, count(*) filter (where at_most > 0) as lines,
            count(*) filter (where reason is not null) as changed
            from booking_line group by booking_id) l on l.booking_id = b.id
        where b.wanted_cents <> coalesce(l.cents, 0)
            or b.assigned_cents <> coalesce(l.assigned, 0)
            or b.lines <> coalesce(l.lines, 0)
            or coalesce(b.changed_lines, 0) <> coalesce(l.changed, 0)
        union all
        select 'line ' || l.booking_id || '/' || l.offer_id || ' joins two orders'
        from booking_line l join booking b on b.id = l.booking_id
        join offer f on f.id = l.offer_id where f.group_order_id <> b.group_order_id
    """,
    "closings": """
        select 'offer ' || f.id || ' orders ' || coalesce(f.assigned, 0)
            || ', its households get ' || coalesce(l.assigned, 0)
        from offer f join group_order o on o.id = f.group_order_id
        left join (select offer_id, sum(assigned) as assigned from booking_line
            group by offer_id) l on l.offer_id = f.id
        where o.state = any(:assigned)
            and coalesce(f.assigned, -1) <> coalesce(l.assigned, 0)
        union all
        select 'group order ' || o.id || ' does not share its transport cost exactly'
        from group_order o left join (select group_order_id, sum(transport_cents) as shared
            from booking group by group_order_id) b on b.group_order_id = o.id
        where o.state = any(:assigned) and coalesce(b.shared, 0)
            <> case when o.state = any(:ordered) then o.transport_cents else 0 end
    """,
    "transport": """
        with part as (
            select b.id, b.group_order_id, b.transport_cents, o.transport_cents as total,
                case o.transport_by when 'value' then b.assigned_cents
                    when 'weight' then sum(l.assigned * case when f.unit = 'piece'
                        then f.unit_weight_g else 1 end)
                    when 'quantity' then sum(l.assigned * case when f.unit = 'piece'
                        then 1000 else 1 end)
                    else (sum(l.assigned) > 0)::int end as weighs
            from booking b join group_order o on o.id = b.group_order_id
                and o.state = any(:ordered)
            left join booking_line l on l.booking_id = b.id left join offer f on f.id = l.offer_id
            group by b.id, o.id
        ), whole as (select *, sum(weighs) over (partition by group_order_id) as whole from part)
        select 'booking ' || id || ' pays ' || transport_cents
            || ' of the transport of group order ' || group_order_id || ', its part is '
            || coalesce(round(total * weighs / nullif(whole, 0), 2), 0)
        from whole where case when whole > 0
            then abs(transport_cents * whole - total * weighs) >= whole
            else transport_cents <> 0 end
    """,
    "households": _HOUSEHOLDS,
    "producers": """
        select 'producer ' || p.id || ' belongs to ' || coalesce('centre ' || p.owner_centre_id
            || ', which is not among those that buy from it', 'no centre')
        from producer p join agreement b on b.producer_id = p.id
        left join agreement a on (a.centre_id, a.producer_id) = (p.owner_centre_id, p.id)
        group by p.id, a.active
        having a.active is null or not a.active and bool_or(b.active)
    """,
    "ordered": """
        select 'group order ' || o.id || ' orders ' || coalesce(o.ordered_cents::text, 'not yet')
            || ', its bookings get ' || coalesce(b.goods::text, 'not yet')
        from group_order o left join (select group_order_id, sum(assigned_cents) as goods
            from booking group by group_order_id) b on b.group_order_id = o.id
        where o.ordered_cents is distinct from b.goods
        union all
        select 'group order ' || o.id || ' is ' || o.state || ', its offers order '
            || coalesce(f.assigned, 0)
        from group_order o left join (select group_order_id, sum(assigned) as assigned
            from offer group by group_order_id) f on f.group_order_id = o.id
        where o.state = any(:decided) and (o.state = :empty) <> (coalesce(f.assigned, 0) = 0)
    """,
}


_ASKED = {name: text(query) for name, query in _CHECKS.items()}
_STATES = {
    "holding": list(lifecycle.HOLDING_CREDIT),
    "assigned": list(lifecycle.ASSIGNED),
    "ordered": list(lifecycle.ORDERED),
    # Before there was EMPTY, an order that ordered nothing was settled like any other.
    "decided": [lifecycle.CLOSED, lifecycle.EMPTY],
    "settled": lifecycle.SETTLED,
    "moving": [lifecycle.OPEN, lifecycle.CLOSED],
    "empty": lifecycle.EMPTY,
}


def violations(session: Session) -> list[str]:
    """Name everything in the market's tables that contradicts itself; empty when all is well."""
    return [
        f"market, {name}: {row[0]}"
        for name, query in _ASKED.items()
        for row in session.execute(query, _STATES)
    ]
