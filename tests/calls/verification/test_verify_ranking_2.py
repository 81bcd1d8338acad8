"""The program for citizens: every manipulation is found, and named where it is."""

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from calls.verification import verify_ranking_2
from kit.canonical import encode, sha256
from tests.calls import bundles
from tests.calls.trials import BITS, KINDS, TRIALS

SOUND = bundles.sound()
# The rows of SOUND, by the key that tells them apart (see `bundles.ENTRIES`).
BEST, EARLY, LATE, LUCKY, UNLUCKY, POOR, LOW = range(7)


def row(number: int, **values: Any) -> Callable[[Any], None]:
    """Change fields of one row."""
    return lambda content: content["ranking"][number].update(values)


def marks(number: int, **values: list[str]) -> Callable[[Any], None]:
    return lambda content: content["ranking"][number]["marks"].update(values)


def formula(**values: Any) -> Callable[[Any], None]:
    return lambda content: content["formula"].update(values)


def criterion(number: int, **values: Any) -> Callable[[Any], None]:
    return lambda content: content["formula"]["criteria"][number].update(values)


def head(**values: Any) -> Callable[[Any], None]:
    return lambda content: content["call"].update(values)


def swap(one: int, other: int) -> Callable[[Any], None]:
    def change(content):
        rows = content["ranking"]
        rows[one], rows[other] = rows[other], rows[one]

    return change


def envelope(code: str, value: str | None) -> Callable[[Any], None]:
    def change(content):
        content["envelopes"].pop(code, None)
        if value is not None:
            content["envelopes"][code] = value

    return change


