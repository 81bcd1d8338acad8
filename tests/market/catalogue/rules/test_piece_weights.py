"""The weight of one piece, read from a name only where it can be nothing else."""

import pytest

from market.catalogue.rules.piece_weights import weight_in_name, weight_said


@pytest.mark.parametrize(
    ("name", "grams"),
    [
        ("Confettura di fragole 240 gr", 240),
        ("Composta 330gr", 330),
        ("Patate Monnalisa - 10Kg", 10_000),
        ("Fragole - 0,5kg", 500),
        ("Fragole 0.5 kg", 500),
        ("Miele (500 g)", 500),
        ("Prosciutto 1,250 kg circa", 1250),
        ("Sale 1.250,5 g", None),
        ("Latte 750ml", None),
        ("Gelato 3 gusti", None),
        ("0 g", None),
        ("Zafferano 0,12 g", None),
    ],
)
def test_the_weight_of_a_piece_is_read_where_the_name_says_exactly_one(name, grams):
    assert weight_in_name(name) == grams


@pytest.mark.parametrize(
    "name",
    [
        *("Torta 1/2 kg", "Torta 3/4 kg", "Torta ½ kg", "Torta 2½ kg", "Torta 1 ½ kg"),
        *("Tacchino 4/5 kg", "Prosciutto ca. 1,2-1,5 kg", "Mele 70/75 g", "Mele 70 – 75 g"),
        *("Zucca da 1 a 2 kg", "Zucca 1 o 2 kg", "Mele 5Kg/9Kg/15Kg circa"),
        *("Riso 1.000 g", "Riso 1,000 g", "Riso 1.250 kg", "Riso 1 000 g", "Riso 1'000 g"),
        *("Tonno 80 g x 3", "Tonno 3x80 g", "Succo 6 x 200 g", "Tonno 80 g (3 pz)"),
        *("Biscotti 2 pacchi da 300 g", "Lievito 4 bustine 8 g", "Uova conf. da 6, 60 g"),
        *("Lievito quattro bustine 8 g", "Tonno tris 80 g", "Torta 2 kg e mezzo"),
        *("500 g + 100 g", "Pane mezzo kg", "Pizza B2 200 g", "Riso 2-kg/3"),
    ],
)
def test_a_fraction_a_range_a_count_and_grouped_thousands_say_no_certain_weight(name):
    assert weight_in_name(name) is None


@pytest.mark.parametrize(
    ("name", "grams"),
    [
        *[("Grana Padano 24 mesi 1 kg", 1000), ("Parmigiano, 30 mesi, 500 g", 500)],
        *[("Cioccolato 72% 100 g", 100), ("Yogurt 3,5 % grassi 150 g", 150)],
        *[("Farina 00 1 kg", 1000), ("Farina tipo 0 1 kg", 1000), ("Farina tipo 2, 5kg", 5000)],
        *[("Miele 2026 500 g", 500), ("Miele 1 vasetto da 300 g", 300)],
    ],
)
def test_a_number_that_counts_nothing_leaves_the_weight_certain(name, grams):
    assert weight_in_name(name) == grams


@pytest.mark.parametrize(
    ("name", "sold_as", "grams"),
    [
        ("Miele", "500 g", 500),
        ("Miele", "vasetto da 500 g", 500),
        ("Miele 500 g", "vasetto", 500),
        ("Miele 500 g", "1 pz", 500),
        ("Uova 60 g", "confezione da 6", None),
        ("Succo 6 x 200 g", "200 g", None),
        ("Biscotti 2 pacchi", "da 300 g", None),
        ("Miele 500 g", "500 g", 500),
        ("Miele 500 g", "vasetto 400 g", None),
    ],
)
def test_the_name_of_the_unit_is_read_with_the_name(name, sold_as, grams):
    assert weight_said(name, sold_as) == grams
