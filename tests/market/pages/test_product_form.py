"""The form of one product: what it shows is what it reads back."""

from sqlalchemy import select

from market.tables.catalogue import Product
from tests.market.price_files.files import apply, product


def test_saving_the_form_as_it_is_changes_nothing(coordinator, session, at):
    from market.catalogue import terms
    from market.pages import product_form

    apply(
        session,
        at,
        product("Mele", 2.5, um="Kg", info={"packageQty": 5, "maxQty": 1200.5}),
        product("Uova", 0.35, um="Pezzi", info={"mulQty": 6, "availableQty": 3000}),
        product("Olio", 0, um="cl"),
        product("Uova sfuse", 0.275, um="Pezzi"),
        product("Prosciutto", 2.9, um="hg", info={"mulQty": 0.5, "minQty": 1}),
    )
    for row in session.scalars(select(Product)):
        form = product_form.filled(row)
        read = product_form.read(form, row)
        assert form.errors == {}
        assert read == terms.corrected(row)
