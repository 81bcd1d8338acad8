"""Prints: read in a transaction, drawn outside of it, by whichever of the two presses."""

from datetime import UTC, datetime

import pytest
from jinja2 import ChoiceLoader, DictLoader

from kit.http import templates
from kit.paper import pdf, typst
from kit.paper.pdf import Attachment
from kit.paper.prints import Print
from kit.sandbox import LimitReached, Limits
from tests.kit.paper.sorting import TEMPLATES, order
from tests.kit.pdf_checks import check_both_standards, embedded, page_of, words

AT = datetime(2026, 12, 3, 19, 0, 0, tzinfo=UTC)
TIGHT = Limits(memory_mib=700, cpu_s=1, wall_s=3, result_mib=1, file_mib=1)


@pytest.fixture(autouse=True)
def notice_template(monkeypatch):
    real = templates.environment()
    assert real.loader is not None
    notice = page_of("{{ name }} {{ _('Vai alla pagina iniziale') }} {{ 1250 | money }}")
    loader = ChoiceLoader([DictLoader({"notice.html": notice}), real.loader])
    changed = real.overlay(loader=loader)
    monkeypatch.setattr(templates, "environment", lambda: changed)


def test_a_page_is_drawn_with_its_words_attachments_and_instant():
    files = (Attachment("dati.csv", "I dati", b"1;2"),)
    made = Print("notice.html", {"name": "Giulia"}, AT, files).draw()
    check_both_standards(made)
    assert "Giulia" in words(made) and "12,50" in words(made)
    assert embedded(made) == {"dati.csv": b"1;2"}
    assert made == pdf.render("notice.html", {"name": "Giulia"}, attachments=files, created=AT)


def test_a_page_speaks_the_language_of_its_print():
    italian = Print("notice.html", {"name": "Giulia"}, AT).draw()
    english = Print("notice.html", {"name": "Giulia"}, AT, locale="en").draw()
    assert "pagina iniziale" in words(italian) and "pagina iniziale" not in words(english)


def test_a_sheet_is_drawn_by_the_other_press_with_its_instant_and_language():
    data = order(2, 2, 1)
    made = Print(TEMPLATES[0], data, AT, locale="en").draw()
    check_both_standards(made)
    assert made == typst.render(TEMPLATES[0], data, locale="en", created=AT)
    assert made != typst.render(TEMPLATES[0], data, locale="it", created=AT)
    assert made == Print(TEMPLATES[0], data, AT, locale="en").draw()


@pytest.mark.parametrize(
    ("template", "context"),
    [
        ("notice.html", {"name": "x" * 3_000_000}),
        (TEMPLATES[0], order(400, 500, 40)),
    ],
)
def test_a_print_beyond_its_limits_is_stopped(template, context):
    with pytest.raises(LimitReached):
        Print(template, context, AT, limits=TIGHT).draw()
