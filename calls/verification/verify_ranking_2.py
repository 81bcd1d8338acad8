"""Check a published ranking against its fingerprint and its call, and compute it again.

    python3 verify_ranking.py graduatoria.json bando.json --sha256 FINGERPRINT

Needs Python 3.10 or newer and no network. The fingerprint is printed on the ranking's page and in
its PDF. Both files are canonical JSON and have their fingerprints; the formula is the call's; each
envelope is excluded by name or has one row, sent in time, with marks of the grid; seed, lots,
receipts, means, points, thresholds, order, states and euro come out the same.

Exit 0: all of it holds, the ranking is printed. Exit 1: each line says where something does not,
what was expected and what was found. Exit 2: it was asked in another way.
"""

import hashlib
import json
import operator
import re
import sys
import unicodedata
from collections import namedtuple
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from functools import cache
from typing import Any

RANKING, CALL = "graduatoria.json", "bando.json"
DISMISSED = "sheets_of_dismissed"  # the first format of calls does not say it: they counted
FORMAT, CALL_FORMATS = "farelegami.ranking.2", ("farelegami.call.1", "farelegami.call.2")
HEAD = ("title", "opens_at", "deadline_at", "cap", "intensity_percent")  # of the call
USAGE = "Si usa così: python3 verify_ranking.py graduatoria.json bando.json --sha256 IMPRONTA"
EXACT, FORM = cache(Fraction), cache(re.compile)
MEAN = cache(lambda *marks: sum(map(EXACT, marks), Fraction(0)) / len(marks))
WRITE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
REACHES = {">": operator.gt, ">=": operator.ge}
FEWEST_SHEETS = 2  # a mark given by one person alone is no commission
ODD: Any = {"object_pairs_hook": tuple, "parse_float": str.encode, "parse_constant": str.encode}
ODD["parse_int"] = lambda text: int(text) if len(text) <= 18 else text.encode()
Path = tuple[str | int, ...]
Fault = tuple[Path, str]
# Texts of one form and how they are called, perhaps null too; a list or an object (`kind`) of any
# length, all of whose items are alike.
Text = namedtuple("Text", "form name null", defaults=(False,))
Each = namedtuple("Each", "kind item")
HEX = Text(r"[0-9a-f]{64}", "un codice SHA-256 di 64 cifre esadecimali")
CODE = Text(r"[0-9]{4}/[0-9]{7,9}", "un protocollo come «2026/0000042»")
DECIMAL = Text(r"(0|[1-9][0-9]{0,17})(\.[0-9]{0,17}[1-9])?", "un numero scritto come «7.5»")
INSTANT = Text(r"[-0-9]{10}T[:0-9]{8}(\.[0-9]{6})?Z", "un istante come «2026-12-03T11:00:00Z»")
KINDS = {int: "un numero intero non negativo", bool: "vero o falso", str: "un testo"}
KINDS |= {dict: "un oggetto", list: "un elenco"}
# What the files must look like: a type, a form, a tuple of what is known, or the value itself.
ROW = {
    **{"code": CODE, "protocol": object, "received_at": INSTANT, "requested": int, "state": object},
    **{"marks": Each(dict, Each(list, DECIMAL)), "position": object, "decided_by": object},
    **dict.fromkeys(("means", "points", "total", "failed", "lot", "receipt", "granted"), object),
}
SHAPE = {
    "call": {**dict.fromkeys(HEAD, object), "version_sha256": HEX},
    **{"format": FORMAT, "formula": object, "seed": object, "granted": object},
    **{"envelopes": Each(dict, HEX), "ranking": Each(list, ROW)},
    **{"excluded": Each(list, {"code": CODE, "instead": CODE, "reason": str}), "sheets": object},
}
CRITERION = {
    **{"code": str, "name": str, "weight": DECIMAL, "maximum": DECIMAL},
    **{"minimum": DECIMAL._replace(null=True), "operator": (*REACHES,)},
    **{"motivation_required": bool, "rubric": Each(list, {"mark": DECIMAL, "text": str})},
}
CALL_SHAPE = {
    **{"format": CALL_FORMATS, "sections": object, "eligibility": object},
    **dict.fromkeys(("title", "summary", "responsible", "contact"), str),
    **{"opens_at": INSTANT, "deadline_at": INSTANT, "criteria": Each(list, CRITERION)},
    **{"budget": int, "cap": int, "intensity_percent": int, "tie_breaks": Each(list, str)},
    **{"threshold": DECIMAL._replace(null=True), "threshold_operator": (*REACHES,)},
    **{"rounding_step": ("criterion", "total"), "rounding_digits": tuple(range(19))},
    **{"budget_rule": ("stop", "partial", "skip"), DISMISSED: ("count", "leave")},
}


