"""Reading forms: every error at once, each at its field."""

from datetime import date
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Invalid, Refused, TooLarge
from kit.http import forms, templates
from kit.http.forms import Form, Upload, parse, parse_cut
from kit.shown import mark


@pytest.fixture
def body():
    """What a browser sends for one field, url-encoded or in parts."""

    def send(value: str, how: str):
        if how == "urlencoded":
            return "application/x-www-form-urlencoded", f"a={quote(value)}&b=altro".encode()
        head = "--x\r\nContent-Disposition: form-data; name="
        parts = f'{head}"a"\r\n\r\n{value}\r\n{head}"b"\r\n\r\naltro\r\n--x--\r\n'
        return "multipart/form-data; boundary=x", parts.encode()

    return send


PASTED = [
    ("Prima riga\x0bseconda riga", "Prima riga\nseconda riga"),
    ("Fine pagina\x0cpagina nuova", "Fine pagina\npagina nuova"),
    ("spez\x02zata", "spezzata"),
    ("zero\x00 e \x1f\x7f\x80fine", "zero e fine"),
    ("perch\ufffd", "perch?"),
    ("a\u2028b\u2029c\x85d\re\r\nf", "a\nb\nc\nd\ne\r\nf"),
    ("\u202e\u2066verso\ufffe", "verso"),
    (
        "Emoji \U0001f600, è, «virgolette», \u00a0\u200d",
        "Emoji \U0001f600, è, «virgolette», \u00a0\u200d",
    ),
]


@pytest.mark.parametrize("how", ["urlencoded", "multipart"])
@pytest.mark.parametrize(("pasted", "kept"), PASTED)
def test_what_is_pasted_along_unseen_costs_no_other_word(body, how, pasted, kept):
    form = parse(*body(pasted, how))
    assert form.values == {"a": kept, "b": "altro"} and form.lists["a"] == [kept]


@pytest.mark.parametrize(
    ("content_type", "sent"),
    [
        ("application/x-www-form-urlencoded", b"a=%ff"),
        ("application/x-www-form-urlencoded", b"a=\xff"),
        ("application/x-www-form-urlencoded", b"a=%ed%a0%80"),
        ("application/x-www-form-urlencoded", b"a%00b=c"),
        ("application/x-www-form-urlencoded", b"a%0b=c"),
        ("Multipart/Form-Data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"'),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--\r\n',
        ),
    ],
)
def test_what_no_browser_sends_is_refused_whole(content_type, sent):
    with pytest.raises(Refused) as refused:
        parse(content_type, sent)
    assert refused.value.status == 400


def test_a_form_reads_like_any_reader():
    form = parse("application/x-www-form-urlencoded", b"price=1.234%2C50+%E2%82%AC&when=domani")
    assert form.euro("price") == 123_450
    assert form.instant("when") is None and set(form.errors) == {"when"}
    form.take(Refused("No.", field="price"))
    with pytest.raises(Invalid) as found:
        form.check()
    assert set(found.value.errors) == {"when", "price"}


@given(
    st.binary(max_size=300),
    st.sampled_from(
        ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "x", ""]
    ),
)
def test_no_body_ever_breaks_the_reader(body, content_type):
    try:
        parse(content_type, body)
    except Refused as refused:
        assert refused.status == 400


def test_a_tab_pasted_into_a_line_is_a_blank_and_in_lines_stays():
    form = Form(values={"title": "Mele\te pere", "note": "a\tb"})
    assert form.text("title") == "Mele e pere"
    assert form.text("note", multiline=True) == "a\tb"


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\r\n", "\r", "\n"])
def test_a_line_end_of_any_kind_is_a_blank_in_a_line_and_a_break_in_lines(end):
    sent = quote(f"Mele{end} e pere{end}")
    form = parse("application/x-www-form-urlencoded", f"a={sent}".encode())
    assert form.text("a", max_length=11) == "Mele e pere"
    assert form.text("a", multiline=True) == "Mele\n e pere"
    assert form.errors == {}


@pytest.mark.parametrize(
    ("reader", "typed", "value"),
    [
        ("email", "nome@esempio.it{}", "nome@esempio.it"),
        ("integer", "12{}", 12),
        ("euro", "{}12,50 €{}", 1250),
        ("day", "3/12/2026{}", date(2026, 12, 3)),
        ("price", "0,275{}", 275_000),
    ],
)
@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x85", "\u2028", "\r", "\n"])
def test_what_is_pasted_with_its_line_end_is_read(reader, typed, value, end):
    sent = quote(typed.replace("{}", end))
    form = parse("application/x-www-form-urlencoded", f"a={sent}".encode())
    assert getattr(form, reader)("a") == value
    assert form.errors == {}


def test_letters_that_nobody_sees_are_left_out_and_every_line_end_is_one():
    sent = "\u202a0372 123456\u202c\u2028Sàlvia\x80 \u2066😀\ufffe\U0010ffff"
    form = parse("application/x-www-form-urlencoded", f"a={quote(sent)}".encode())
    assert form.values["a"] == "0372 123456\nSàlvia 😀"


def test_the_name_of_a_file_cannot_turn_its_direction():
    body = (
        '--x\r\nContent-Disposition: form-data; name="f"; filename="\u202efdp.exe"\r\n'
        "Content-Type: application/pdf\r\n\r\n%PDF\r\n--x--\r\n"
    )
    form = parse("multipart/form-data; boundary=x", body.encode())
    assert form.files["f"].filename == "fdp.exe"


def sent(**values: str) -> Form:
    return Form(values=values)


def marks(**was: str) -> dict[str, str]:
    return {f"shown-{name}": mark(text) for name, text in was.items()}


