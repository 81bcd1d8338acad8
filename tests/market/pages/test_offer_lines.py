"""The lines of a booking page: kept for everybody, filled for one, and what they say."""

import re

import pytest
from sqlalchemy import update

from kit.errors import Message
from market.bookings.line_marks import LineMarks, line_marks
from market.bookings.offers import OfferTerms
from market.bookings.page import OfferCounters
from market.pages import offer_lines
from market.pages.offer_lines import TypedLine
from people.tables.persons import Person
from tests.market import make
from tests.market.pages.shown import HTMX


def test_what_is_kept_of_a_line_holds_nobodys_quantities(client, scene, session, at, sign_in):
    fields = {f"wanted-{scene.boxes.id}": "5", f"most-{scene.boxes.id}": "6"}
    client.post(f"{scene.path}/lines/{scene.boxes.id}", data=fields, headers=HTMX)
    client.get(scene.path)
    other = make.household(session, at)
    member = make.member(session, other)
    session.commit()
    sign_in(client, session.get(Person, member.person_id))
    text = client.get(scene.path).text
    assert 'value="5"' not in text and 'value="6"' not in text


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_page_of_kept_pieces_is_the_page_made_anew(client, scene, session, at, sign_in, language):
    """Three households, in turn, each page made of what the others' looks left behind."""
    people = []
    for wanted in ((scene.boxes, 37, 41), (scene.apples, 7500, 8500), None):
        family = make.household(session, at, credit=100_000)
        people.append(make.member(session, family).person_id)
        if wanted:
            make.book(session, at, scene.order_id, family, (wanted[0].id, *wanted[1:]))
    session.execute(update(Person).values(locale=language))
    session.commit()

    def look(person_id):
        sign_in(client, session.get(Person, person_id))
        lines = client.get(scene.path).text.partition('id="booking-lines"')[2]
        # The second at which a page was made is its own, whatever was kept of it.
        lines = re.sub(r'data-now="\d+"', "", lines)
        return lines.replace(client.headers["X-CSRF-Token"], "")

    kept = [look(person_id) for person_id in (*people, *people)]
    for person_id, page in zip((*people, *people), kept, strict=True):
        offer_lines._sheets.forget()
        assert look(person_id) == page
    assert 'value="37"' in kept[0] and 'value="41"' in kept[0]
    look(people[0])
    sheets = list(offer_lines._sheets._values.values())
    assert sheets
    for sheet in sheets:
        for line in sheet.lines:
            assert line.seen is not None
            inside = b"".join((*line.frozen.pieces, *line.seen[2].pieces))
            for own in (b'value="37"', b'value="41"', b'value="7', b'value="8'):
                assert own not in inside
            for mark in (*line_marks(37, 41), *line_marks(7500, 8500)):
                assert mark in kept[0] + kept[1] and mark.encode() not in inside
            assert {"wanted", "shown"} <= set(line.seen[2].names)


PLAIN = OfferTerms(
    id=11,
    product_id=7,
    name="Cassetta",
    category="Frutta",
    description="",
    sold_as="pezzo",
    unit="piece",
    price_micros=2_000_000,
    price_quantity=1,
    case_size=6,
    whole_cases=True,
    step=1,
    minimum=0,
    maximum=None,
    available=None,
)


def terms(**changes):
    return PLAIN._replace(**changes)


def counters(wanted=0, at_most=0, mine=(0, 0)):
    return OfferCounters(PLAIN.id, wanted, at_most, wanted * 200, *mine)


def page(found, row, typed=None):
    """One line as the page of a household has it."""
    sheet = offer_lines.OfferSheet([offer_lines._Line(found, offer_lines._html(3, found))], [])
    return b"".join(offer_lines.pieces(sheet, [row], typed or {})).decode()


@pytest.mark.parametrize(
    ("changes", "wanted", "words"),
    [
        ({}, 0, "Collo da 6 pezzi: è ancora da cominciare."),
        ({}, 4, "Mancano 2 pezzi al collo da 6 pezzi."),
        ({}, 12, "Colli pieni: 2 da 6 pezzi."),
        ({}, 13, "Mancano 5 pezzi al collo da 6 pezzi."),
        (
            {"available": 5},
            4,
            "Ne resta 1 pezzo. Il produttore non ha un collo intero da 6 pezzi: non arriva.",
        ),
        (
            {"available": 9},
            9,
            "Esaurito. 1 collo pieno da 6 pezzi, e il produttore non ne ha un altro:"
            " 3 pezzi di troppo.",
        ),
        ({"available": 9}, 4, "Ne restano 5 pezzi. Mancano 2 pezzi al collo da 6 pezzi."),
        ({"available": 4, "whole_cases": False}, 4, "Esaurito."),
        ({"whole_cases": False}, 4, ""),
        (
            {"unit": "g", "price_quantity": 1000, "case_size": 5000, "step": 500},
            3500,
            "Mancano 1,5 kg al collo da 5 kg.",
        ),
        (  # asked in etti
            {"unit": "g", "price_quantity": 100, "case_size": 500, "step": 50, "available": 2000},
            1900,
            "Ne resta 1 etto. Manca 1 etto al collo da 5 etti.",
        ),
    ],
)
def test_it_is_said_how_far_the_case_is_and_what_is_left(changes, wanted, words):
    found = terms(**changes)
    said = offer_lines.progress_words(found, offer_lines.live(found, wanted, wanted))
    assert said.replace("\u00a0", " ") == words


def test_what_others_would_take_fills_the_case_too():
    found = terms()
    said = offer_lines.progress_words(found, offer_lines.live(found, 4, 6))
    assert said == "Colli pieni: 1 da 6 pezzi."


