"""Verify a published ranking by computing it again from its own input.

    python3 verify_ranking.py graduatoria.json

Needs Python 3.10 or newer and nothing else. It reads the marks, the formula and the
envelopes' hashes from the file, draws the lots, computes points, order, states and euro
from the beginning and compares every value with what was published. At the end it prints
the SHA-256 of the file, which has to be the one on the ranking's page. Exit 0: everything
agrees; exit 1: the list of what does not.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

FORMAT = "farelegami.ranking.1"


def text(value: Fraction) -> str:
    """Write a fraction: "7.5" where the decimals end, "23/3" where they do not."""
    for digits in range(40):
        if 10**digits % value.denominator == 0:
            whole = str(value.numerator * (10**digits // value.denominator)).zfill(digits + 1)
            return whole if not digits else whole[:-digits] + "." + whole[-digits:]
    return f"{value.numerator}/{value.denominator}"


def rounded(value: Fraction, rounding: Any, step: str) -> Fraction:
    """Round halves upwards (values are not negative), at the declared step only."""
    scale = 10 ** rounding["digits"]
    return Fraction((value * scale * 2 + 1) // 2, scale) if rounding["step"] == step else value


def passes(value: Fraction, operator: str, minimum: str | None) -> bool:
    """Compare with a threshold; None excludes nobody."""
    if minimum is None:
        return True
    return value > Fraction(minimum) if operator == ">" else value >= Fraction(minimum)


def score(formula: Any, seed: str, published: Any) -> dict[str, Any]:
    """Compute what the marks of one application are worth."""
    row: dict[str, Any] = {"means": {}, "points": {}, "failed": []}
    total = Fraction(0)
    for criterion in formula["criteria"]:
        code = criterion["code"]
        marks = [Fraction(mark) for mark in published["marks"][code]]
        allowed = {Fraction(mark) for mark in criterion["marks"]}
        if not marks or not set(marks) <= allowed:
            raise ValueError(f"{published['code']}: a mark on {code} is not one of the grid")
        mean = sum(marks, Fraction(0)) / len(marks)
        points = rounded(mean * Fraction(criterion["weight"]), formula["rounding"], "criterion")
        row["means"][code], row["points"][code] = text(mean), text(points)
        total += points
        if not passes(mean, criterion["operator"], criterion["minimum"]):
            row["failed"].append(code)
    total = rounded(total, formula["rounding"], "total")
    if not passes(total, formula["threshold_operator"], formula["threshold"]):
        row["failed"].append("total")
    lot = hashlib.sha256(f"{seed}|{published['code']}".encode()).hexdigest()
    kept = ("code", "firm", "protocol", "requested", "marks")
    return {**{key: published[key] for key in kept}, **row, "total": text(total), "lot": lot}


def sort_key(formula: Any, row: Any) -> list[Any]:
    """The order of the ranking: total, declared keys, lot, code; the lower comes first."""
    keys: list[Any] = [-Fraction(row["total"])]
    for name in formula["tie_breaks"]:
        if name.startswith("criterion:"):
            keys.append(-Fraction(row["means"][name[len("criterion:") :]]))
        else:
            names = {"requested_low": "requested", "sent_first": "protocol", "lot": "lot"}
            keys.append(row[names[name]])
    return [*keys, row["lot"], row["code"]]


def walk(formula: Any, passed: list[dict[str, Any]]) -> None:
    """Number the rows, name the key that parted equal totals, walk down the budget."""
    left, walking = formula["budget"], True
    above: list[Any] | None = None
    names = [*formula["tie_breaks"], "lot", "code"]
    for position, row in enumerate(passed, start=1):
        key = sort_key(formula, row)
        row["position"], row["decided_by"] = position, None
        if above is not None and above[0] == key[0]:
            pairs = zip(names, above[1:], key[1:], strict=True)
            row["decided_by"] = next(name for name, theirs, ours in pairs if theirs != ours)
        above = key
        row["state"], row["granted"] = "eligible_not_funded", 0
        if walking and row["requested"] <= left:
            row["state"], row["granted"] = "funded", row["requested"]
        elif walking and formula["budget_rule"] == "partial" and left > 0:
            row["state"], row["granted"], walking = "partly_funded", left, False
        elif formula["budget_rule"] != "skip":
            walking = False
        left -= row["granted"]


def recompute(bundle: Any) -> dict[str, Any]:
    """Return the bundle as its own input says it must be."""
    lines = "".join(f"{code} {sha}\n" for code, sha in sorted(bundle["envelopes"].items()))
    seed = hashlib.sha256(lines.encode()).hexdigest()
    formula = bundle["formula"]
    rows = [score(formula, seed, row) for row in bundle["ranking"]]
    codes = [row["code"] for row in rows]
    if len(set(codes)) != len(codes) or set(codes) - set(bundle["envelopes"]):
        raise ValueError("an application appears twice, or has no envelope")
    passed = sorted((r for r in rows if not r["failed"]), key=lambda r: sort_key(formula, r))
    failed = sorted((r for r in rows if r["failed"]), key=lambda r: r["code"])
    walk(formula, passed)
    for row in failed:
        row.update(position=None, decided_by=None, state="below_threshold", granted=0)
    granted = sum(row["granted"] for row in passed)
    return {**bundle, "seed": seed, "ranking": passed + failed, "granted": granted}


def differences(published: Any, computed: Any, path: str = "") -> Iterator[str]:
    """List where two values part."""
    if isinstance(published, dict) and isinstance(computed, dict):
        for key in sorted(set(published) | set(computed)):
            yield from differences(published.get(key), computed.get(key), f"{path}.{key}")
    elif isinstance(published, list) and isinstance(computed, list):
        for index in range(max(len(published), len(computed))):
            theirs, ours = (v[index] if index < len(v) else None for v in (published, computed))
            yield from differences(theirs, ours, f"{path}[{index}]")
    elif published != computed or type(published) is not type(computed):
        yield f"{path.lstrip('.')}: published {published!r}, computed {computed!r}"


def verify(data: bytes) -> list[str]:
    """Return what is wrong with the bytes of a bundle; an empty list when all agrees."""
    try:
        bundle = json.loads(data)
        if bundle["format"] != FORMAT:
            return [f"unknown format {bundle['format']!r}"]
        canonical = json.dumps(
            bundle, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()
        found = [] if canonical == data else ["the file is not in canonical form"]
        return found + list(differences(bundle, recompute(bundle)))
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        return [f"cannot be computed: {error!r}"]


def main(arguments: list[str]) -> int:
    """Verify the file named on the command line."""
    if len(arguments) != 2:
        print(__doc__)
        return 2
    with open(arguments[1], "rb") as file:
        data = file.read()
    found = verify(data)
    print("\n".join(found) or "La graduatoria è corretta: ogni valore si ricalcola uguale.")
    print("SHA-256", hashlib.sha256(data).hexdigest())
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
