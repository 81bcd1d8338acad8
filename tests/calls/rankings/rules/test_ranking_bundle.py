"""The published bundle: its bytes are a promise to everybody who keeps one."""

import json

from calls.rankings.rules import ranking_bundle
from kit.canonical import sha256
from tests.calls import bundles

# Whoever changes one byte of the format breaks every bundle that citizens hold.
FROZEN = "e8e3b69e6df4b233d80af26329311fbf064a5a54e20ad69e82302da106473d47"


def test_not_one_byte_of_the_format_changes():
    assert bundles.sound().sha256 == FROZEN


def test_the_bundle_verifies_and_names_nobody():
    found = bundles.sound()
    content = json.loads(found.ranking)
    assert bundles.refusals(found) == []
    assert set(content) == {
        *("format", "call", "formula", "envelopes", "seed", "ranking", "granted"),
        *("excluded", "sheets"),
    }
    assert {tuple(row) for row in content["ranking"]} == {
        (
            "code", "decided_by", "failed", "granted", "lot", "marks", "means", "points",
            "position", "protocol", "receipt", "received_at", "requested", "state", "total",
        )
    }  # fmt: skip
    assert content["granted"] == 20_000_00
    assert content["call"]["version_sha256"] == sha256(found.call)


def test_the_instant_of_arrival_stands_in_the_bundle_to_the_microsecond():
    rows = json.loads(bundles.sound().ranking)["ranking"]
    found = {row["code"]: row["received_at"] for row in rows}
    assert found["2026/0000004"] == "2026-03-05T09:00:01Z"
    assert found["2026/0000002"] == "2026-03-05T09:00:01.000005Z"


def test_the_names_are_a_file_of_their_own_that_says_what_it_goes_with():
    names = ranking_bundle.names("ab" * 32, {"2026/0000002": "Bottega", "2026/0000001": "Forno"})
    assert json.loads(names) == {
        "format": "farelegami.names.1",
        "ranking_sha256": "ab" * 32,
        "firms": {"2026/0000001": "Forno", "2026/0000002": "Bottega"},
    }
