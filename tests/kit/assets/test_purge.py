"""A style sheet without what no page uses."""

import pytest

from kit.assets.purge import classes, purge, words


def test_purging_keeps_what_is_used_and_its_order() -> None:
    sheet = ".a{x:1}.b{x:2}p .a,.b .a,h1{x:3}.a:not(.b){x:4}a[href]{x:5}"
    assert purge(sheet, {"a"}).split("\n")[:4] == [
        ".a{x:1}",
        "p .a,h1{x:3}",
        ".a:not(.b){x:4}",
        "a[href]{x:5}",
    ]


def test_purging_looks_into_media_and_drops_empty_ones() -> None:
    sheet = "@media print{.a{x:1}.b{x:2}}@media screen{.b{x:3}}"
    assert purge(sheet, {"a"}).strip() == "@media print{.a{x:1}}"


def test_purging_keeps_only_animations_that_are_named() -> None:
    sheet = ".a{animation:turn 1s}@keyframes turn{to{x:1}}@keyframes jump{to{x:2}}@font-face{x:3}"
    kept = purge(sheet, {"a"})
    assert "turn" in kept and "jump" not in kept and "font-face" not in kept


def test_a_comma_inside_brackets_does_not_split_a_selector() -> None:
    assert purge(":is(h1,h2) .a{x:1}", {"a"}).strip() == ":is(h1,h2) .a{x:1}"


def test_a_class_inside_not_is_no_class_that_is_needed() -> None:
    assert (
        purge(".a:not(.b):not(.c){x:1}.a:is(.b){x:2}", {"a"}).strip() == ".a:not(.b):not(.c){x:1}"
    )


def test_an_at_rule_that_holds_no_rules_stays() -> None:
    assert purge('@charset "utf-8";@layer a,b;.b{x:1}', {"a"}).strip() == '@charset "utf-8";'


@pytest.mark.parametrize(
    ("sheet", "named"),
    [
        (".a.b-c:hover>.d_e{x:1}", {"a", "b-c", "d_e"}),
        ("p{margin:.5em 1.5em}", set()),
        (".-a{x:1}", {"-a"}),
    ],
)
def test_the_classes_of_a_sheet_are_named(sheet: str, named: set[str]) -> None:
    assert classes(sheet) == named


def test_every_word_of_a_template_may_be_a_class() -> None:
    said = words("""<p class="fl-a {{ 'fl-b' if c else "fl_d" }}">7 e-8</p>""")
    assert {"fl-a", "fl-b", "fl_d"} <= said and not {"7", "8"} & said
