"""Documents on paper: both standards at once, the words on them, and nothing leaking in."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import ChoiceLoader, DictLoader

from kit.http import templates
from kit.paper import pdf
from kit.sandbox import LimitReached, Limits
from tests.kit.pdf_checks import check_both_standards, embedded, page_of, words

AT = datetime(2026, 12, 3, 19, 0, 0, tzinfo=UTC)
LETTER = """
{% extends "documents/base.html" %}
{% block title %}Ricevuta della domanda{% endblock %}
{% block sender %}<p><strong>Provincia di Cremona</strong></p>{% endblock %}
{% block recipient %}<p>{{ name }}</p>{% endblock %}
{% block content %}
<p class="lead">La tua domanda è arrivata in tempo.</p>
{{ parts.facts([("Bando", "Giovani imprese"), ("Contributo", 1850000 | money)]) }}
{{ parts.table("Allegati", [("Documento", ""), ("Pagine", "num")], rows, ["Totale", "9"]) }}
{% call parts.note("Che cosa succede ora") %}<p>Ti scriviamo noi.</p>{% endcall %}
<h2>Impronta</h2><p class="code">{{ "0123456789abcdef" * 4 }}</p>
{{ parts.signatures("Il responsabile", "Per ricevuta") }}
{% endblock %}
"""


@pytest.fixture(autouse=True)
def letter_template(monkeypatch):
    real = templates.environment()
    assert real.loader is not None
    loader = ChoiceLoader([DictLoader({"letter.html": LETTER}), real.loader])
    changed = real.overlay(loader=loader)
    monkeypatch.setattr(templates, "environment", lambda: changed)


def letter(*, locale="it", attachments=(), rows=2, name="Giulia Ghisolfi") -> bytes:
    context = {
        "name": name,
        "rows": [[f"Preventivo {n}", str(n)] for n in range(rows)],
        "protocol": SimpleNamespace(number="2026/0001234", at=AT),
    }
    return pdf.render("letter.html", context, locale=locale, attachments=attachments, created=AT)


def test_a_letter_is_archival_and_accessible_at_once_with_its_words():
    made = letter()
    check_both_standards(made)
    text = words(made)
    for expected in (
        "FareLegami",
        "Provincia di Cremona",
        "2026/0001234",
        "giovedì 3 dicembre 2026, ore 20:00",
        "Giulia Ghisolfi",
        "18.500,00",
        "pagina 1 di 1",
    ):
        assert expected in text


def test_a_long_letter_repeats_its_head_and_counts_its_pages_but_totals_once():
    made = letter(rows=60)
    check_both_standards(made)
    text = words(made)
    assert "pagina 3 di 3" in text
    assert len(re.findall("Documento +Pagine", text)) >= 2
    assert text.count("Totale") == 1


@pytest.mark.parametrize(
    "name", ["ਜਸਪ੍ਰੀਤ ਕੌਰ", "فاطمة الزهراء", "Ștefan Țăranu", "Łucja 🍎 \u200b李"]
)
def test_names_in_every_script_are_printed(name):
    check_both_standards(letter(name=name.replace("李", "").replace("🍎", "")))
    assert letter(name=name).startswith(b"%PDF-")


def test_the_same_content_is_the_same_bytes():
    assert letter() == letter()


def test_no_document_changes_another_neither_one_that_was_stopped_nor_the_page_that_warms():
    first = letter()
    with pytest.raises(LimitReached):
        pdf.from_html(page_of("<div>" * 20_000 + "x"), limits=SMALL)
    assert letter() == first
    pdf._sandbox.close()
    cold = pdf.from_html(page_of("un foglio solo"), created=AT)
    assert letter() == first
    assert pdf.from_html(page_of("un foglio solo"), created=AT) == cold
    assert "Prova di stampa" not in words(first) + words(cold)


def test_the_forge_is_warm_and_stays_small():
    letter()
    forge = pdf._sandbox._forge
    assert forge is not None
    status = Path(f"/proc/{forge.pid}/status").read_text()
    known = dict(line.split(":", 1) for line in status.splitlines())
    assert int(known["VmRSS"].split()[0]) < 200 * 1024
    assert known["Threads"].strip() == "1"  # a fork takes one thread along: there is no other


def test_what_a_person_typed_is_text_and_never_markup():
    made = letter(name='<img src=x onerror=alert(1)><a rel="attachment" href="file:///etc/passwd">')
    check_both_standards(made)
    assert "<img src=x" in words(made)
    assert embedded(made) == {}


SMALL = Limits(memory_mib=700, cpu_s=2, wall_s=6, result_mib=1, file_mib=1)


@pytest.mark.parametrize(
    "body",
    [
        "<table><tr><td colspan=1000000>x</td></tr></table>" * 3,
        "<div>" * 20_000 + "x",
        "<p style='break-before:page'>x</p>" * 20_000,
    ],
)
def test_a_document_that_would_never_end_is_stopped_and_the_next_is_made(body):
    assert pdf.from_html(page_of("un foglio solo"), limits=SMALL).startswith(b"%PDF-")
    start = time.monotonic()
    with pytest.raises(LimitReached):
        pdf.from_html(page_of(body), limits=SMALL)
    assert time.monotonic() - start < 15
    assert letter().startswith(b"%PDF-")