@pytest.mark.parametrize(
    ("changes", "wanted", "width"),
    [
        ({}, 0, "0"),
        ({}, 3, "50"),
        ({}, 5, "83"),
        ({}, 6, "100"),
        ({}, 9, "50"),
        ({"whole_cases": False}, 3, "0"),
    ],
)
def test_the_bar_is_as_long_as_the_case_is_full(changes, wanted, width):
    found = terms(**changes)
    slots = offer_lines.slots(found, offer_lines.live(found, wanted, wanted), None, LineMarks())
    assert (slots["width"], slots["error"]) == (width, "")


@pytest.mark.parametrize(("wanted", "full"), [(5, "fl-done"), (6, "fl-done-full"), (7, "fl-done")])
def test_only_a_full_case_is_marked_as_full(wanted, full):
    now = offer_lines.live(terms(), wanted, wanted)
    assert offer_lines.slots(terms(), now, None, LineMarks())["full"] == full


def test_nobody_is_told_that_less_than_nothing_is_left():
    assert offer_lines.live(terms(available=3), 5, 5).left == 0
    assert offer_lines.live(terms(), 5, 5).left is None


@pytest.mark.parametrize(
    ("unit", "per", "mine", "fields"),
    [
        ("piece", 1, (0, 0), ("", "")),
        ("piece", 1, (2, 2), ("2", "")),
        ("piece", 1, (2, 5), ("2", "5")),
        ("piece", 1, (0, 4), ("", "4")),
        ("g", 1000, (1500, 2000), ("1,5", "2")),
        ("g", 100, (150, 200), ("1,5", "2")),
    ],
)
def test_what_is_booked_stands_in_the_fields_as_it_is_typed(unit, per, mine, fields):
    found = terms(unit=unit, price_quantity=per)
    assert offer_lines.saved(found, counters(9, 9, mine)) == fields


def test_what_was_typed_and_refused_stands_there_again_and_is_never_markup():
    wrong = Message("Non <b>va</b>.")
    typed = {PLAIN.product_id: TypedLine('1"><i>', "x", wrong, LineMarks('"><b>', ""))}
    html = page(terms(), counters(2, 2, (2, 2)), typed)
    assert 'value="1&#34;&gt;&lt;i&gt;"' in html and 'value="x"' in html
    assert "Non &lt;b&gt;va&lt;/b&gt;." in html and 'value="2"' not in html
    assert f'name="shown-wanted-{PLAIN.product_id}" value="&#34;&gt;&lt;b&gt;"' in html


def test_a_line_says_what_it_shows_and_says_nothing_where_nothing_is_booked():
    booked = page(terms(), counters(9, 9, (2, 5)))
    for name, mark in line_marks(2, 5)._asdict().items():
        assert f'name="shown-{name}-{PLAIN.product_id}" value="{mark}"' in booked
    assert "shown-" not in page(terms(), counters(9, 9))


def test_a_name_is_text_and_never_markup():
    html = page(terms(name="<i>Mele</i>", description='"&'), counters())
    assert "<i>Mele" not in html and "&lt;i&gt;Mele&lt;/i&gt;" in html


def test_a_line_seen_before_follows_its_counters():
    found = terms()
    sheet = offer_lines.OfferSheet([offer_lines._Line(found, offer_lines._html(3, found))], [])

    def shown(row):
        return b"".join(offer_lines.pieces(sheet, [row], {})).decode().replace("\u00a0", " ")

    assert "Mancano 2 pezzi" in shown(counters(4, 4))
    assert "Manca 1 pezzo" in shown(counters(5, 5, (1, 1)))
    assert "Mancano 2 pezzi" in shown(counters(4, 4))


def test_headings_stand_before_the_first_of_their_category():
    offers = [
        terms(id=1, product_id=1, name="Mele"),
        terms(id=2, product_id=2, name="Pere"),
        terms(id=3, product_id=3, name="Spago", category=""),
    ]
    offer_lines._sheets.forget()
    sheet = offer_lines.sheet(-1, offers)
    assert sheet.categories == [("Frutta", "category-1"), ("Altri prodotti", "category-2")]
    rows = [counters()._replace(offer_id=found.id) for found in offers]
    html = b"".join(offer_lines.pieces(sheet, rows, {})).decode()
    order = [html.index(f">{name}<") for name in ("Frutta", "Mele", "Pere", "Altri prodotti")]
    assert order == sorted(order)
    assert html.count('class="fl-category"') == 2
    assert offer_lines.sheet(-1, []) is sheet
    offer_lines._sheets.forget()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        ({"step": 6}, "A multipli di 6 pezzi"),
        ({"maximum": 4}, "Al massimo 4 pezzi"),
        ({"step": 6, "minimum": 6}, "A multipli di 6 pezzi"),
        (
            {
                **{"unit": "g", "price_quantity": 1000, "step": 500},
                **{"minimum": 1000, "maximum": 3000},
            },
            "Almeno 1 kg, al massimo 3 kg, a multipli di 0,5 kg",
        ),
        ({"unit": "g", "price_quantity": 1000, "step": 100}, "A multipli di 0,1 kg"),
        ({"unit": "g", "price_quantity": 1, "step": 1}, ""),
        ({"unit": "g", "price_quantity": 100, "step": 50}, "A multipli di 0,5 etti"),
    ],
)
def test_what_a_household_may_ask_for_stands_at_the_field_and_is_heard_there(changes, said):
    html = page(terms(**changes), counters()).replace("\u00a0", " ")
    told = re.search(r'id="limits-7">([^<]*)</p>', html)
    assert (told[1] if told else "") == said
    heard = ["limits-7 error-7" if said else "error-7"] * 2
    assert re.findall(r'aria-describedby="([^"]*)"', html) == heard
