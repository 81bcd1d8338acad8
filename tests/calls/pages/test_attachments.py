import io
import secrets

import pikepdf
import pytest
from sqlalchemy import func, select, update

from calls.tables.applications import Attachment
from kit.http import bodies
from people.tables import Person
from tests import make
from tests.calls import make as world
from tests.calls.browsing import press


def pdf(title: str = "Curriculum", **root: object) -> bytes:
    """A real one-page PDF."""
    document = pikepdf.new()
    document.add_blank_page()
    document.docinfo["/Title"] = title
    for name, value in root.items():
        document.Root[f"/{name}"] = value
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.fixture
def home(session, client, sign_in):
    """The address of a draft of the signed-in person."""
    person = make.person(session)
    application_id = world.draft(session, world.call(session), make.actor(session, person))
    sign_in(client, person)
    return f"/applications/{application_id}"


def upload(client, home, content, name="curriculum.pdf"):
    return client.post(
        f"{home}/attachments",
        data={"key": secrets.token_urlsafe()},
        files={"file": (name, content, "application/pdf")},
        follow_redirects=False,
    )


@pytest.mark.parametrize("before", [b"\r\n", b"\xef\xbb\xbf"])
def test_a_pdf_with_blanks_in_front_is_kept_byte_for_byte(session, client, home, before):
    content = before + pdf()
    assert upload(client, home, content).status_code == 303
    (kept,) = session.scalars(select(Attachment))
    assert client.get(f"{home}/attachments/{kept.id}").content == content


def test_a_pdf_is_checked_hashed_shown_and_given_back(session, client, home):
    content = pdf()
    assert upload(client, home, content, "../../Il mio CV.PDF").status_code == 303
    kept = session.scalars(select(Attachment)).one()
    assert (kept.filename, kept.size) == ("Il mio CV.pdf", len(content))
    assert "Il mio CV.pdf" in client.get(f"{home}/attachments").text
    answer = client.get(f"{home}/attachments/{kept.id}")
    assert answer.content == content
    assert answer.headers["content-disposition"].startswith("attachment")
    again = upload(client, home, content, "di nuovo.pdf")
    assert again.status_code == 409
    assert "Questo file c&#39;è già, con il nome «Il mio CV.pdf»" in again.text
    assert session.scalar(select(func.count()).select_from(Attachment)) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vuoto"),
        (b"MZ" + b"\0" * 2000, "non è un PDF"),
        (b"GIF89a" + pdf(), "non è un PDF"),
        (pdf() + b"\0" * (10 * 2**20), "troppo grande"),
        (
            pdf(OpenAction=pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS="app.alert(1)")),
            "",
        ),
    ],
)
def test_anything_else_is_refused_in_words_and_leaves_nothing(
    session, client, home, content, words
):
    answer = upload(client, home, content)
    assert answer.status_code in (409, 413)
    if answer.status_code == 409:
        assert words in answer.text
        assert 'id="e-file"' in answer.text
    assert session.scalar(select(func.count()).select_from(Attachment)) == 0


def test_five_files_are_the_most_and_one_can_be_taken_out(session, client, home):
    for number in range(5):
        assert upload(client, home, pdf(f"Numero {number}")).status_code == 303
    assert "Hai raggiunto il massimo" in client.get(f"{home}/attachments").text
    assert upload(client, home, pdf("Numero 6")).status_code == 409
    first = session.scalars(select(Attachment).order_by(Attachment.id)).first()
    client.post(f"{home}/attachments/{first.id}/remove")
    assert session.scalar(select(func.count()).select_from(Attachment)) == 4
    again = client.post(f"{home}/attachments/{first.id}/remove")
    assert again.status_code == 200 and "Questo file era già stato tolto." in again.text


def test_after_sending_files_stay_as_they_are_and_are_in_what_was_sent(session, client, home):
    import json

    from calls.tables.applications import Submission

    upload(client, home, pdf())
    press(client, f"{home}/check", f"{home}/send")
    kept = session.scalars(select(Attachment)).one()
    sent = json.loads(session.scalars(select(Submission)).one().content)
    assert sent["attachments"] == [
        {"filename": "curriculum.pdf", "size": kept.size, "sha256": kept.sha256}
    ]
    late = upload(client, home, pdf("Dopo"), "dopo.pdf")
    assert late.status_code == 409
    assert "Questo file non è nella domanda inviata: «dopo.pdf»." in late.text
    same = client.get(f"{home}/attachments/{kept.id}").content
    there = upload(client, home, same, "doppio.pdf")
    assert "Questo file è già nella domanda inviata: «doppio.pdf»." in there.text
    stays = client.post(f"{home}/attachments/{kept.id}/remove")
    assert stays.status_code == 409 and "i suoi file restano dove sono" in stays.text
    assert "La tua domanda è arrivata" in stays.text
    assert session.scalar(select(func.count()).select_from(Attachment)) == 1


def test_an_upload_beyond_every_limit_is_answered_at_its_field(session, client, home):
    """The page of the form, the file named, the limit in words, in the language of the person."""
    token = client.headers["X-CSRF-Token"]
    del client.headers["X-CSRF-Token"]
    heavy = {"file": ("visura.pdf", b"%PDF" + b"x" * bodies.MAX_UPLOAD, "application/pdf")}
    path = f"{home}/attachments"
    answer = client.post(path, data={"csrf": token, "key": "k"}, files=heavy)
    assert answer.status_code == 409
    assert "«visura.pdf» è troppo grande" in answer.text and 'id="e-file"' in answer.text
    assert "al massimo 10 MB" in answer.text and 'data-largest-mb="10"' in answer.text
    session.execute(update(Person).values(locale="en"))
    answer = client.post(path, data={"csrf": token}, files=heavy)
    assert "“visura.pdf” is too large" in answer.text and 'lang="en"' in answer.text
    assert client.post(path, data={"csrf": "0"}, files=heavy).status_code == 403
    assert session.scalar(select(func.count()).select_from(Attachment)) == 0
