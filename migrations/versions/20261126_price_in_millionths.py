"""Price in millionths.

A column that holds another unit has another name, and both change in one revision: at no moment
may a name say cents where millionths stand. What an earlier preview says of a product changes
with it, and a preview that still waits for somebody's word gets what the product keeps today.
"""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "20261126_price_in_millionths"
down_revision = "20261126_recount_booked_lines"
renamed = {"product.price_micros": "product.price_cents", "offer.price_micros": "offer.price_cents"}


def upgrade() -> None:
    for table in ("product", "offer"):
        op.alter_column(table, "price_cents", new_column_name="price_micros")
        op.execute(f"update {table} set price_micros = price_micros * 10000")
    op.execute("""
        update price_list_import_line set
            terms = (case when kind = 'new' then terms else terms - 'unit_weight_g' end
                - 'price_cents') || jsonb_build_object('price_micros',
                (terms ->> 'price_cents')::bigint * 10000),
            changes = case when changes ? 'price' then jsonb_set(jsonb_set(changes, '{price,0,0}',
                to_jsonb((changes #>> '{price,0,0}')::bigint * 10000)), '{price,1,0}',
                to_jsonb((changes #>> '{price,1,0}')::bigint * 10000)) else changes end
    """)
    op.execute("""
        update price_list_import_line l set terms = l.terms || jsonb_build_object(
            'whole_cases', coalesce(p.whole_cases, false)
                and (l.terms ->> 'case_size')::bigint > 0,
            'unit_weight_g', case when l.kind = 'new' then l.terms -> 'unit_weight_g'
                else to_jsonb(p.unit_weight_g) end)
        from price_list_import_line o left join product p on p.id = o.product_id
        where (o.import_id, o.position) = (l.import_id, l.position) and l.import_id in
            (select id from price_list_import where state in ('previewed', 'applying'))
    """)


def downgrade() -> None:
    finer = op.get_bind().scalar(sa.text(
        "select exists (select from product where price_micros % 10000 <> 0)"
        " or exists (select from offer where price_micros % 10000 <> 0)"
    ))
    if finer:
        raise CommandError("there are prices finer than a cent: restore the backup of before")
    op.execute("""
        update price_list_import_line set
            terms = (terms - 'price_micros' - 'whole_cases') || jsonb_build_object('price_cents',
                (terms ->> 'price_micros')::bigint / 10000, 'unit_weight_g',
                case when kind = 'new' then terms -> 'unit_weight_g' end),
            changes = case when changes ? 'price' then jsonb_set(jsonb_set(changes, '{price,0,0}',
                to_jsonb((changes #>> '{price,0,0}')::bigint / 10000)), '{price,1,0}',
                to_jsonb((changes #>> '{price,1,0}')::bigint / 10000)) else changes end
    """)
    for table in ("product", "offer"):
        op.execute(f"update {table} set price_micros = price_micros / 10000")
        op.alter_column(table, "price_micros", new_column_name="price_cents")