# What is changed, and what the program must say: file, row and field, expected and found.
MANIPULATIONS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "an eligible application removed": (
        lambda content: content["ranking"].pop(LUCKY),
        "campo «envelopes.2026/0000003»: la busta c'è, ma la domanda manca dalla graduatoria",
    ),
    "a failed application removed": (
        lambda content: content["ranking"].pop(),
        "campo «envelopes.2026/0000007»: la busta c'è, ma la domanda manca",
    ),
    "an application twice": (
        lambda content: content["ranking"].append(content["ranking"][BEST]),
        "riga 8 («2026/0000005»), campo «code»: la domanda 2026/0000005 è già alla riga 1",
    ),
    "an application without envelope": (
        envelope("2026/0000004", None),
        "riga 2 («2026/0000004»), campo «code»: fra le buste non c'è la domanda 2026/0000004",
    ),
    "an envelope too many": (
        envelope("2026/0000008", "0" * 64),
        "campo «envelopes.2026/0000008»: la busta c'è, ma la domanda manca",
    ),
    "an envelope's hash": (
        envelope("2026/0000007", "0" * 64),
        "campo «seed»: atteso «",
    ),
    "an envelope that is no hash": (
        envelope("2026/0000007", "F" * 64),
        "campo «envelopes.2026/0000007»: atteso un codice SHA-256 di 64 cifre esadecimali,",
    ),
    "another code": (
        row(EARLY, code="2026/0000009"),
        "riga 2 («2026/0000009»), campo «code»: fra le buste non c'è la domanda 2026/0000009",
    ),
    "another protocol": (
        row(LATE, protocol=[2026, 1]),
        "riga 3 («2026/0000002»), campo «protocol[2]»: atteso 2, trovato 1",
    ),
    "the seed": (
        lambda content: content.update(seed="0" * 64),
        "graduatoria.json, campo «seed»: atteso «",
    ),
    "a lot": (
        row(UNLUCKY, lot="0" * 64),
        "riga 5 («2026/0000001»), campo «lot»: atteso «",
    ),
    "a mark": (
        marks(LOW, B=["4", "10"]),
        "riga 7 («2026/0000007»), campo «means.B»: atteso «7», trovato «4»",
    ),
    "a mark that is not of the grid": (
        marks(LOW, B=["4", "9"]),
        "riga 7 («2026/0000007»), campo «marks.B[2]»: atteso uno fra «0», «4», «6», «8», «10»,"
        " trovato «9»",
    ),
    "a mark written in another way": (
        marks(LOW, B=["4", "4.0"]),
        "campo «marks.B[2]»: atteso un numero scritto come «7.5», trovato «4.0»",
    ),
    "marks that tell whose they are": (
        marks(BEST, A=["10", "7.5"]),
        "riga 1 («2026/0000005»), campo «marks.A»: i punteggi non sono in ordine crescente",
    ),
    "a mark too few": (
        marks(LUCKY, B=["6", "6"]),
        "riga 4 («2026/0000003»), campo «marks.B»: attesi 3 punteggi (uno per scheda), trovati 2",
    ),
    "one sheet alone": (
        row(LOW, marks={"A": ["5"], "B": ["4"]}),
        "riga 7 («2026/0000007»), campo «marks.A»: attesi 2 punteggi (uno per scheda), trovati 1",
    ),
    "a criterion without marks": (
        lambda content: content["ranking"][POOR]["marks"].pop("B"),
        "riga 6 («2026/0000006»), campo «marks.B»: manca",
    ),
    "a criterion too many": (
        marks(POOR, C=["10", "10"]),
        "riga 6 («2026/0000006»), campo «marks.C»: questo campo non è previsto",
    ),
    "more asked than the call gives": (
        row(LOW, requested=15_000_01),
        "riga 7 («2026/0000007»), campo «requested»: atteso al più 1500000 (il massimo del bando,"
        " in centesimi), trovato 1500001",
    ),
    "less asked than was granted": (
        row(BEST, requested=7_000_00),
        "riga 1 («2026/0000005»), campo «granted»: atteso 700000, trovato 800000",
    ),
    "received after the deadline": (
        row(LOW, received_at="2026-03-26T09:00:01Z"),
        "riga 7 («2026/0000007»), campo «received_at»: atteso un istante da 2026-03-01T09:00:00Z"
        " a 2026-03-26T09:00:00Z, trovato «2026-03-26T09:00:01Z»",
    ),
    "received before the opening": (
        row(LOW, received_at="2026-03-01T08:59:59.999999Z"),
        "riga 7 («2026/0000007»), campo «received_at»: atteso un istante da 2026-03-01T09:00:00Z",
    ),
    "a day that does not exist": (
        row(LOW, received_at="2026-02-30T09:00:00Z"),
        "campo «received_at»: atteso un istante come «2026-12-03T11:00:00Z», trovato «2026-02-30T",
    ),
    "an instant that turns who sent first": (
        row(LATE, received_at="2026-03-05T09:00:00Z"),
        "riga 2 («2026/0000004»), campo «code»: fuori ordine: attesa la domanda 2026/0000002,"
        " trovata 2026/0000004",
    ),
    "an instant that no tie goes by": (
        row(LOW, received_at="2026-03-05T09:07:01Z"),
        "riga 7 («2026/0000007»), campo «receipt»: atteso «",
    ),
    "less asked where nothing was granted": (
        row(LOW, requested=1),
        "riga 7 («2026/0000007»), campo «receipt»: atteso «",
    ),
    "the fingerprint of a receipt": (
        row(BEST, receipt="0" * 64),
        "riga 1 («2026/0000005»), campo «receipt»: atteso «",
    ),
    "a total": (
        row(EARLY, total="25.26"),
        "riga 2 («2026/0000004»), campo «total»: atteso «25.25», trovato «25.26»",
    ),
    "the points of a criterion": (
        lambda content: content["ranking"][EARLY]["points"].update(B="14.5"),
        "riga 2 («2026/0000004»), campo «points.B»: atteso «14», trovato «14.5»",
    ),
    "a mean": (
        lambda content: content["ranking"][LUCKY]["means"].update(A="6.67"),
        "riga 4 («2026/0000003»), campo «means.A»: atteso «20/3», trovato «6.67»",
    ),
    "a place": (
        row(LATE, position=2),
        "riga 3 («2026/0000002»), campo «position»: atteso 3, trovato 2",
    ),
    "why it stands there": (
        row(LATE, decided_by="lot"),
        "riga 3 («2026/0000002»), campo «decided_by»: atteso «sent_first», trovato «lot»",
    ),
    "a state": (
        row(LUCKY, state="funded"),
        "riga 4 («2026/0000003»), campo «state»: atteso «eligible_not_funded», trovato «funded»",
    ),
    "a grant": (
        row(LATE, granted=4_000_01),
        "riga 3 («2026/0000002»), campo «granted»: atteso 400000, trovato 400001",
    ),
    "the sum of the grants": (
        lambda content: content.update(granted=20_000_01),
        "graduatoria.json, campo «granted»: atteso 2000000, trovato 2000001",
    ),
    "what was not reached": (
        row(POOR, failed=[]),
        "riga 6 («2026/0000006»), campo «failed»: atteso [\"A\"], trovato []",
    ),
    "two rows of a tie, exchanged": (
        swap(EARLY, LATE),
        "riga 2 («2026/0000002»), campo «code»: fuori ordine: attesa la domanda 2026/0000004,"
        " trovata 2026/0000002",
    ),
    "two failed rows, exchanged": (
        swap(POOR, LOW),
        "riga 6 («2026/0000007»), campo «code»: fuori ordine: attesa la domanda 2026/0000006",
    ),
    "the threshold": (
        formula(threshold="15"),
        "campo «formula.threshold»: atteso «20», trovato «15»",
    ),
    "no threshold": (
        formula(threshold=None),
        "campo «formula.threshold»: atteso «20», trovato null",
    ),
    "the threshold's operator": (
        formula(threshold_operator=">"),
        "campo «formula.threshold_operator»: atteso «>=», trovato «>»",
    ),
    "an operator nobody knows": (
        criterion(0, operator="=>"),
        "campo «formula.criteria[1].operator»: atteso «>», trovato «=>»",
    ),
    "a criterion's minimum": (
        criterion(0, minimum="2"),
        "campo «formula.criteria[1].minimum»: atteso «2.5», trovato «2»",
    ),
    "a weight": (
        criterion(1, weight="3"),
        "campo «formula.criteria[2].weight»: atteso «2», trovato «3»",
    ),
    "the name of a criterion": (
        criterion(1, name="Altro"),
        "campo «formula.criteria[2].name»: atteso «Criterio B», trovato «Altro»",
    ),
    "the grid": (
        criterion(1, marks=["0", "4", "6", "8", "12"]),
        "campo «formula.criteria[2].marks[5]»: atteso «10», trovato «12»",
    ),
    "the budget": (
        formula(budget=30_000_00),
        "campo «formula.budget»: atteso 2000000, trovato 3000000",
    ),
    "what happens to the first that does not fit": (
        formula(budget_rule="skip"),
        "campo «formula.budget_rule»: atteso «partial», trovato «skip»",
    ),
    "the order of the keys at a tie": (
        formula(tie_breaks=["sent_first", "criterion:A", "requested_low", "lot"]),
        "campo «formula.tie_breaks[1]»: atteso «criterion:A», trovato «sent_first»",
    ),
    "a key less at a tie": (
        formula(tie_breaks=["criterion:A", "lot"]),
        "campo «formula.tie_breaks»: atteso [",
    ),
    "the rounding": (
        formula(rounding={"step": "criterion", "mode": "half-even", "digits": 2}),
        "campo «formula.rounding.mode»: atteso «half-up», trovato «half-even»",
    ),
    "how marks are brought together": (
        formula(aggregate="median"),
        "campo «formula.aggregate»: atteso «mean», trovato «median»",
    ),
    "the hash of the call's version": (
        head(version_sha256="0" * 64),
        f"bando.json: attesa l'impronta {'0' * 64} (è scritta in graduatoria.json), trovata ",
    ),
    "the deadline": (
        head(deadline_at="2026-03-27T09:00:00Z"),
        "campo «call.deadline_at»: atteso «2026-03-26T09:00:00Z», trovato «2026-03-27T09:00:00Z»",
    ),
    "the opening": (
        head(opens_at="2026-03-01T08:00:00Z"),
        "campo «call.opens_at»: atteso «2026-03-01T09:00:00Z», trovato «2026-03-01T08:00:00Z»",
    ),
    "the most one may ask": (
        head(cap=1),
        "campo «call.cap»: atteso 1500000, trovato 1",
    ),
    "the share that is paid": (
        head(intensity_percent=100),
        "campo «call.intensity_percent»: atteso 60, trovato 100",
    ),
    "an excluded application removed": (
        lambda content: content["excluded"].clear(),
        "campo «envelopes.2026/0000011»: la busta c'è, ma la domanda manca dalla graduatoria",
    ),
    "the sheets of who left": (
        lambda content: content["sheets"].update(of_dismissed="leave"),
        "campo «sheets.of_dismissed»: atteso «count», trovato «leave»",
    ),
    "the title": (
        head(title="Bando di prove"),
        "campo «call.title»: atteso «Bando di prova», trovato «Bando di prove»",
    ),
    "the format": (
        lambda content: content.update(format="farelegami.ranking.1"),
        "campo «format»: atteso «farelegami.ranking.2», trovato «farelegami.ranking.1»",
    ),
    "a field too many in a row": (
        row(BEST, firm="Bottega"),
        "riga 1 («2026/0000005»), campo «firm»: questo campo non è previsto",
    ),
    "a field too many": (
        lambda content: content.update(note=""),
        "graduatoria.json, campo «note»: questo campo non è previsto",
    ),
    "a field too few in a row": (
        lambda content: content["ranking"][BEST].pop("lot"),
        "riga 1 («2026/0000005»), campo «lot»: manca",
    ),
    "a field too few": (
        lambda content: content.pop("seed"),
        "graduatoria.json, campo «seed»: manca",
    ),
    "a text for a number": (
        row(BEST, requested="800000"),
        "riga 1 («2026/0000005»), campo «requested»: atteso un numero intero non negativo,"
        " trovato «800000»",
    ),
    "true for a number": (
        row(BEST, position=True),
        "riga 1 («2026/0000005»), campo «position»: atteso 1, trovato true",
    ),
    "less than nothing": (
        row(LOW, requested=-1),
        "riga 7 («2026/0000007»), campo «requested»: atteso un numero intero non negativo",
    ),
    "a list for a row": (
        lambda content: content["ranking"].__setitem__(1, []),
        "graduatoria.json, riga 2: atteso un oggetto, trovato []",
    ),
    "a single value for the rows": (
        lambda content: content.update(ranking="2026/0000001"),
        "graduatoria.json, campo «ranking»: atteso un elenco, trovato «2026/0000001»",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", MANIPULATIONS)
def test_every_manipulation_is_found_by_name_even_under_a_hash_of_its_own(what):
    change, said = MANIPULATIONS[what]
    content = json.loads(SOUND.ranking)
    change(content)
    ranking = encode(content)
    told = said_of(ranking, SOUND.call, sha256(ranking))
    assert any(said in line for line in told), (what, told)
    with_the_true_hash = said_of(ranking, SOUND.call, SOUND.sha256)
    assert with_the_true_hash[0].startswith("graduatoria.json: attesa l'impronta ")
    assert with_the_true_hash[1:] == told


def said_of(*files: Any) -> list[str]:
    return bundles.refusals(bundles.Files(*files))


def written(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert data.count(old.encode()) >= 1, old
        return data.replace(old.encode(), new.encode(), 1)

    return change


# What no JSON writer of ours would write.
SPELLINGS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a key twice": (
        written('"granted":800000,', '"granted":800000,"granted":900000,'),
        "riga 1 («2026/0000005»), campo «granted»: la chiave è scritta due volte",
    ),
    "a key twice at the top": (
        written('"seed":', '"seed":"","seed":'),
        "graduatoria.json, campo «seed»: la chiave è scritta due volte",
    ),
    "rows twice, the second time none": (
        written('"seed":', '"ranking":0,"seed":'),
        "graduatoria.json, campo «ranking»: la chiave è scritta due volte",
    ),
    "keys in another order": (
        written('{"call":', '{"zeta":0,"call":'),
        "graduatoria.json, campo «call»: fuori ordine: viene dopo la chiave «zeta»",
    ),
    "not a number": (
        written('"requested":800000', '"requested":NaN'),
        "riga 1 («2026/0000005»), campo «requested»: atteso un numero intero fino a 18 cifre,"
        " trovato NaN",
    ),
    "infinity": (
        written('"budget":2000000', '"budget":-Infinity'),
        "campo «formula.budget»: atteso un numero intero fino a 18 cifre, trovato -Infinity",
    ),
    "a fraction": (
        written('"granted":800000', '"granted":800000.0'),
        "riga 1 («2026/0000005»), campo «granted»: atteso un numero intero fino a 18 cifre,"
        " trovato 800000.0",
    ),
    "a power of ten": (
        written('"granted":800000', '"granted":8e5'),
        "riga 1 («2026/0000005»), campo «granted»: atteso un numero intero fino a 18 cifre,"
        " trovato 8e5",
    ),
    "a number without end": (
        written('"budget":2000000', '"budget":2' + "0" * 5000),
        "campo «formula.budget»: atteso un numero intero fino a 18 cifre, trovato 2000",
    ),
    "a blank": (
        written('"seed":', '"seed": '),
        "graduatoria.json: non è nella forma canonica",
    ),
    "a line feed at the end": (lambda data: data + b"\n", f"dal byte {len(SOUND.ranking) + 1}"),
    "a letter by its number": (
        written("Bando di prova", "Bando di prov\\u0061"),
        "graduatoria.json: non è nella forma canonica",
    ),
    "an accent apart": (
        written("Bando di prova", "Bando di prova\u0300"),
        "campo «call.title»: le lettere accentate non sono scritte nella forma NFC",
    ),
    "half a letter": (
        written("Bando di prova", "\\ud800"),
        "graduatoria.json: non è nella forma canonica",
    ),
    "bytes that are no text": (lambda data: b"\xff" + data, "non è JSON in UTF-8"),
    "a mark before the text": (lambda data: b"\xef\xbb\xbf" + data, "non è JSON in UTF-8"),
    "half a file": (lambda data: data[:2000], "non si legge più dal carattere"),
    "nothing": (lambda _: b"", "non si legge più dal carattere 1"),
    "brackets without end": (lambda _: b"[" * 200_000, "non è JSON in UTF-8"),
    "something else": (lambda _: b"[1,2]", "graduatoria.json: atteso un oggetto, trovato [1, 2]"),
}


