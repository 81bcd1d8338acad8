"""A form on its way through the sign-in: what is packed, for whom, for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from kit.http import carried
from kit.http.carried import NotCarried
from kit.http.forms import Form, Upload

NOW = datetime(2026, 12, 1, 18, 30, tzinfo=UTC)
PATH, PAGE = "/applications/9/sections/idea", "/applications/9/sections/idea?x=1"
ANNA, BRUNO = 7, 8


def typed(**fields: str) -> Form:
    lists = {name.replace("_", "-"): [text] for name, text in fields.items()}
    return Form(values={name: texts[0] for name, texts in lists.items()}, lists=lists)


def pack(form: Form, now: datetime = NOW) -> str:
    return carried.pack(form, PATH, PAGE, person_id=ANNA, now=now)


def test_every_field_but_the_token_comes_back_in_its_order():
    form = typed(csrf="t", name="Anna «Bì» 🚲\nqui", key="k", shown_name="m")
    form.lists["box"] = ["1", "2"]
    found = carried.unpack(pack(form), person_id=ANNA, now=NOW)
    assert (found.path, found.page) == (PATH, PAGE)
    assert list(found.fields.items()) == [
        ("name", ["Anna «Bì» 🚲\nqui"]),
        ("key", ["k"]),
        ("shown-name", ["m"]),
        ("box", ["1", "2"]),
    ]


def test_nobody_reads_it_on_the_way():
    sealed = pack(typed(note="parole"))
    assert "parole" not in sealed and sealed.isascii() and sealed.isprintable()


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (timedelta(0), None),
        (carried.VALID, None),
        (carried.VALID + timedelta(seconds=1), carried.LATE),
        (timedelta(seconds=-1), carried.LATE),
    ],
)
def test_it_is_good_for_half_an_hour(after, why):
    sealed = pack(typed(note="parole"))
    if why is None:
        assert carried.unpack(sealed, person_id=ANNA, now=NOW + after)
        return
    with pytest.raises(NotCarried) as lost:
        carried.unpack(sealed, person_id=ANNA, now=NOW + after)
    assert lost.value.why == why


@pytest.mark.parametrize("sealed", ["", "x", "è", "A" * 400])
def test_what_was_not_packed_here_for_this_person_does_not_open(sealed):
    for value, person_id in ((sealed, ANNA), (pack(typed(note="parole")), BRUNO)):
        with pytest.raises(NotCarried) as lost:
            carried.unpack(value, person_id=person_id, now=NOW)
        assert lost.value.why == carried.FOREIGN
    assert str(lost.value) == (
        "Quello che avevi scritto non si può riprendere, perché non l'avevi scritto tu."
    )


def test_no_file_and_nothing_that_lets_somebody_in_is_packed():
    form = typed(note="parole")
    form.files["file"] = Upload("", "", b"")
    assert pack(form), "a field for a file that was left empty"
    form.files["file"] = Upload("visura.pdf", "application/pdf", b"%PDF")
    with pytest.raises(NotCarried) as lost:
        pack(form)
    assert lost.value.why == carried.FILE
    for name in carried.SECRETS:
        with pytest.raises(NotCarried) as lost:
            pack(Form(lists={"note": ["parole"], name: ["x"]}))
        assert lost.value.why == carried.SECRET


def test_a_button_is_nothing_that_was_typed():
    assert not carried.is_typed(typed(csrf="t", key="k", seen="a=b", token="x", then="send"))
    assert not carried.is_typed(typed(csrf="t", shown_name="m"))
    assert carried.is_typed(typed(csrf="t", name=""))
    assert carried.is_typed(Form(files={"file": Upload("", "", b"")}))