def fits(value: Any, shape: Any, path: Path = ()) -> Iterator[Fault]:
    """List where a value is not of its shape, which may be the very value expected."""
    if isinstance(shape, Each) and isinstance(value, shape.kind):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from fits(item, shape.item, (*path, key))
    elif isinstance(shape, dict) and isinstance(value, dict):
        for key in {**shape, **value}:
            if key not in value:
                yield (*path, key), "manca"
            elif key not in shape:
                yield (*path, key), "questo campo non è previsto"
            elif shape[key] is not object:
                yield from fits(value[key], shape[key], (*path, key))
    elif isinstance(shape, list) and isinstance(value, list) and len(shape) == len(value):
        yield from fits(dict(enumerate(value)), dict(enumerate(shape)), path)
    elif (name := unfit(value, shape)) is not None:
        yield path, f"atteso {name}, trovato {said(value)}"


def unfit(value: Any, shape: Any) -> str | None:
    """Name what a single value should have been; None when it is that."""
    if isinstance(shape, Text):
        fine = isinstance(value, str) and FORM(shape.form).fullmatch(value) is not None
        fine = fine and (shape is not INSTANT or instant(value) is not None)
        return None if fine or (shape.null and value is None) else shape.name
    if isinstance(shape, type):
        exact = type(value) is shape or shape is object
        return None if exact and (shape is not int or value >= 0) else KINDS[shape]
    if isinstance(shape, (Each, dict)):
        return KINDS[shape.kind if isinstance(shape, Each) else dict]
    known = shape if isinstance(shape, tuple) else (shape,)
    if any(type(value) is type(one) and value == one for one in known):
        return None
    return ("uno fra " if len(known) > 1 else "") + ", ".join(map(said, known))


def said(value: Any) -> str:
    """Write a value of a file for people: texts in quotes, no invisible sign, not too long."""
    text = repr(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))[1:-1]
    return f"«{text[:120]}»" if isinstance(value, str) else text[:120]


def read(data: bytes, shape: Any) -> tuple[Any, list[Fault]]:
    """Return the content of canonical JSON, and what is not canonical, or not of its shape."""
    faults: list[Fault] = []
    try:
        found = json.loads(data.decode(), **ODD)
        content = plain(found, (), faults)
        text = WRITE(content)
    except (ValueError, RecursionError) as error:
        place = getattr(error, "pos", getattr(error, "start", 0)) + 1
        return None, [((), f"non è JSON in UTF-8: non si legge più dal carattere {place}")]
    canonical = text.encode("utf-8", "surrogatepass")
    if not faults and canonical != data:
        pairs = enumerate(zip(canonical + b"\0", data + b"\0", strict=False))
        place = next(index for index, (one, other) in pairs if one != other) + 1
        wrong = "non è nella forma canonica (spazi, a capo, segni scritti in altro modo)"
        faults.append(((), f"{wrong} dal byte {place}"))
    return content, faults or [*fits(content, shape)]


def plain(value: Any, path: Path, faults: list[Fault]) -> Any:
    """Turn pairs into objects and odd numbers (as bytes) into 0, and note all such faults."""
    if isinstance(value, tuple):
        content: dict[str, Any] = {}
        before = ""
        for key, item in value:
            if key in content:
                faults.append(((*path, key), "la chiave è scritta due volte"))
            elif key < before:
                faults.append(((*path, key), f"fuori ordine: viene dopo la chiave {said(before)}"))
            content[key], before = plain(item, (*path, key), faults), key
        return content
    if isinstance(value, list):
        return [plain(item, (*path, index), faults) for index, item in enumerate(value)]
    if isinstance(value, bytes):
        text = value[:40].decode()
        faults.append((path, f"atteso un numero intero fino a 18 cifre, trovato {text}"))
        return 0
    if isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
        faults.append((path, "le lettere accentate non sono scritte nella forma NFC"))
    return value


