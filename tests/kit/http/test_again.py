"""What a form had sent is read as it came; what is not held is asked for again, or said."""

from kit.http import again, bodies, carried
from tests.forms import forms

FORM = "application/x-www-form-urlencoded"


def multipart(*parts: tuple[str, str]) -> bytes:
    """A multipart body of parts: what its head says after the name, and its content."""
    said = "".join(
        f"--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n"
        for head, content in parts
    )
    return said.encode() + b"--b--\r\n"


def test_fields_come_as_they_were_sent_in_their_order():
    found = again.read("/x?a=1", FORM, b"csrf=t&a=1%0D%0A2&b=&a=+z+")
    assert found is not None and found.path == "/x?a=1"
    assert found.fields == [("csrf", "t"), ("a", "1\r\n2"), ("a", " z "), ("b", "")]
    assert found.typed and (found.secrets, found.files, found.lost) == ([], [], None)


def test_a_button_holds_nothing_typed():
    found = again.read("/x", FORM, b"csrf=t&seen=a%3Db")
    assert found is not None and not found.typed and len(found.fields) == 2


def test_secrets_and_files_are_named_and_not_held():
    body = multipart(
        ('name="password"', "mai-in-pagina"),
        ('name="kind"', "cv"),
        ('name="file"; filename="statuto.pdf"', "%PDF"),
        ('name="other"; filename=""', ""),
    )
    found = again.read("/x", "multipart/form-data; boundary=b", body)
    assert found is not None and found.fields == [("kind", "cv"), ("other", "")]
    assert found.secrets == ["password"] and found.files == [("file", "statuto.pdf")]
    assert "mai-in-pagina" not in again.plain(found) and not forms(again.plain(found))


def test_of_a_file_that_was_too_large_the_fields_around_it_stay():
    large = multipart(('name="kind"', "cv"), ('name="file"; filename="a.pdf"', "x" * 500))
    cut = bodies.Cut(large[:200], large[-20:], 2**24)
    found = again.read("/x", "multipart/form-data; boundary=b", b"", cut)
    assert found is not None and found.fields == [("kind", "cv")] and found.files == [("file", "")]


def test_what_is_too_long_is_not_held_and_says_why():
    found = again.read("/x", FORM, b"a=" + b"x" * carried.LARGEST)
    assert found is not None and found.fields == [] and not found.typed
    assert "è troppo lungo" in again.plain(found)


def test_what_cannot_be_read_is_not_held():
    assert again.read("/x", "multipart/form-data; boundary=b", b"nothing of the kind") is None
