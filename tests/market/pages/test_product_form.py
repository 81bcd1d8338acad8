"""The form of one product: what it shows is what it reads back."""

import pytest
from sqlalchemy import select

from market.tables.catalogue import Product
from tests.forms import filled, form
from tests.market.pages.shown import text
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


@pytest.fixture
def lemons(session, at, coordinator):
    """Lemons, 2,00 € a kilo, in steps of half a kilo, and their page."""
    apply(session, at, product("Limoni", 2, um="Kg", info={"mulQty": 0.5}))
    kept = session.scalars(select(Product)).one()
    return kept, f"/price-lists/{at.price_list.id}/products/{kept.id}"


@pytest.mark.parametrize(
    ("typed", "quantity"), [("al kg", 1000), ("1 kg", 1000), ("100 g", 100), ("l'etto", 100)]
)
def test_a_unit_written_at_length_is_the_weight_it_says(
    coordinator, session, lemons, typed, quantity
):
    kept, address = lemons
    sent = filled(coordinator, address, {"sold_as": typed})
    assert "Limoni è salvato" in text(coordinator.post(address, data=sent))
    session.refresh(kept)
    assert (kept.unit, kept.price_quantity, kept.step) == ("g", quantity, 500)


@pytest.mark.parametrize("typed", ["kgg", "q.le", "mezzo kg", "kg/cassetta", "500 g"])
def test_a_unit_that_is_not_clear_is_refused_beside_its_field(coordinator, session, lemons, typed):
    kept, address = lemons
    asked = coordinator.post(address, data=filled(coordinator, address, {"sold_as": typed}))
    assert asked.status_code == 422
    assert f"«{typed}» non si capisce" in text(asked)
    assert 'id="e-sold_as"' in asked.text and 'id="e-step"' not in asked.text
    session.refresh(kept)
    assert (kept.unit, kept.price_quantity) == ("g", 1000)


def test_what_was_weighed_is_counted_only_after_a_tick(coordinator, session, lemons):
    kept, address = lemons
    asked = coordinator.post(address, data=filled(coordinator, address, {"sold_as": "pezzo"}))
    assert asked.status_code == 422
    assert 'id="e-sold_as"' in asked.text and 'id="e-step"' not in asked.text
    assert "«0,5»" in text(asked), "half a piece is the fault of the unit"
    asked = coordinator.post(address, data=form(asked.text, address).but({"step": "1"}))
    assert asked.status_code == 422 and 'id="e-becomes-piece"' in asked.text
    session.refresh(kept)
    assert kept.unit == "g"
    sent = form(asked.text, address).but({"becomes-piece": "yes"})
    assert "Limoni è salvato" in text(coordinator.post(address, data=sent))
    session.refresh(kept)
    assert (kept.unit, kept.price_quantity, kept.step) == ("piece", 1, 1)


def test_a_tick_for_pieces_is_none_for_litres(coordinator, session, lemons):
    kept, address = lemons
    sent = filled(coordinator, address, {"sold_as": "l", "becomes-piece": "yes"})
    asked = coordinator.post(address, data=sent)
    assert asked.status_code == 422 and 'id="e-becomes-ml"' in asked.text
    session.refresh(kept)
    assert kept.unit == "g"


def test_a_name_that_a_list_gave_its_pieces_stays_as_it_is(coordinator, session, at):
    apply(session, at, product("Farro", 3, um="500 g"))
    kept = session.scalars(select(Product)).one()
    address = f"/price-lists/{at.price_list.id}/products/{kept.id}"
    sent = filled(coordinator, address, {"price": "3,20"})
    assert "Farro è salvato" in text(coordinator.post(address, data=sent))
    session.refresh(kept)
    assert (kept.unit, kept.sold_as, kept.price_micros) == ("piece", "500 g", 3_200_000)


def test_a_maximum_below_the_first_quantity_that_can_be_ordered_is_refused(
    coordinator, session, at
):
    apply(session, at, product("Mele", 2.5))
    apples = session.scalars(select(Product)).one()
    address = f"/price-lists/{at.price_list.id}/products/{apples.id}"
    values = {"step": "3", "maximum": "2"}
    wrong = coordinator.post(address, data=filled(coordinator, address, values))
    assert wrong.status_code == 422
    assert "più piccolo della prima quantità che si può ordinare (3" in text(wrong)
    data = form(wrong.text, address).but({"maximum": "3"})
    assert coordinator.post(address, data=data, follow_redirects=False).status_code == 303


