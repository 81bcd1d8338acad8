"""Fields of a GDXP file that cannot be read."""

import pytest

from market.price_files.rules.gdxp import parse
from tests.market.price_files.rules.gdxp_files import file_with, product


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"name": ""}, "name", "Questo campo manca."),
        ({"name": ["Mele"]}, "name", "Qui serve un testo."),
        ({"name": "M\x00ele"}, "name", "Il testo contiene caratteri non validi."),
        ({"name": "M\ud800ele"}, "name", "Il testo contiene caratteri non validi."),
        ({"name": "M" * 201}, "name", "Il testo è troppo lungo: 201 caratteri, il massimo è 200."),
        ({"orderInfo": {"umPrice": "boh"}}, "orderInfo.umPrice", "«boh» non è un numero."),
        ({"orderInfo": {"umPrice": True}}, "orderInfo.umPrice", "«true» non è un numero."),
        ({"orderInfo": {"umPrice": "1__0"}}, "orderInfo.umPrice", "«1__0» non è un numero."),
        ({"orderInfo": {"umPrice": "٣"}}, "orderInfo.umPrice", "«٣» non è un numero."),
        ({"orderInfo": {"umPrice": -1}}, "orderInfo.umPrice", "Il numero non può essere negativo."),
        (
            {"orderInfo": {"umPrice": 1e20}},
            "orderInfo.umPrice",
            "Il numero 1e+20 non può essere vero.",
        ),
        (
            {"orderInfo": {"mulQty": float("nan")}},
            "orderInfo.mulQty",
            "Qui c'è NaN al posto di un numero.",
        ),
        ({"sku": float("-inf")}, "sku", "Qui c'è -Infinity al posto di un numero."),
        (
            {"orderInfo": {"umPrice": 10**9}},
            "orderInfo.umPrice",
            "Il numero è troppo grande: al massimo 1000000.",
        ),
        (
            {"orderInfo": {"mulQty": 0.5}},
            "orderInfo.mulQty",
            "La quantità 0,5 non è intera e qui un pezzo non si divide: nel listino la mezza"
            " misura va scritta come un prodotto a sé, con il suo prezzo.",
        ),
        (
            {"um": "g", "orderInfo": {"minQty": 0.5}},
            "orderInfo.minQty",
            "La quantità 0,5 non è intera.",
        ),
        (
            {"orderInfo": {"minQty": 5, "maxQty": 2}},
            "orderInfo.maxQty",
            "Il massimo è più piccolo del minimo.",
        ),
        (
            {"um": "kg", "orderInfo": {"mulQty": 3, "maxQty": 2}},
            "orderInfo.maxQty",
            "Il massimo è più piccolo della prima quantità che si può ordinare (3 kg).",
        ),
        (
            {"orderInfo": {"mulQty": 3, "minQty": 4, "maxQty": 5}},
            "orderInfo.maxQty",
            "Il massimo è più piccolo della prima quantità che si può ordinare (6 pezzi).",
        ),
        ({"orderInfo": 7}, "orderInfo", "Qui serve un oggetto con i suoi campi."),
        ({"active": "forse"}, "active", "Qui serve vero o falso (true, false)."),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_row_and_field(values, field, sentence):
    parsed = parse(file_with(product(), {"name": "Pere", "um": "pezzi", **values}))
    (problem,) = parsed.problems
    assert (problem.block, problem.row, problem.field) == (1, 2, field)
    assert str(problem.message) == sentence
    assert len(parsed.suppliers[0].products) == 1
    (left_out,) = parsed.suppliers[0].left_out
    assert (left_out.row, left_out.name) == (2, problem.name)


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("1.234", "è scritto come testo e si legge in due modi: qui è 1,234, potrebbe essere 1234"),
        ("€ 1.500", "si legge in due modi: qui è 1,5, potrebbe essere 1500"),
        ("1,234.50", "Il numero «1,234.50» è scritto come testo: è letto 1234,5."),
        ("1.234,50", "Il numero «1.234,50» è scritto come testo: è letto 1234,5."),
        ("12.345,00", "è letto 12345."),
        ("3,50", None),
        ("3.5", None),
        (1.234, None),
    ],
)
@pytest.mark.parametrize("key", ["umPrice", "packageQty"])
def test_a_number_in_text_that_may_be_another_is_named_with_what_it_is_read_as(key, typed, note):
    """«1.234» was 1,234 € a kilo, and «1.500» a case of a kilo and a half, without a word."""
    price = {"umPrice": 1} | {key: typed}
    parsed = parse(file_with(product(um="kg", **price)))
    (found,) = parsed.suppliers[0].products + parsed.suppliers[0].left_out
    notes = [str(each) for each in found.notes if "scritto come testo" in str(each)]
    assert len(notes) == (note is not None)
    assert not note or note in notes[0]
