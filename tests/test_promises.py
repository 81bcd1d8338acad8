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
    "nessun altro centro li vede né li cambia": (
        "market/test_who_reads.py",
        "test_where_a_centre_sends_its_orders_is_read_by_its_own_coordinators",
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

# Every sentence of the page on personal data, and the tests that hold it.
WHO = "market/test_who_reads.py"
ABOUT = "community/pages/test_about.py"
PERSONAL_DATA = {
    "non ti seguiamo altrove": ((ABOUT, "test_no_page_fetches_anything_from_others"),),
    "tu, chi coordina il tuo centro e chi amministra il servizio": (
        (WHO, "test_a_persons_name_and_address_are_read_by_who_coordinates_and_who_administers"),
        ("calls/test_who_reads.py", "test_the_address_of_an_evaluator_is_read_by_the_office_alone"),
    ),
    "dalla chiusura anche chi consegna": (
        (WHO, "test_a_booking_is_read_by_the_family_and_by_who_works_for_its_centre"),
        (WHO, "test_the_producer_gets_totals_and_no_name"),
    ),
    "non si cancellano, si correggono con uno storno": (
        ("ledger/test_attacks.py", "test_what_is_written_stays"),
        ("ledger/test_attacks.py", "test_a_reversal_that_is_no_mirror_is_refused"),
    ),
    "chi coordina vede solo quanto costa ogni ordine": (
        (WHO, "test_movements_are_read_by_the_family_and_who_keeps_the_till"),
        (WHO, "test_who_coordinates_reads_the_credit_and_no_movement"),
    ),
    "prima dell'apertura nessuna pagina le mostra": (
        ("calls/test_who_reads.py", "test_the_page_on_personal_data_says_all_of_it"),
    ),
    "il testo lo vedono chi coordina il centro e chi ne tiene la cassa": (
        (WHO, "test_the_letter_of_who_has_no_post_is_read_by_who_coordinates_or_keeps_the_till"),
    ),
    "per esempio a che ora telefonare": (
        ("market/test_household_notes.py", "test_nobody_else_reads_the_note_on_any_page"),
    ),
    "delle bozze resta solo un'impronta": (
        (
            "calls/applications/test_drafts.py",
            "test_the_audit_knows_that_a_field_changed_and_not_what_it_says",
        ),
        (
            "calls/score_sheets/test_score_sheets.py",
            "test_the_audit_of_a_draft_names_criteria_and_never_a_mark",
        ),
    ),
    "quello che hai fatto lo leggi tu": (
        ("community/pages/test_own_data.py", "test_nobody_else_reads_a_copy"),
    ),
    "nessuna pagina lo mostra": ((WHO, "test_no_page_shows_the_record_of_changes"),),
    "Ne usiamo cinque, tutti necessari": (
        (ABOUT, "test_five_cookies_are_named_and_the_code_sets_no_other"),
    ),
    "solo tu, sulla pagina del secondo passo": (
        ("people/pages/test_passkeys.py", "test_it_is_read_by_its_owner_alone"),
    ),
    "il segreto dell'app è cifrato": (
        ("people/test_codes.py", "test_nothing_that_lets_somebody_in_stands_in_the_tables"),
        ("people/test_own_ways_in.py", "test_each_way_in_is_in_the_copy_and_no_secret_is"),
    ),
    "e mai il segreto né i codici": (
        ("people/test_own_ways_in.py", "test_each_way_in_is_in_the_copy_and_no_secret_is"),
        ("people/test_own_ways_in.py", "test_nothing_of_it_is_in_somebody_elses_copy"),
    ),
    "ne servono altri due, cifrati": (
        (ABOUT, "test_five_cookies_are_named_and_the_code_sets_no_other"),
        (ABOUT, "test_how_long_things_are_kept_is_what_the_page_says"),
        (
            "people/pages/test_providers.py",
            "test_the_browser_keeps_a_journey_sealed_and_gives_it_back_once",
        ),
    ),
    "per farti entrare senza password e sapere chi ha firmato": (
        (
            "people/test_attested.py",
            "test_the_newest_of_a_source_counts_and_the_person_keeps_its_own_words",
        ),
    ),
    "Quando scolleghi si cancellano": (
        (
            "people/pages/test_identities.py",
            "test_parted_an_identity_lets_nobody_in_and_its_sessions_end",
        ),
        (WHO, "test_what_a_provider_says_of_somebody_is_on_no_page_of_others"),
    ),
    "resta nel tuo browser, al massimo 30 giorni": (
        (ABOUT, "test_how_long_things_are_kept_is_what_the_page_says"),
        ("browser/test_lost_words.py", "test_what_is_thrown_away_or_refused_or_signed_out_of"),
        (
            "browser/test_lost_words.py",
            "test_neither_passwords_nor_marks_nor_keys_stay_on_the_device",
        ),
    ),
    "il testo passa cifrato dalla pagina di accesso": (
        ("kit/http/test_carried.py", "test_nobody_reads_it_on_the_way"),
        (
            "people/test_sign_ins.py",
            "test_a_session_that_ends_by_itself_lets_nobody_in_and_is_remembered",
        ),
        ("people/test_sign_ins.py", "test_what_ended_long_ago_is_forgotten_and_nothing_else"),
    ),
    "un programma cancella da sé": (
        ("community/test_retention.py", "test_every_timer_of_the_schedule_is_there"),
        ("community/test_retention.py", "test_letters_go_after_two_years"),
    ),
    "non dice ancora chi ne risponde": (
        ("community/test_retention.py", "test_pages_name_who_answers"),
    ),
    "Titolare del trattamento": (("community/test_retention.py", "test_pages_name_who_answers"),),
    "Per i tuoi dati, anche per parlare": (
        ("community/test_retention.py", "test_pages_name_who_answers"),
    ),
    "lo vedi, lo copi, lo correggi e lo cancelli da solo": (
        ("community/pages/test_own_data.py", "test_a_copy_is_asked_for_read_and_downloaded"),
        ("community/test_own_data.py", "test_every_table_is_in_the_copy_or_has_its_reason"),
        (
            "community/test_erasures.py",
            "test_after_an_erasure_name_and_address_stand_nowhere_else",
        ),
        ("people/pages/test_own_details.py", "test_a_new_address_from_the_form_to_the_letter"),
    ),
    "si cancella tre mesi dopo la scadenza": (
        (ABOUT, "test_how_long_things_are_kept_is_what_the_page_says"),
        ("people/test_invitations.py", "test_old_invitations_are_forgotten_with_their_addresses"),
    ),
}
# What it says besides: headings and reasons, and what people do and no program.
NO_PROMISE = {
    *("Dati personali", "Inizio", "Che cosa teniamo e chi lo vede", "Dati", "Perché"),
    *("Chi li vede", "Nome e indirizzo e-mail", "per farti entrare e scriverti"),
    *(
        "Passkey",
        "per farti entrare senza password: di ognuna la parte pubblica della chiave, "
        "come la chiami, da che dispositivo viene e quando l'hai usata",
    ),
    "App dei codici e codici di recupero",
    *("Prenotazioni e ritiri", "per ordinare, dividere e consegnare", "Movimenti del conto"),
    *("Domande ai bandi e allegati", "per valutarle", "Lettere che ti scriviamo"),
    *("per dirti quello che cambia", "Nota sulla famiglia", "Registro delle modifiche", "Cookie"),
    *("Sul tuo dispositivo", "I tuoi diritti", "Identità digitali (SPID, CIE e simili)"),
    *("Chi ne risponde", "Per quanto tempo", "Che cosa", "Per quanto", "I miei dati"),
    "chi coordina il centro",  # of the note: held beside its reason
}
# What the law says and who answers for the data does, no program.
BY_PEOPLE = ("Puoi anche opporti", "Per i bandi i dati servono a un compito pubblico")


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
    known_ = (*HELD, *PERSONAL_DATA)
    assert [text for text in promised if not any(known in text for known in known_)] == []
    said = " ".join(promised)
    assert [known for known in HELD if known not in said] == []


def test_every_sentence_on_personal_data_has_its_tests() -> None:
    page = (ROOT / "templates/community/privacy.html").read_text(encoding="utf-8")
    said = re.findall(r'_\("((?:[^"\\]|\\.)*)"[,)]', page)
    free = [text for text in said if not any(known in text for known in PERSONAL_DATA)]
    promised = [text for text in free if text not in NO_PROMISE]
    assert [text for text in promised if not text.startswith(BY_PEOPLE)] == []
    assert [known for known in PERSONAL_DATA if not any(known in text for text in said)] == []
    assert [known for known in NO_PROMISE if known not in said] == []


def test_the_tests_that_hold_the_promises_are_there() -> None:
    held = [*HELD.values(), *(each for tests in PERSONAL_DATA.values() for each in tests)]
    for file, name in held:
        assert f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), (file, name)