@pytest.mark.parametrize("what", SPELLINGS)
def test_only_canonical_json_is_read_and_what_is_not_is_named(what):
    change, said = SPELLINGS[what]
    ranking = change(SOUND.ranking)
    told = said_of(ranking, SOUND.call, sha256(ranking))
    assert any(said in line for line in told), (what, told)


# The call is read as strictly: here the ranking is bound to the changed call, hash and all.
CALLS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "the threshold": (
        lambda call: call.update(threshold="15"),
        "graduatoria.json, campo «formula.threshold»: atteso «15», trovato «20»",
    ),
    "the deadline": (
        lambda call: call.update(deadline_at="2026-03-05T09:00:00Z"),
        "campo «received_at»: atteso un istante da 2026-03-01T09:00:00Z a 2026-03-05T09:00:00Z",
    ),
    "the most one may ask": (
        lambda call: call.update(cap=1),
        "campo «requested»: atteso al più 1 (il massimo del bando, in centesimi)",
    ),
    "an operator nobody knows": (
        lambda call: call.update(threshold_operator="<"),
        "bando.json, campo «threshold_operator»: atteso uno fra «>», «>=», trovato «<»",
    ),
    "a key at a tie nobody knows": (
        lambda call: call["tie_breaks"].insert(0, "criterion:Z"),
        "bando.json, campo «tie_breaks[1]»: atteso uno fra «requested_low», «sent_first»,",
    ),
    "a rule this program does not know": (
        lambda call: call.update(bonus=5),
        "bando.json, campo «bonus»: questo campo non è previsto",
    ),
    "a rule that its format does not know": (
        lambda call: call.update(format="farelegami.call.1"),
        "bando.json, campo «sheets_of_dismissed»: questo campo non è previsto",
    ),
    "another format": (
        lambda call: call.update(format="farelegami.call.3"),
        "bando.json, campo «format»: atteso uno fra «farelegami.call.1», «farelegami.call.2», "
        "trovato «farelegami.call.3»",
    ),
    "too many decimals": (
        lambda call: call.update(rounding_digits=10**9),
        "bando.json, campo «rounding_digits»: atteso uno fra 0, 1, 2",
    ),
}


