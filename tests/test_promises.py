"""What pages promise about who reads something: each promise is held by a test of its own."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOUSES = ("kit", "people", "ledger", "market", "calls", "community", "demo")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
# "La legge solo l'ufficio", "lo vedi solo tu", "i punteggi degli altri solo dopo".
PROMISE = re.compile(
    r"(?<!si )\b(?:legge|leggere|leggono|leggi|ved\w+)\b[^.:;]*\b(?:solo|soltanto|nessun altro)\b"
    r"|\b(?:compare|arriva) (?:solo|soltanto)\b|\bnessun[oa]? (?:altr[oa]|pagina)\b[^.]*"
    r"\b(?:legg\w+|ved\w+|mostra)\b",
    re.IGNORECASE,
)
HELD = {
    "La leggono solo i coordinatori": (
        "market/test_household_notes.py",
        "test_nobody_else_reads_the_note_on_any_page",
    ),
    "Queste righe le legge solo l'ufficio": (
        "calls/pages/test_rankings.py",
        "test_only_the_office_finds_the_board",
    ),
    "La legge solo l'ufficio": (
        "calls/pages/test_declarations.py",
        "test_a_note_is_read_by_the_office_alone_also_without_a_conflict",
    ),
    "la bozza la vede solo l'ufficio": (
        "calls/pages/test_texts.py",
        "test_the_office_pages_are_absent_for_everybody_else",
    ),
    "Questa bozza la vedi solo tu": (
        "calls/pages/test_applications.py",
        "test_somebody_elses_application_looks_absent_everywhere",
    ),
    "Vedrai i punteggi degli altri solo dopo": (
        "calls/pages/test_score_sheets.py",
        "test_colleagues_marks_appear_only_after_ones_own_are_sent",
    ),
    "La media degli altri compare solo dopo che hai inviato": (
        "calls/score_sheets/test_queue.py",
        "test_the_mean_of_the_others_is_without_ones_own_and_only_beside_ones_own_sent_sheet",
    ),
    "Nessuna pagina le mostra prima dell'apertura": (
        "calls/pages/test_texts.py",
        "test_numbers_of_applications_are_all_the_office_sees_before_the_opening",
    ),
    "Nessuna pagina la mostra all'ufficio o alla commissione prima dell'apertura": (
        "calls/pages/test_texts.py",
        "test_numbers_of_applications_are_all_the_office_sees_before_the_opening",
    ),
    "prima nessuna pagina le mostra": (
        "calls/pages/test_texts.py",
        "test_numbers_of_applications_are_all_the_office_sees_before_the_opening",
    ),
    "prima dell'apertura nessuna pagina le mostra": (
        "calls/test_who_reads.py",
        "test_before_the_opening_no_page_shows_an_application_to_others",
    ),
    "arriva solo all'indirizzo a cui era stata mandata la lettera": (
        "people/pages/test_invitations.py",
        "test_an_expired_invitation_is_sent_anew_to_its_address_only_once_an_hour",
    ),
    "Lo vedi solo tu": (
        "hostile/test_way_back.py",
        "test_only_the_very_form_of_this_person_at_this_address_is_shown_again",
    ),
    "lo può leggere solo chi l'ha scritto": (
        "hostile/test_way_back.py",
        "test_only_the_very_form_of_this_person_at_this_address_is_shown_again",
    ),
}


def sentences() -> set[str]:
    """Every text of a template, and every string a call of the houses is given."""
    found: set[str] = set()
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        found |= set(QUOTED.findall(text)) | set(re.findall(r">([^<>{}]+)<", text))
    for house in HOUSES:
        for path in (ROOT / house).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    found |= {
                        each.value
                        for each in node.args
                        if isinstance(each, ast.Constant) and isinstance(each.value, str)
                    }
    return found


def test_every_promise_about_who_reads_something_has_its_test() -> None:
    promised = [text for text in sentences() if PROMISE.search(text)]
    assert len(promised) >= len(HELD) - 1
    assert [text for text in promised if not any(known in text for known in HELD)] == []
    said = " ".join(promised)
    assert [known for known in HELD if known not in said] == []


def test_the_tests_that_hold_the_promises_are_there() -> None:
    for file, name in HELD.values():
        assert f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), (file, name)
