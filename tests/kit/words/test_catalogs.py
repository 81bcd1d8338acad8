"""The catalogues: every sentence is found, and its English keeps what it names."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from kit.words import catalogs

CODE = """
from kit.errors import Message, Refused
GREETING = Message("Ciao {name}, hai {n} pezzi.", name="x", n=3)
def rule(n):
    raise Refused("È pieno.", field="n")
    raise Stop(408, "Troppo tardi.")
    _("Due", "volte")
    counted(n, "Manca {n} cosa.", "Mancano {n} cose.", what="x")
    unknown("Questo non è per nessuno.")
"""
PAGE = """{% set x = 1 %}
<h1>{{ _("Titolo della pagina") }}</h1>{% do [].append(1) %}
{% trans count=n %}{{ count }} pezzo{% pluralize %}{{ count }} pezzi{% endtrans %}
{{ ngettext("%(num)s riga", "%(num)s righe", n) }}
"""


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree with two houses of its own: one with code and a page, one with the same greeting."""
    monkeypatch.setattr(catalogs, "ROOT", tmp_path)
    monkeypatch.setattr(catalogs, "HOUSES", ("market", "calls"))
    write(tmp_path / "market" / "rules" / "full.py", CODE)
    write(tmp_path / "templates" / "market" / "page.html", PAGE)
    write(tmp_path / "calls" / "late.py", 'Message("È pieno.")')
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def translate(house: str, **english: str) -> None:
    """Write English behind the sentences that begin with these words."""
    path = catalogs.path_of(house)
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines):
        for start, said in english.items():
            if line.startswith(f'msgid "{start.replace("_", " ")}'):
                lines[number + 1] = f'msgstr "{said}"'
    path.write_text("\n".join(lines), encoding="utf-8")


def ids(house: str) -> set[object]:
    return {message.id for message in catalogs.sentences(house) if message.id}


def test_the_sentences_of_code_and_pages_are_found_and_no_other(town: Path) -> None:
    assert ids("market") == {
        "Ciao {name}, hai {n} pezzi.",
        "È pieno.",
        "Troppo tardi.",
        "Due",
        ("Manca {n} cosa.", "Mancano {n} cose."),
        "Titolo della pagina",
        ("%(count)s pezzo", "%(count)s pezzi"),
        ("%(num)s riga", "%(num)s righe"),
    }
    assert ids("calls") == {"È pieno."}


def test_the_kit_speaks_also_for_the_doors_and_the_pages_of_nobody(town: Path) -> None:
    for name in ("app.py", "kit/http/x.py"):
        write(town / name, f'_("{name}")')
    for name in ("layout.html", "errors/404.html", "documents/a/b.html", "market/c.html"):
        write(town / "templates" / name, PAGE.replace("Titolo della pagina", name))
    assert {found for found in ids("kit") if isinstance(found, str)} == {
        "app.py",
        "kit/http/x.py",
        "layout.html",
        "errors/404.html",
        "documents/a/b.html",
    }


def test_an_update_brings_what_is_new_keeps_what_is_said_and_lets_go_what_is_gone(
    town: Path,
) -> None:
    assert catalogs.update("market") == 8
    translate("market", È_pieno="It is full.", Troppo_tardi="Too late.")
    assert catalogs.update("market") == 6
    write(town / "market" / "rules" / "full.py", CODE.replace("tardi.", "tardi!"))
    assert catalogs.update("market") == 7
    written = catalogs.path_of("market").read_text(encoding="utf-8")
    assert "It is full." in written and "Too late." not in written
    with catalogs.path_of("market").open("rb") as file:
        late = read_po(file, locale="en").get("Troppo tardi!")
    assert late is not None and late.string == "", "no English is guessed from what sounds alike"


def test_an_update_with_nothing_new_writes_the_same_bytes(town: Path) -> None:
    catalogs.update("market")
    first = catalogs.path_of("market").read_bytes()
    catalogs.update("market")
    assert catalogs.path_of("market").read_bytes() == first
    assert b"Date" not in first and b"full.py" not in first, "nothing that changes by itself"


def test_a_sentence_without_english_is_named(town: Path) -> None:
    assert catalogs.problems("calls") == ["calls: no English for 'È pieno.'"]
    catalogs.update("calls")
    assert catalogs.problems("calls") == ["calls: no English for 'È pieno.'"]
    translate("calls", È_pieno="It is full.")
    assert catalogs.problems("calls") == []