@pytest.mark.parametrize("what", CALLS)
def test_the_formula_is_the_one_of_the_call(what):
    change, said = CALLS[what]
    call = json.loads(SOUND.call)
    change(call)
    told = bundles.refusals(bundles.bound(SOUND, encode(call)))
    assert any(said in line for line in told), (what, told)


def test_another_call_is_not_the_one_the_ranking_names():
    call = SOUND.call.replace(b"Testo della sezione aims.", b"Testo della sezione aimS.")
    told = said_of(SOUND.ranking, call, SOUND.sha256)
    named = f"bando.json: attesa l'impronta {sha256(SOUND.call)} (è scritta in graduatoria.json)"
    assert told == [f"{named}, trovata {sha256(call)}"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_nothing_that_is_changed_passes_but_where_it_decides_nothing(trial, kind):
    """A sample of a small ranking; `make proof` makes every change of the demo's own files."""
    chance = random.Random(20260302)
    tried = chance.sample(range(trial.many(SOUND, kind)), 500)
    passed = [field for one in tried for field in trial.passing(SOUND, kind, one)]
    assert set(passed) <= trial.may_pass.keys(), passed


def test_the_trials_see_what_passes_and_call_it_by_name():
    """The control: a letter of the reason for which an application is excluded."""
    true, _, own, _ = TRIALS
    reason = b'"reason":"V'
    last = SOUND.ranking.index(reason) + len(reason) - 1
    assert own.passing(SOUND, BITS, 8 * last) == ["excluded[].reason"]
    assert true.passing(SOUND, BITS, 8 * last) == []
    assert not bundles.refused(SOUND)


def test_the_papers_explain_every_field_that_may_pass():
    said = (Path(__file__).parents[3] / "docs" / "calls.md").read_text(encoding="utf-8")
    for trial in TRIALS:
        for field in trial.may_pass:
            assert f"`{field}`" in said, field


# -- as a citizen runs it


def run(folder, files: bundles.Files, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "graduatoria.json").write_bytes(files.ranking)
    (folder / "bando.json").write_bytes(files.call)
    command = [sys.executable, "-I", verify_ranking_2.__file__, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


BOTH = ("graduatoria.json", "bando.json")


def test_it_runs_alone_agrees_and_writes_the_ranking_to_be_compared(tmp_path):
    done = run(tmp_path, SOUND, *BOTH, "--sha256", SOUND.sha256)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["1", "2026/0000005", "punti", "29.13", "euro", "8000.00"]
    assert lines[6].split() == ["-", "2026/0000007", "punti", "15.5", "euro", "0.00"]
    assert lines[7] == (
        "La graduatoria è corretta: ha l'impronta data e ogni valore si ricalcola uguale."
    )


def test_it_takes_the_hash_as_windows_writes_it_and_in_front(tmp_path):
    done = run(tmp_path, SOUND, "--sha256", f"{SOUND.sha256.upper()} ", *BOTH)
    assert done.returncode == 0


def test_one_changed_figure_is_enough(tmp_path):
    changed = SOUND._replace(ranking=SOUND.ranking.replace(b'"25.25"', b'"25.26"', 1))
    done = run(tmp_path, changed, *BOTH, "--sha256", SOUND.sha256)
    assert done.returncode == 1
    assert "riga 2 («2026/0000004»), campo «total»: atteso «25.25»" in done.stdout
    assert done.stdout.splitlines()[-1] == "La graduatoria NON è verificata: differenze 2."
    assert "corretta" not in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        BOTH,
        (*BOTH, "--sha256"),
        (*BOTH, SOUND.sha256),
        (*BOTH, "--sha256", SOUND.sha256[:-1]),
        (*BOTH, "--sha256", SOUND.sha256[:-1] + "g"),
        (BOTH[0], "--sha256", SOUND.sha256),
    ],
)
def test_without_the_hash_it_says_how_it_is_asked(tmp_path, arguments):
    done = run(tmp_path, SOUND, *arguments)
    assert done.returncode == 2
    assert "--sha256 IMPRONTA" in done.stdout and "corretta" not in done.stdout