def formula_of(call: Any) -> dict[str, Any]:
    """Take the formula out of the call's published text."""
    kept = ("threshold", "threshold_operator", "tie_breaks", "budget", "budget_rule")
    rounding = {"step": call["rounding_step"], "mode": "half-up", "digits": call["rounding_digits"]}
    formula = {key: call[key] for key in kept} | {"aggregate": "mean", "rounding": rounding}
    kept = ("code", "name", "weight", "minimum", "operator")
    criteria = [
        {key: line[key] for key in kept} | {"marks": [judged["mark"] for judged in line["rubric"]]}
        for line in call["criteria"]
    ]
    return {**formula, "criteria": criteria}


def belong(content: Any, call: Any) -> Iterator[Fault]:
    """List rows and envelopes that are not each other's, and rows the call does not admit."""
    lines: dict[str, int] = {}
    opens, closes = instant(call["opens_at"]), instant(call["deadline_at"])
    for index, row in enumerate(content["ranking"]):
        code, path, at = row["code"], ("ranking", index), instant(row["received_at"])
        if code in lines:
            yield (*path, "code"), f"la domanda {code} è già alla riga {lines[code] + 1}"
        lines.setdefault(code, index)
        if code not in content["envelopes"]:
            yield (*path, "code"), f"fra le buste non c'è la domanda {code}"
        yield from fits(row["protocol"], [*map(int, code.split("/"))], (*path, "protocol"))
        if opens and closes and at and not opens <= at.replace(microsecond=0) <= closes:
            wrong = f"atteso un istante da {call['opens_at']} a {call['deadline_at']}"
            yield (*path, "received_at"), f"{wrong}, trovato {said(row['received_at'])}"
        if row["requested"] > call["cap"]:
            wrong = f"atteso al più {call['cap']} (il massimo del bando, in centesimi)"
            yield (*path, "requested"), f"{wrong}, trovato {row['requested']}"
        yield from marked(row["marks"], call["criteria"], (*path, "marks"))
    out = [row["code"] for row in content["excluded"]]
    for index, row in enumerate(content["excluded"]):
        code, once = row["code"], out.count(row["code"]) == 1 and row["code"] not in lines
        if not once or code not in content["envelopes"] or row["instead"] not in lines:
            yield ("excluded", index), f"la domanda {code}, o quella che conta, non è al suo posto"
    if out != sorted(out):
        yield ("excluded",), f"le domande non sono in ordine: {said(out)}"
    for code in content["envelopes"]:
        if code not in lines and code not in out:
            yield ("envelopes", code), "la busta c'è, ma la domanda manca dalla graduatoria"


def marked(marks: dict[str, list[str]], criteria: Any, path: Path) -> Iterator[Fault]:
    """List marks that are not of the grid, not in order, or not of whole sheets."""
    yield from fits(marks, {criterion["code"]: object for criterion in criteria}, path)
    counts = [len(found) for found in marks.values()] or [0]
    sheets = max(FEWEST_SHEETS, max(counts, key=counts.count))
    for criterion in criteria:
        code, found = criterion["code"], marks.get(criterion["code"], ["0"] * sheets)
        if len(found) != sheets:
            yield (*path, code), f"attesi {sheets} punteggi (uno per scheda), trovati {len(found)}"
        grid = tuple(judgement["mark"] for judgement in criterion["rubric"])
        yield from fits(marks.get(code, []), Each(list, grid), (*path, code))
        if found != sorted(found, key=EXACT):
            yield (*path, code), f"i punteggi non sono in ordine crescente: {said(found)}"


@cache
def instant(text: str) -> datetime | None:
    """Read an instant; None where the calendar has no such day or hour."""
    try:
        found = datetime.fromisoformat(text[:-1])
    except ValueError:
        return None
    return found if found.isoformat() + "Z" == text else None