def test_less_than_a_case_is_not_sold_in_whole_ones(coordinator, session, at):
    apply(session, at, product("Mele", 2.5, info={"packageQty": 10}))
    apples = session.scalars(select(Product)).one()
    address = f"/price-lists/{at.price_list.id}/products/{apples.id}"
    values = {"available": "9", "whole_cases": "yes"}
    wrong = coordinator.post(address, data=filled(coordinator, address, values))
    assert wrong.status_code == 422 and 'id="e-available"' in wrong.text
    data = form(wrong.text, address).but({"available": "10"})
    assert coordinator.post(address, data=data, follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    ("changed", "answer", "grams"),
    [
        ({"name": "Passata 350 g"}, {"unit_weight_g": "350"}, 350),
        ({"name": "Passata 350 g"}, {"keeps-weight": "yes"}, 400),
        ({"name": "Passata", "sold_as": "vasetto da 250 g"}, {"unit_weight_g": "250"}, 250),
    ],
)
def test_a_piece_that_is_called_otherwise_keeps_its_weight_only_after_a_tick(
    coordinator, session, at, changed, answer, grams
):
    apply(session, at, product("Passata 400 g", um="pezzo"))
    sauce = session.scalars(select(Product)).one()
    address = f"/price-lists/{at.price_list.id}/products/{sauce.id}"
    asked = coordinator.post(address, data=filled(coordinator, address, changed))
    assert asked.status_code == 422 and "Dal nome un pezzo pesa" in text(asked)
    sent = form(asked.text, address).but(answer)
    assert coordinator.post(address, data=sent, follow_redirects=False).status_code == 303
    session.refresh(sauce)
    assert sauce.unit_weight_g == grams


@pytest.mark.parametrize("name", ["Passata rustica 400 g", "Passata 2 x 200 g"])
def test_a_name_that_says_no_other_weight_asks_nothing(coordinator, session, at, name):
    apply(session, at, product("Passata 400 g", um="pezzo"))
    sauce = session.scalars(select(Product)).one()
    address = f"/price-lists/{at.price_list.id}/products/{sauce.id}"
    sent = filled(coordinator, address, {"name": name})
    assert coordinator.post(address, data=sent, follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ({"name": "MELE"}, "C'è già nel listino: Mele (codice M1)."),
        ({"sku": "m1"}, "C'è già nel listino: Mele (codice M1)."),
        ({"name": "Mele", "sku": "M1"}, "C'è già nel listino: Mele (codice M1)."),
        ({"name": "Mele rosse", "sku": "M2"}, None),
        ({"sku": ""}, None),
    ],
)
def test_a_product_that_becomes_like_another_of_its_list_is_asked_about(
    coordinator, session, at, typed, asked
):
    """With twins the next list finds neither: both leave, and two new ones come."""
    apply(session, at, product("Mele", 2, sku="M1"), product("Pere", 3, sku="P1"), product("Noci"))
    pears = session.scalars(select(Product).where(Product.name == "Pere")).one()
    address = f"/price-lists/{at.price_list.id}/products/{pears.id}"
    answer = coordinator.post(address, data=filled(coordinator, address, typed))
    session.refresh(pears)
    if asked is None:
        assert answer.status_code == 200
        return
    assert answer.status_code == 422 and asked in text(answer) and pears.name == "Pere"
    again = form(answer.text, address).but(another="yes")
    assert "è salvato" in text(coordinator.post(address, data=again))
    session.refresh(pears)
    assert (pears.name, pears.sku) == (typed.get("name", "Pere"), typed.get("sku", "P1"))
    left = filled(coordinator, address, {"price": "3,20"})
    assert coordinator.post(address, data=left).status_code == 200, "it is asked once"


def test_a_product_that_left_the_list_is_no_twin(coordinator, session, at):
    apply(session, at, product("Mele", 2, sku="M1"), product("Pere", 3, sku="P1"))
    apply(session, at, product("Pere", 3, sku="P1"))
    pears = session.scalars(select(Product).where(Product.name == "Pere")).one()
    address = f"/price-lists/{at.price_list.id}/products/{pears.id}"
    sent = filled(coordinator, address, {"name": "Mele"})
    assert coordinator.post(address, data=sent).status_code == 200