def test_a_file_that_is_not_there_is_said_in_words(tmp_path):
    done = run(tmp_path, SOUND, BOTH[0], "altro.json", "--sha256", SOUND.sha256)
    assert done.returncode == 2 and done.stderr == ""
    assert "Non si riesce a leggere altro.json" in done.stdout


def test_a_file_cannot_write_signs_of_its_own_on_the_terminal(tmp_path):
    content = json.loads(SOUND.ranking)
    content["ranking"][0]["total"] = "\x1b[2J\u202eLa graduatoria è corretta"
    ranking = encode(content)
    done = run(tmp_path, SOUND._replace(ranking=ranking), *BOTH, "--sha256", sha256(ranking))
    assert done.returncode == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.stdout)


def test_a_terminal_without_accents_gets_its_answer(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    (tmp_path / "graduatoria.json").write_bytes(SOUND.ranking)
    (tmp_path / "bando.json").write_bytes(SOUND.call)
    command = [sys.executable, verify_ranking_2.__file__, *BOTH, "--sha256", SOUND.sha256]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0 and b"corretta" in done.stdout


# What stands apart: a row too many, one that is ranked too, one that nothing counts instead of,
# another rule than the call's.
APART = {
    "no envelope": (
        lambda content: content["excluded"].append(
            {"code": "2026/0000099", "instead": content["ranking"][0]["code"], "reason": ""}
        ),
        "la domanda 2026/0000099, o quella che conta, non è al suo posto",
    ),
    "ranked too": (
        lambda content: content["excluded"].append(
            {
                "code": content["ranking"][1]["code"],
                "instead": content["ranking"][0]["code"],
                "reason": "",
            }
        ),
        "non è al suo posto",
    ),
    "nothing counts instead": (
        lambda content: content["excluded"][0].update(instead="2026/0000011"),
        "campo «excluded[1]»: la domanda 2026/0000011, o quella che conta, non è al suo posto",
    ),
    "in another order": (
        lambda content: content["excluded"].insert(
            0, {"code": "2026/0000099", "instead": "2026/0000005", "reason": ""}
        ),
        'campo «excluded»: le domande non sono in ordine: ["2026/0000099", "2026/0000011"]',
    ),
    "another rule": (
        lambda content: content["sheets"].update(of_dismissed="leave"),
        "atteso «count», trovato «leave»",
    ),
    "half a sheet": (
        lambda content: content["sheets"].update(conflict="1"),
        "campo «sheets.conflict»: atteso un numero intero non negativo, trovato «1»",
    ),
}


@pytest.mark.parametrize("what", APART)
def test_what_stands_apart_is_looked_at_too(what):
    change, said = APART[what]
    content = json.loads(SOUND.ranking)
    change(content)
    found = SOUND._replace(ranking=encode(content))
    told = bundles.refusals(found._replace(sha256=sha256(found.ranking)))
    assert any(said in line for line in told), (what, told)


def test_a_call_of_the_first_format_says_nothing_of_who_left_and_verifies():
    call = json.loads(SOUND.call)
    del call["sheets_of_dismissed"]
    first = encode({**call, "format": "farelegami.call.1"})
    assert bundles.refusals(bundles.bound(SOUND, first)) == []