@cache
def number(value: Fraction) -> str:
    """Write a fraction: "7.5" where the decimals end, "23/3" where they do not."""
    for digits in range(64):
        if 10**digits % value.denominator == 0:
            figures = str(value.numerator * (10**digits // value.denominator)).zfill(digits + 1)
            return figures if not digits else figures[:-digits] + "." + figures[-digits:]
    return f"{value.numerator}/{value.denominator}"


def sha256_of(data: bytes) -> str:
    """Compute a fingerprint."""
    return hashlib.sha256(data).hexdigest()


@cache
def rounded(value: Fraction, digits: int | None) -> Fraction:
    """Round halves upwards (nothing here is negative); not at all where no digits are told."""
    scale = 10 ** (digits or 0)
    return value if digits is None else Fraction((value * scale * 2 + 1) // 2, scale)


def score(formula: Any, seed: str, envelope: str, published: Any) -> dict[str, Any]:
    """Compute what the marks of one application are worth, not yet its place."""
    means, points, total, least = {}, {}, Fraction(0), []
    digits = {formula["rounding"]["step"]: formula["rounding"]["digits"]}
    for criterion in formula["criteria"]:
        code = criterion["code"]
        mean = MEAN(*published["marks"][code])
        worth = rounded(mean * EXACT(criterion["weight"]), digits.get("criterion"))
        means[code], points[code], total = number(mean), number(worth), total + worth
        least.append((code, mean, criterion["operator"], criterion["minimum"]))
    total = rounded(total, digits.get("total"))
    least.append(("total", total, formula["threshold_operator"], formula["threshold"]))
    failed = [name for name, value, by, bar in least if bar and not REACHES[by](value, EXACT(bar))]
    row = {key: published[key] for key in ("code", "protocol", "received_at", "requested", "marks")}
    sent = f"{row['code']}|{row['received_at']}|{row['requested']}|{envelope}"
    row |= {"lot": sha256_of(f"{seed}|{row['code']}".encode()), "receipt": sha256_of(sent.encode())}
    row |= {"means": means, "points": points, "total": number(total), "failed": failed}
    return {**row, "position": None, "decided_by": None, "state": "below_threshold", "granted": 0}


def sort_key(formula: Any, row: Any) -> list[Any]:
    """The order of the ranking: total, declared keys, lot, code; the lower comes first."""
    keys: dict[str, Any] = {"total": -EXACT(row["total"]), "lot": row["lot"], "code": row["code"]}
    keys |= {"requested_low": row["requested"], "sent_first": instant(row["received_at"])}
    keys |= {f"criterion:{code}": -EXACT(mean) for code, mean in row["means"].items()}
    return [keys[name] for name in ("total", *formula["tie_breaks"], "lot", "code")]


def walk(formula: Any, passed: list[dict[str, Any]]) -> None:
    """Number the rows, name the key that parted equal totals, walk down the budget."""
    left, walking = formula["budget"], True
    above, names = None, [*formula["tie_breaks"], "lot", "code"]
    for position, row in enumerate(passed, start=1):
        key = sort_key(formula, row)
        row["position"], row["state"] = position, "eligible_not_funded"
        if above is not None and above[0] == key[0]:
            pairs = zip(names, above[1:], key[1:], strict=True)
            row["decided_by"] = next(name for name, theirs, ours in pairs if theirs != ours)
        above = key
        if walking and row["requested"] <= left:
            row["state"], row["granted"] = "funded", row["requested"]
        elif walking and formula["budget_rule"] == "partial" and left > 0:
            row["state"], row["granted"], walking = "partly_funded", left, False
        elif formula["budget_rule"] != "skip":
            walking = False
        left -= row["granted"]


def compute(content: Any, formula: Any) -> dict[str, Any]:
    """Return seed, rows and sum as envelopes, marks and formula say they must be."""
    lines = "".join(f"{code} {sha}\n" for code, sha in sorted(content["envelopes"].items()))
    seed, sent = sha256_of(lines.encode()), content["envelopes"]
    rows = [score(formula, seed, sent[row["code"]], row) for row in content["ranking"]]
    passed = sorted((r for r in rows if not r["failed"]), key=lambda r: sort_key(formula, r))
    failed = sorted((r for r in rows if r["failed"]), key=lambda r: r["code"])
    walk(formula, passed)
    return {"seed": seed, "ranking": passed + failed, "granted": sum(r["granted"] for r in passed)}


def compare(content: Any, computed: dict[str, Any]) -> Iterator[Fault]:
    """List what was published otherwise than it is computed: seed, order, rows and sum."""
    yield from fits(content["seed"], computed["seed"], ("seed",))
    rows = {row["code"]: row for row in computed["ranking"]}
    for index, (row, code) in enumerate(zip(content["ranking"], rows, strict=True)):
        if (found := row["code"]) != code:
            wrong = f"fuori ordine: attesa la domanda {code}, trovata {found}"
            yield ("ranking", index, "code"), wrong
        if WRITE(row) != WRITE(rows[row["code"]]):
            yield from fits(row, rows[row["code"]], ("ranking", index))
    yield from fits(content["granted"], computed["granted"], ("granted",))


def apart(content: Any, text: Any) -> Iterator[Fault]:
    """List where the two files contradict each other, or a ranking its own marks."""
    formula, head = formula_of(text), {key: text[key] for key in HEAD}
    yield from fits(content["call"], {**content["call"], **head}, ("call",))
    yield from fits(content["formula"], formula, ("formula",))
    head = {"of_dismissed": text.get(DISMISSED, "count"), "dismissed": int, "conflict": int}
    yield from fits(content["sheets"], head, ("sheets",))
    yield from [*belong(content, text)] or compare(content, compute(content, formula))


def verify(ranking: bytes, call: bytes, sha256: str) -> Iterator[str]:
    """Say what is wrong with the bytes of the two files; nothing when all of it holds."""
    if (found := sha256_of(ranking)) != sha256:
        yield f"{RANKING}: attesa l'impronta {sha256}, trovata {found}"
    content, broken = read(ranking, SHAPE)
    if not broken and (found := sha256_of(call)) != (named := content["call"]["version_sha256"]):
        yield f"{CALL}: attesa l'impronta {named} (è scritta in {RANKING}), trovata {found}"
    text, unknown = read(call, object)
    first = isinstance(text, dict) and text.get("format") == CALL_FORMATS[0]
    shape = {key: CALL_SHAPE[key] for key in CALL_SHAPE if not first or key != DISMISSED}
    unknown += () if unknown else fits(text, shape)
    if not unknown:
        codes = (f"criterion:{criterion['code']}" for criterion in text["criteria"])
        rules = Each(list, ("requested_low", "sent_first", "lot", *codes))
        unknown += fits(text["tie_breaks"], rules, ("tie_breaks",))
    for path, why in unknown:
        yield f"{CALL}{place(text, path)}: {why}"
    for path, why in broken or (() if unknown else apart(content, text)):
        yield f"{RANKING}{place(content, path)}: {why}"


def place(content: Any, path: Path) -> str:
    """Name row and field; rows and items of a list are counted from 1."""
    row = ""
    if len(path) > 1 and path[0] == "ranking" and isinstance(path[1], int):
        row, rows, at, path = f", riga {path[1] + 1}", content["ranking"], path[1], path[2:]
        if isinstance(rows, list) and at < len(rows) and isinstance(rows[at], dict):
            row += f" ({said(rows[at].get('code'))})"
    steps = (f"[{step + 1}]" if isinstance(step, int) else f".{said(step)[1:-1]}" for step in path)
    return row + (f", campo «{''.join(steps).lstrip('.')}»" if path else "")


def main(arguments: list[str]) -> int:
    """Verify the two files named on the command line."""
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    ranking = call = sha256 = ""
    match arguments:
        case [ranking, call, "--sha256", sha256] | ["--sha256", sha256, ranking, call]:
            sha256 = sha256.strip().lower()
    if not re.fullmatch(HEX.form, sha256):
        print(f"{USAGE}\nL'impronta ha 64 cifre ed è scritta accanto alla graduatoria.")
        return 2
    try:
        with open(ranking, "rb") as one, open(call, "rb") as other:
            data, text = one.read(), other.read()
    except OSError as error:
        print(f"Non si riesce a leggere {error.filename}: {error.strerror}")
        return 2
    if found := [*verify(data, text, sha256)]:
        print(*found[:40], f"La graduatoria NON è verificata: differenze {len(found)}.", sep="\n")
        return 1
    for row in json.loads(data)["ranking"]:
        at, euro = row["position"] or "-", f"{row['granted'] // 100}.{row['granted'] % 100:02d}"
        print(f"{at:>5}  {row['code']}  punti {row['total']:>8}  euro {euro:>12}")
    print("La graduatoria è corretta: ha l'impronta data e ogni valore si ricalcola uguale.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
