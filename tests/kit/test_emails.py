"""Addresses as they are typed and pasted: read, refused with the part that is wrong, shown."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import emails
from kit.errors import Message

TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Nome@Esempio.IT ", "nome@esempio.it"),
        ("Nome Cognome <nome@esempio.it>", "nome@esempio.it"),
        ("<nome@esempio.it>", "nome@esempio.it"),
        ("mailto:nome@esempio.it", "nome@esempio.it"),
        ("nome@esempio.it;", "nome@esempio.it"),
        ("nome@\u200besempio.it", "nome@esempio.it"),
        ("info@città.it", "info@xn--citt-3na.it"),
        ("d'angelo+gas@esempio.it", "d'angelo+gas@esempio.it"),
        ("a.b@sotto.esempio.co", "a.b@sotto.esempio.co"),
        ("a" * 64 + "@esempio.it", "a" * 64 + "@esempio.it"),
    ],
)
def test_an_address_is_read_as_it_is_pasted(typed, address):
    assert emails.read(typed) == address


def long_address(length: int) -> str:
    """An address of so many letters whose parts are all as long as they may be."""
    domain = ".".join(["b" * 63] * 3) + ".it"
    return "a" * (length - len(domain) - 1) + "@" + domain


def test_an_address_is_as_long_as_servers_take():
    longest = long_address(emails.LONGEST)
    assert len(longest) == emails.LONGEST and emails.read(longest) == longest
    assert isinstance(emails.read(long_address(emails.LONGEST + 1)), Message)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "x",
        "a@b",
        "@esempio.it",
        "a..b@esempio.it",
        ".a@esempio.it",
        "a.@esempio.it",
        "a@@esempio.it",
        "@-posta.example",
        "a@-posta.example",
        "a@posta-.example",
        "a b@esempio.it",
        "a@b..it",
        "a" * 65 + "@esempio.it",
        "a@" + "b" * 250 + ".it",
        "a@" + "b" * 64 + ".it",
        "a@esempio.i1",
        "<>@esempio.it",
        "josé@posta.example",
        "a@esempio.it, b@esempio.it",
        "<a@esempio.it> <b@esempio.it>",
        "a@[127.0.0.1]",
    ],
)
def test_an_address_no_server_takes_is_refused(typed):
    assert isinstance(emails.read(typed), Message)


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ("a..b@esempio.it", "Ci sono due punti di fila («..»): lasciane uno."),
        ("a@b..it", "Ci sono due punti di fila («..»): lasciane uno."),
        ("nome.esempio.it", "Nell'indirizzo manca @."),
        ("a@@esempio.it", "C'è più di una @: scrivi un indirizzo solo."),
        ("a@esempio.it, b@esempio.it", "C'è più di una @: scrivi un indirizzo solo."),
        ("a b@esempio.it", "Nell'indirizzo c'è uno spazio: toglilo."),
        ("a@esem pio.it", "Nell'indirizzo c'è uno spazio: toglilo."),
        ("@esempio.it", "Manca quello che sta prima di @."),
        ("nome@", "Manca quello che sta dopo @."),
        (".a@esempio.it", "Prima di @ c'è un punto all'inizio o alla fine."),
        ("a.@esempio.it", "Prima di @ c'è un punto all'inizio o alla fine."),
        ("josé@città.it", "Non usare lettere accentate prima di @."),
        ("a:b@esempio.it", "Prima di @ non si può usare «:»."),
        ("a@esempio.it.", "Dopo @ c'è un punto all'inizio o alla fine."),
        ("a@esem_pio.it", "Dopo @ non si può usare «_»."),
        ("a@[127.0.0.1]", "Dopo @ non si può usare «[»."),
        ("a@esempio", "Dopo @ manca la fine, come «.it»."),
        ("a@-posta.example", "Dopo @ c'è un trattino fuori posto."),
        ("a@posta.example-", "Dopo @ c'è un trattino fuori posto."),
        ("a@esempio.i1", "Quello che sta dopo @ non è un indirizzo: ricontrollalo."),
        ("a" * 65 + "@esempio.it", "L'indirizzo è troppo lungo per essere vero: ricontrollalo."),
    ],
)
def test_what_is_wrong_with_an_address_is_said(typed, what):
    found = emails.read(typed)
    assert str(found) == f"{what} Per esempio nome@esempio.it."


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader_and_none_is_refused_without_a_reason(typed):
    found = emails.read(typed)
    assert isinstance(found, Message) or emails.read(emails.shown(found)) == found


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("nome@xn--citt-3na.it", "nome@città.it"),
        ("nome@esempio.it", "nome@esempio.it"),
        ("a@posta.xn--citt-3na.it", "a@posta.città.it"),
        ("a@xn--80a1acny.xn--j1amh", "a@почта.укр"),
        ("a@xn--80ak6aa92e.com", "a@xn--80ak6aa92e.com"),  # looks like apple.com
        ("a@xn--99999999.it", "a@xn--99999999.it"),
        ("anna", "anna"),
        ("a@città.it", "a@città.it"),
        ("", ""),
        (None, ""),
    ],
)
def test_an_address_is_shown_in_its_own_letters(kept, shown):
    assert emails.shown(kept) == shown


def test_every_template_shows_an_address_in_its_own_letters():
    """An address that is written without the filter `email`, wherever it comes from."""
    bare = re.compile(r"\.(?:producer_)?email(?= *(?:\}\}|%\}|[,)]))|=email(?= *%\})")
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        for written in re.findall(r"\{\{.*?\}\}|\{% trans .*?%\}", path.read_text()):
            if bare.search(written) and "forms.text" not in written:
                found.append((path.name, written))
    assert found == []


@given(st.emails(domains=st.just("esempio.it")))
def test_an_address_that_was_read_reads_the_same_again(typed):
    found = emails.read(typed)
    if isinstance(found, str):
        assert emails.read(found) == found