def test_an_older_page_changes_only_what_was_changed_on_it():
    form = sent(name="Rossi", note="nuova", **marks(name="Rossi", note=""))
    assert form.meet({"name": "Bianchi", "note": "", "limit": "10"}) == {"note"}
    form.check()
    assert (form.values["name"], form.values["note"], form.values["limit"]) == (
        "Bianchi",
        "nuova",
        "10",
    )


def test_where_both_changed_the_same_the_form_asks_and_keeps_what_was_typed():
    form = sent(note="la mia", **marks(note="com'era"))
    form.meet({"note": "la sua"})
    assert form.raw("note") == "la mia"
    assert form.clashes == {"note": "la sua"}
    with pytest.raises(Invalid):
        form.check()
    again = sent(note="la mia", **marks(note="la sua"))
    assert again.meet({"note": "la sua"}) == {"note"}
    again.check()


def test_a_box_without_a_tick_is_a_typed_text_too():
    untouched = sent(**marks(active="yes"))
    untouched.meet({"active": "yes"}, flags=["active"])
    assert not untouched.flag("active")  # it was shown ticked: the tick was taken away
    older = sent(**marks(active=""))
    older.meet({"active": "yes"}, flags=["active"])
    assert older.flag("active")  # ticked by somebody else meanwhile
    assert sent().meet({"active": ""}, flags=["active"]) == frozenset()


def test_a_page_of_something_new_says_nothing_of_what_it_shows():
    assert templates._shown_field(Form(), "name") == ""
    assert templates._shown_field(None, "name") == ""
    field = templates._shown_field(Form.showing({"name": "Rossi"}), "name")
    assert f'name="shown-name" value="{mark("Rossi")}"' in field


def test_a_form_keeps_its_key_when_it_is_shown_again():
    first = templates._key_field(Form())
    assert 'name="key"' in first
    assert first != templates._key_field(Form())
    assert 'value="mio"' in templates._key_field(sent(key="mio"))


def test_a_form_that_was_typed_before_is_never_right_at_once():
    form = parse("application/x-www-form-urlencoded", b"resumed=x&csrf=y")
    form.resume({"name": ["Anna", "Bice"], "box": ["yes"]})
    assert form.resumed and form.values == {"name": "Anna", "box": "yes"}
    form = Form(values={"name": "Anna"}, files={"file": Upload("a.pdf", "", b"x")})
    form.resume()
    assert (form.values, form.files) == ({"name": "Anna"}, {})
    assert form.text("name") == "Anna"
    with pytest.raises(Invalid) as found:
        form.check()
    assert list(found.value.errors) == [""]


def test_beside_what_was_typed_before_stands_what_is_saved_now():
    form = Form(values={"name": "Anna", "note": "a\r\nb", "more": "x"})
    form.beside({"name": "Bice", "note": "a\nb ", "absent": "y"})
    assert form.clashes == {"name": "Bice"}


def test_beside_what_is_resumed_stands_what_is_saved_though_only_this_page_changed_it():
    saved = {"name": "Bice", "note": "uguale", "more": ""}
    form = sent(name="Anna", note="uguale", more="Nuovo", **marks(name="Bice", note="uguale"))
    form.resume()
    assert form.meet(saved) == {"name", "more"}
    assert form.clashes == {"name": "Bice"} and form.values["name"] == "Anna"
    assert list(form.errors) == [""], "nobody else changed it: there is nothing to ask"


def part(name: str, content: bytes, file: str = "") -> bytes:
    named = f'; filename="{file}"' if file else ""
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
    return head.encode() + content + b"\r\n"


PARTS = "multipart/form-data; boundary=x"


def test_around_a_file_that_was_too_large_every_field_is_read():
    large = part("file", b"x" * 100, "C:\\carte\\visura\u202e.pdf")
    head = part("csrf", b"t") + part("note", "già\x0bqui".encode()) + large[:-30]
    tail = b"x" * 20 + b"\r\n" + part("producer", b"7") + b"--x--\r\n"
    form = parse_cut(PARTS, head, tail, most=16 * 2**20)
    assert form.values == {"csrf": "t", "note": "già\nqui", "producer": "7"}
    assert form.files == {}
    assert "«visura.pdf» è troppo grande" in str(form.errors["file"])
    assert "16 MB" in str(form.errors["file"])


@pytest.mark.parametrize(
    ("content_type", "head", "error"),
    [
        (PARTS, part("csrf", b"t") + part("note", b"x" * 100)[:-20], TooLarge),
        ("multipart/form-data", part("file", b"x", "a.pdf"), Refused),
        (PARTS, b"no part at all", Refused),
        (PARTS, part("a\x00b", b"t") + part("file", b"x", "a.pdf")[:-3], Refused),
        (PARTS + "; charset=utf-7", part("file", b"x", "a.pdf"), Refused),
    ],
)
def test_a_body_that_was_cut_elsewhere_is_refused_whole(content_type, head, error):
    with pytest.raises(error):
        parse_cut(content_type, head, b"", most=2**20)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("visura%0D%0Acamerale.pdf", "visura camerale.pdf"),
        ("a%0ab.pdf", "a b.pdf"),
        ("a\u2028b\u0085c.pdf", "a b c.pdf"),
        ("\u200b\u2060", "senza-nome"),
        ("\u3164", "senza-nome"),
        ("cv\u200b.pdf", "cv.pdf"),
        ("perche\u0301.pdf", "perch\u00e9.pdf"),
        ("C:\\\\cartella\\\\cv.pdf", "cv.pdf"),
        ("100%.pdf", "100%.pdf"),
        ("", ""),
    ],
)
def test_the_name_of_a_file_is_one_line_that_is_seen(sent, kept):
    assert forms._shown_name(sent.replace("\\\\", "\\")) == kept