@pytest.mark.parametrize(
    ("english", "fine"),
    [
        ("Hello {name}, you have {n} pieces.", True),
        ("You have {n} pieces, {name}.", True),
        ("Hello {name}.", False),
        ("Hello {nome}, you have {n} pieces.", False),
        ("Hello {name}, you have {n} of {most}.", False),
    ],
)
def test_english_names_the_same_values(town: Path, english: str, fine: bool) -> None:
    catalogs.update("market")
    translate("market", Ciao=english)
    found = [line for line in catalogs.problems("market") if "Ciao" in line]
    named = "market: other values in the English of 'Ciao {name}, hai {n} pezzi.'"
    assert found == ([] if fine else [named])


def test_a_plural_needs_both_of_its_forms(town: Path) -> None:
    catalogs.update("market")
    path = catalogs.path_of("market")
    written = path.read_text(encoding="utf-8")
    half = written.replace('msgstr[0] ""', 'msgstr[0] "%(count)s piece"', 1)
    path.write_text(half, encoding="utf-8")
    assert "market: no English for '%(count)s pezzo'" in catalogs.problems("market")
    path.write_text(half.replace('msgstr[1] ""', 'msgstr[1] "%(count)s pieces"', 1))
    assert not any("pezzo" in line for line in catalogs.problems("market"))


def test_each_form_of_a_counted_sentence_names_values_it_knows(town: Path) -> None:
    catalogs.update("market")
    path = catalogs.path_of("market")
    written = path.read_text(encoding="utf-8")
    before, _, after = written.partition(
        'msgid_plural "Mancano {n} cose."\nmsgstr[0] ""\nmsgstr[1] ""'
    )
    assert after
    for many, fine in (("{n} things.", True), ("{count} things.", False)):
        english = (
            f'msgid_plural "Mancano {{n}} cose."\nmsgstr[0] "{{n}} thing."\nmsgstr[1] "{many}"'
        )
        path.write_text(before + english + after, encoding="utf-8")
        assert any("Manca" in line for line in catalogs.problems("market")) is not fine


def test_two_houses_say_the_same_sentence_in_the_same_english(town: Path) -> None:
    assert catalogs.contradictions() == []
    for house in catalogs.HOUSES:
        catalogs.update(house)
    translate("market", È_pieno="It is full.")
    assert catalogs.contradictions() == [], "what is not said yet contradicts nobody"
    translate("calls", È_pieno="Full.")
    assert catalogs.contradictions() == ["market and calls: other English for 'È pieno.'"]
    translate("calls", È_pieno="It is full.")
    assert catalogs.contradictions() == []


def test_the_commands_update_and_check(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogs.main(["update", "calls"]) == 0
    assert capsys.readouterr().out == "calls: 1 to translate\n"
    assert not catalogs.path_of("market").exists()
    assert catalogs.main(["update"]) == 0
    assert capsys.readouterr().out == "market: 8 to translate\ncalls: 1 to translate\n"
    assert catalogs.main(["check"]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 9
    write(town / "market" / "rules" / "full.py", "")
    write(town / "templates" / "market" / "page.html", "")
    translate("calls", È_pieno="Full.")
    assert catalogs.main(["check"]) == 0
    assert catalogs.main(["odd"]) == 2
    assert "Commands:" in capsys.readouterr().out


# What follows an article: a day, whatever its name, unless it is known to be none of these. A day
# begins with its weekday: "il domenica" would be wrong.
FIGURES = ("percent", "most", "n", "from_", "to", "received")
ARTICLE = re.compile(
    r"\b(?:i|gli|le|(?:d[ae]|a|ne|su)i|(?:d[ae]|a|ne|su)gli|(?:d[ae]|a|ne|su)lle"
    r"|il|lo|la|l'|(?:d[ae]|a|ne|su)l(?:l[oa']|))"
    rf"\s*(?:\{{|%\()(?!(?:{'|'.join(FIGURES)})\b)\w",
    re.IGNORECASE,
)

# These write 03/12/2026, which has one article only.
NUMERIC = {
    "Il {day} hai {age} anni: il bando chiede almeno {age_from} e meno di {age_below}.",
    "Il codice fiscale non è di chi è nato il {day}: ricontrolla il codice o la data di nascita.",
}


def test_no_sentence_puts_an_article_before_a_day() -> None:
    for wrong in ("Il {day} hai tempo", "listino del %(day)s", "dal {at}", "l'{at}", "dell'{at}"):
        assert ARTICLE.search(wrong), wrong
    for fine in ("fino a {day}", "da {at}", "il {percent} %", "le {n} schede"):
        assert not ARTICLE.search(fine), fine
    found = {
        text
        for house in catalogs.HOUSES
        for message in catalogs.sentences(house)
        for text in (message.id if isinstance(message.id, tuple | list) else [message.id])
        if ARTICLE.search(text)
    }
    assert found <= NUMERIC
