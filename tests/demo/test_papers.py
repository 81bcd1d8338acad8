"""The papers of the demo: real documents, always the same."""

from demo import papers
from kit.paper import inspection
from tests.kit.pdf_checks import words

LINES = ["Preventivo per «Filanda 1840»", "", "Tre vasche (da 120 l): 6.400,00 €"]


def test_a_page_opens_and_says_its_lines():
    made = papers.page(LINES)
    inspection.check_kind(made)
    inspection.look_through(made)
    said = words(made)
    assert LINES[0] in said and LINES[2] in said


def test_the_same_lines_are_the_same_bytes():
    assert papers.page(LINES) == papers.page(LINES)
