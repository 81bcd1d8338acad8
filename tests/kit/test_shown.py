"""What was shown, what is typed, what is saved: nothing is undone without a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import shown
from kit.errors import Message
from kit.shown import Changed, Met, check, differences, mark, meet, merge, pack

texts = st.sampled_from(
    ["", "quattro vasi", "due vasi", " due vasi ", "riga\r\nriga", "riga\nriga"]
)


@pytest.mark.parametrize(
    ("saved", "typed", "was", "met"),
    [
        ("4", "4", "4", Met.SAME),
        ("4", "4", "", Met.SAME),  # both wrote the same
        ("4", "", "", Met.SAME),  # an old page that was not touched here
        ("", "2", "", Met.MINE),
        ("4", "2", "4", Met.MINE),
        ("4", "", "4", Met.MINE),  # taken away on purpose
        ("4", "2", "", Met.CLASH),
        ("4", "2", "1", Met.CLASH),
        ("", "2", "1", Met.CLASH),  # taken away by somebody else
    ],
)
def test_a_field_is_kept_saved_or_asked_about(saved, typed, was, met):
    assert meet(saved, typed, mark(was)) is met


@given(saved=texts, typed=texts, was=texts)
def test_what_is_saved_is_never_undone_without_a_word(saved, typed, was):
    """Whatever was shown: a text that others saved falls only to one typed beside it."""
    met = meet(saved, typed, mark(was))
    if met is Met.MINE:
        assert shown.plain(saved) == shown.plain(was)
        assert shown.plain(typed) != shown.plain(was)
    if met is Met.CLASH:
        assert shown.plain(saved) not in (shown.plain(was), shown.plain(typed))


@given(st.text(), st.text())
def test_only_equal_texts_have_one_mark(one, other):
    assert (mark(one) == mark(other)) == (shown.plain(one) == shown.plain(other))


def test_a_page_saves_what_it_changed_and_leaves_what_others_did():
    saved = {"name": "Rossi", "note": "quattro vasi", "phone": "0372 1", "limit": "10"}
    typed = {"name": "Rossi", "note": "due vasi", "phone": "0372 2"}
    marks = {"name": mark("Bianchi"), "note": mark("un vaso"), "phone": mark("0372 1")}
    merged = merge(saved, typed, marks)
    assert merged.values == {
        "name": "Rossi",
        "note": "due vasi",
        "phone": "0372 2",
        "limit": "10",
    }
    assert merged.mine == {"phone"}
    assert merged.clashes == {"note": "quattro vasi"}


@pytest.mark.parametrize(
    ("saved", "typed", "clashes"),
    [
        (("hg", "0,22", ""), ("kg", "2,40", ""), {"unit", "price"}),
        (("hg", "0,22", ""), ("kg", "2,22", "2"), {"unit", "price", "least"}),
        (("kg", "0,22", ""), ("hg", "2,22", ""), {"unit", "price"}),
        (("kg", "0,22", ""), ("kg", "2,22", "2"), set()),  # nobody touched the unit
        (("hg", "0,22", ""), ("kg", "2,22", ""), set()),  # this page touched nothing
        (("kg", "2,22", ""), ("hg", "0,22", "2"), set()),  # nobody else touched anything
        (("hg", "0,22", ""), ("hg", "0,22", ""), set()),  # both wrote the same
    ],
)
def test_what_means_something_only_together_is_asked_about_together(saved, typed, clashes):
    names = ("unit", "price", "least")
    was = {name: mark(text) for name, text in zip(names, ("kg", "2,22", ""), strict=True)}
    now, page = dict(zip(names, saved, strict=True)), dict(zip(names, typed, strict=True))
    merged = merge(now, page, was, together=names)
    assert merged.clashes == {name: now[name] for name in names if name in clashes}
    if clashes:
        assert merged.values == page, "as it stands on the page that was sent"


CALL = {"cap": "10.000 €", "deadline": "30 novembre", "note": ""}
WORDS = {"cap": "il contributo massimo", "deadline": "la scadenza", "note": "la nota"}


def named(name: str) -> Message:
    return Message(WORDS.get(name, name))


def test_an_act_is_done_while_everything_is_as_shown():
    check(pack(CALL), CALL, named)


@pytest.mark.parametrize(
    ("now", "names", "said"),
    [
        ({**CALL, "cap": "20.000 €"}, ["cap"], "il contributo massimo"),
        ({**CALL, "note": "nuova"}, ["note"], "la nota"),
        ({"cap": "", "deadline": "1 dicembre"}, ["cap", "deadline", "note"], "la scadenza e la"),
        ({**CALL, "row": "D-7"}, ["row"], "row"),
    ],
)
def test_what_changed_since_is_named(now, names, said):
    with pytest.raises(Changed) as refused:
        check(pack(CALL), now, named)
    assert refused.value.names == names
    assert said in str(refused.value)


def test_a_form_that_does_not_say_what_it_showed_confirms_nothing():
    with pytest.raises(Changed, match="guarda questa pagina"):
        check("", {}, named)
    with pytest.raises(Changed):
        check("rubbish", CALL, named)


def test_many_changes_are_counted():
    parts = {f"row-{n}": str(n) for n in range(40)}
    with pytest.raises(Changed, match="e altre 36 cose"):
        check(pack(dict.fromkeys(parts, "x")), parts, Message)


def test_two_parts_of_one_name_are_named_once():
    with pytest.raises(Changed, match="qualcosa: la graduatoria\\. "):
        check(pack({"a": "1", "b": "2"}), {"a": "2", "b": "1"}, lambda _: Message("la graduatoria"))


@given(st.dictionaries(st.text("abc-:", min_size=1), texts, max_size=5))
def test_what_is_packed_differs_from_nothing_but_changes(parts):
    assert differences(pack(parts), parts) == []
    for name in parts:
        assert differences(pack(parts), {**parts, name: "etwas anderes"}) == [name]
