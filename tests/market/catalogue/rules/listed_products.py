"""Hypothesis strategies for what a price list may hold."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from market.catalogue.rules.listed import ListedProduct, first_orderable
from market.catalogue.rules.measures import WEIGHTS_AND_VOLUMES
from market.catalogue.rules.plain_text import as_typed, line_as_typed

_SIGNS = st.characters(codec="utf-8", exclude_characters="\x00")
_TEXT = st.one_of(
    st.text(_SIGNS, max_size=12),
    st.sampled_from(["Guanti <b>M</b>", "a <!-- b -->", "&lt;p&gt; &amp;amp;"]),
)
names = _TEXT.map(line_as_typed).filter(lambda text: 0 < len(text) <= 200)
lines = _TEXT.map(line_as_typed)
labels = st.sampled_from(
    ["", "pezzi", "Vaschette", "barattolo", "500 g", "cestino", "PZ", "Nessuna"]
)


@st.composite
def listed_products(draw, row=1):
    """Any product whose price is for a unit that has a name."""
    step = draw(st.integers(1, 5000))
    minimum = draw(st.one_of(st.just(0), st.integers(1, 10_000)))
    measure = draw(st.sampled_from([None, *WEIGHTS_AND_VOLUMES]))
    return ListedProduct(
        row=row,
        name=draw(names),
        sku=draw(st.sampled_from(["", "0", "1", "A-7", "A-8"])),
        category=draw(st.sampled_from(["", "Frutta", "Farine & semole"])),
        description=draw(st.text(max_size=20).map(as_typed)),
        unit=measure.unit if measure else "piece",
        price_quantity=measure.quantity if measure else 1,
        sold_as=measure.label if measure else draw(labels),
        price_micros=draw(st.one_of(st.integers(0, 10_000_000), st.integers(0, 10**12))),
        vat_rate=draw(st.sampled_from([0, 400, 500, 1000, 2200])),
        case_size=draw(st.sampled_from([0, 1, 6, 12, 500, 1000, 2500, 5000])),
        step=step,
        minimum=minimum,
        maximum=draw(st.one_of(st.none(), st.integers(first_orderable(step, minimum), 100_000))),
        available=draw(st.one_of(st.none(), st.integers(1, 1_000_000))),
        active=draw(st.booleans()),
    )


price_lists = st.lists(listed_products(), max_size=6).map(
    lambda products: [
        ListedProduct(**{**vars(product), "row": row}) for row, product in enumerate(products, 1)
    ]
)

# Busy machines draw slowly; that says nothing about the rules.
unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
