"""Accents, marks and capitals do not count in the order and the search of names."""

import ast
import json
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from sqlalchemy import Computed, String, select, text

from kit import db, ordering
from people import persons
from people.tables.persons import Person
from tests import make

ROOT = Path(__file__).parents[2]
HOUSES = ("kit", "people", "ledger", "market", "calls", "community")
SAMPLES = (
    "María D'Ángelo",
    "MARIA D’ANGELO",
    "Élite",
    "Łódź",
    "Straße",
    "Sørensen Ærø",
    "Đorđević",
    "ＦＵＬＬ ﬁne",
    "Олена Шевченко",
    "ΑΘΗΝΑ",
    "İstanbul ıslak",
    "100% _sottolineato_ \\ barra",
    "e\u0301tage",
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("María D'Ángelo", "maria d'angelo"),
        ("MARIA D’ANGELO", "maria d'angelo"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("Олена", "олена"),
        ("", ""),
    ],
)
def test_a_key_has_no_accents_and_no_capitals(name, key):
    assert ordering.key(name) == key


def test_the_database_gives_the_same_key(session):
    letters = "".join(chr(code) for code in range(0x20, 0x530) if chr(code).isprintable())
    query = text(f"select {ordering.expression(':name')}".replace(":name", "cast(:name as text)"))
    for name in (*SAMPLES, letters):
        assert session.execute(query, {"name": name}).scalar_one() == ordering.key(name)


@pytest.mark.skipif(shutil.which("node") is None, reason="no node here")
def test_the_browser_gives_the_same_key():
    source = (ROOT / "static/src/js/filter.js").read_text()
    plain = source[source.index("const ONE") : source.index("function filter")]
    script = f"{plain}\nprocess.stdout.write(JSON.parse(process.argv[1]).map(plain).join('\\n'))"
    told = subprocess.run(
        ["node", "-e", script, "--", json.dumps(SAMPLES)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split("\n") == [ordering.key(name) for name in SAMPLES]


def test_names_stand_in_the_order_people_expect(session):
    for name in ("Fabio", "Élite", "Dario", "élan", "Zoe", "Ètta"):
        make.person(session, name)
    found = session.scalars(select(Person.name).order_by(Person.name_order, Person.id))
    assert [unicodedata.normalize("NFC", name) for name in found] == [
        "Dario",
        "élan",
        "Élite",
        "Ètta",
        "Fabio",
        "Zoe",
    ]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("angelo", ["María D'Ángelo"]),
        ("MARÌA d’àng", ["María D'Ángelo"]),
        ("%", ["Cento% Bio"]),
        ("_", ["Sotto_Lineato"]),
        ("\\", ["Barra\\Rovesciata"]),
        ("a_b", []),
        ("speciale_@", []),
        ("persona.speciale@", ["Con Indirizzo"]),
    ],
)
def test_people_are_found_by_what_was_typed_and_signs_are_literal(session, typed, found):
    for name in ("María D'Ángelo", "Cento% Bio", "Sotto_Lineato", "Barra\\Rovesciata", "Axb"):
        make.person(session, name)
    make.person(session, "Con Indirizzo", email="persona.speciale@esempio.it")
    assert [person.name for person, _ in persons.with_roles(session, typed)] == found


def attributes(tree):
    """Every `Class.name` inside a call of order_by."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "order_by":
            for inner in (each for given in node.args for each in ast.walk(given)):
                if isinstance(inner, ast.Attribute) and inner.attr == "name":
                    yield ast.unparse(inner)


def test_no_name_is_ordered_or_searched_without_its_key():
    wrong = []
    for house in HOUSES:
        for path in (ROOT / house).rglob("*.py"):
            source = path.read_text()
            wrong += [f"{path}: order_by({found})" for found in attributes(ast.parse(source))]
            wrong += [
                f"{path}: {found}"
                for found in re.findall(r"\.i?like\(|order by [^\"']*\b\w\.name\b(?!_)", source)
            ]
    assert wrong == []


def test_every_key_is_kept_by_the_database_beside_its_name():
    keyed = [
        column
        for table in db.Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_order") and isinstance(column.computed, Computed)
    ]
    named = {column.table.name for column in keyed}
    assert named == {"person", "centre", "pickup_point", "household", "producer"}
    for column in keyed:
        assert column.computed is not None and isinstance(column.type, String)
        assert column.type.collation == "C"
        assert str(column.computed.sqltext) == ordering.expression("name")
