import io
import re
import secrets
from datetime import timedelta

import pikepdf
import pytest
from sqlalchemy import func, select, text, update

from calls.applications import attachments, inspections
from calls.applications.rules import uploads
from calls.tables.applications import Attachment, RefusedFile
from kit import clock
from kit.http import bodies
from kit.http.forms import Upload
from kit.mail import Mail
from kit.paper.inspection import TOO_COMPLICATED
from kit.rome import to_rome
from people.tables.persons import Person
from tests import make
from tests.calls import make as world
from tests.calls.browsing import press, untouched
from tests.jobs import queued, run_all

HTMX = {"HX-Request": "true"}


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


def script() -> bytes:
    """A PDF that does not pass once it is looked through."""
    return pdf(OpenAction=pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS="app.alert(1)"))


class TestLookedThroughByAJob:
    def test_the_answer_comes_before_anybody_looks_through_the_file(self, session, client, home):
        assert upload(client, home, script()).status_code == 303
        (job,) = [args for name, args in queued(session) if name == "calls.inspection"]
        (kept,) = session.scalars(select(Attachment))
        assert job == {"attachment_id": kept.id}
        page = client.get(f"{home}/attachments").text
        assert "Stiamo guardando se si apre…" in page and "Guarda di nuovo" in page
        assert f'hx-get="{home}/attachments?shown={kept.id}-waiting"' in page

    def test_the_page_follows_a_file_until_it_is_looked_through(self, session, client, home):
        upload(client, home, pdf())
        (kept,) = session.scalars(select(Attachment))
        follow = f"{home}/attachments?shown={kept.id}-waiting"
        same = client.get(follow, headers=HTMX)
        assert (same.status_code, same.content) == (204, b"")
        run_all(session)
        settled = client.get(follow, headers=HTMX).text
        assert "Si apre." in settled and "every 2s" not in settled
        assert 'id="files"' in settled and 'id="files-said"' in settled
        assert "every 2s" not in client.get(f"{home}/attachments").text

    def test_the_check_before_sending_follows_them_too(self, session, client, home):
        upload(client, home, script())
        (kept,) = session.scalars(select(Attachment))
        follow = f"{home}/check?shown={kept.id}-waiting"
        page = client.get(f"{home}/check").text
        assert f'hx-get="{follow}"' in page and "every 2s" in page
        same = client.get(follow, headers=HTMX)
        assert (same.status_code, same.content) == (204, b"")
        run_all(session)
        settled = client.get(follow, headers=HTMX).text
        assert "every 2s" not in settled
        gone = settled[settled.index('id="files-gone"') : settled.index('id="files"')]
        assert "«curriculum.pdf» non si apre" in gone
        assert "every 2s" not in client.get(f"{home}/check").text

    def test_the_check_goes_to_the_receipt_once_it_is_sent_elsewhere(self, client, home):
        upload(client, home, pdf())
        press(client, f"{home}/check", f"{home}/send")
        answer = client.get(f"{home}/check?shown=1-waiting", headers=HTMX, follow_redirects=False)
        assert answer.headers["HX-Redirect"] == f"{home}/receipt"

    def test_the_state_is_read_aloud_in_a_place_that_stays(self, session, client, home):
        upload(client, home, pdf())
        page = client.get(f"{home}/attachments").text
        (said,) = re.findall(r'<p[^>]*role="status" id="files-said">(.*?)</p>', page)
        assert "curriculum.pdf: Stiamo guardando se si apre…" in said
        assert page.index('id="files-said"') < page.index('<div id="files">')

    def test_what_does_not_open_says_why_until_its_author_has_read_it(self, session, client, home):
        upload(client, home, script())
        run_all(session)
        assert session.scalar(select(func.count()).select_from(Attachment)) == 0
        page = client.get(f"{home}/attachments").text
        assert "«curriculum.pdf» non si apre, e non è nella domanda" in page
        assert "Il PDF contiene" in page and "Stampalo in un nuovo PDF" in page
        assert "1 file non si apre" in client.get(home).text
        check = client.get(f"{home}/check").text
        assert "«curriculum.pdf» non si apre" in check and "Invia la domanda" in check
        (action,) = re.findall(rf'action="({home}/attachments/refused/\d+/remove)"', page)
        for _ in range(2):
            assert "non si apre" not in client.post(action).text

    def test_what_to_do_goes_by_itself_at_the_deadline(self, session, client, home):
        upload(client, home, script())
        run_all(session)
        advice = re.compile(r"<(?:p|span)([^>]*)>[^<]*Stampalo in un nuovo PDF")
        for page, places in (("attachments", 2), ("check", 1)):
            told = advice.findall(client.get(f"{home}/{page}").text)
            assert len(told) == places and all("data-until" in each for each in told)

    def test_past_the_deadline_nobody_is_told_to_bring_another(self, session, client, sign_in, now):
        actor, early = make.actor(session), now - timedelta(hours=1)
        deadline_at = f"{to_rome(now - timedelta(minutes=1)):%Y-%m-%dT%H:%M}"
        call = world.call(session, early, deadline_at=deadline_at)
        id_ = world.draft(session, call, actor, early)
        for name, refusal in (("rotto.pdf", TOO_COMPLICATED), ("visto.pdf", None)):
            file = Upload(name, "application/pdf", name.encode())
            kept = attachments.add(session, actor, id_, file, early)
            if refusal:
                inspections.settle(session, kept.id, refusal, early)
        session.execute(text("delete from procrastinate_jobs"))
        inspections.give_up(session, now)
        sign_in(client, session.get(Person, actor.person_id))
        for page in ("attachments", "check"):
            told = client.get(f"/applications/{id_}/{page}").text
            assert "Stampalo" not in told and "si può inviare" not in told
        told = client.get(f"/applications/{id_}/attachments").text
        assert "«rotto.pdf» non si apre" in told and "troppo complicato" in told
        assert "Non siamo riusciti a guardarlo." in told and "Ho letto" not in told

    def test_in_the_language_of_the_reader(self, session, client, home):
        session.execute(update(Person).values(locale="en"))
        upload(client, home, script())
        assert "We are looking whether it opens…" in client.get(f"{home}/attachments").text
        run_all(session)
        page = client.get(f"{home}/attachments").text
        assert "does not open, and is not in the application" in page
        assert "Il PDF" not in page

    def test_the_next_file_says_which_were_read(self, session, client, home):
        upload(client, home, script())
        run_all(session)
        page = client.get(f"{home}/attachments").text
        (told,) = re.findall(r'name="told" value="(\d+)"', page)
        for sent, left in (("", 1), (told, 0)):
            files = {"file": (f"{sent}.pdf", pdf(f"Numero {sent}"), "application/pdf")}
            data = {"key": secrets.token_urlsafe(), "told": sent}
            client.post(f"{home}/attachments", data=data, files=files)
            assert session.scalar(select(func.count()).select_from(RefusedFile)) == left

    def test_nobody_else_takes_away_what_is_said(self, session, client, home, sign_in):
        upload(client, home, script())
        run_all(session)
        (row,) = session.scalars(select(RefusedFile))
        sign_in(client, make.person(session))
        assert client.post(f"{home}/attachments/refused/{row.id}/remove").status_code == 404
        assert session.scalar(select(func.count()).select_from(RefusedFile)) == 1


class TestSentUnseen:
    def test_a_file_that_is_looked_through_still_is_sent_and_the_receipt_says_so(
        self, session, client, home
    ):
        upload(client, home, pdf())
        check = client.get(f"{home}/check").text
        assert "Puoi inviare lo stesso: se non si apre ti scriviamo." in check
        press(client, f"{home}/check", f"{home}/send")
        receipt = client.get(f"{home}/receipt").text
        assert "stavamo ancora guardando se questo file si apre" in receipt
        run_all(session)
        receipt = client.get(f"{home}/receipt").text
        assert "lo stavamo ancora guardando: si apre." in receipt
        assert "ti scriviamo" not in receipt, "it is known by now"

    def test_one_that_nobody_could_look_through_is_no_more_said_to_wait(
        self, session, client, home
    ):
        upload(client, home, pdf())
        press(client, f"{home}/check", f"{home}/send")
        session.execute(text("delete from procrastinate_jobs"))
        inspections.give_up(session, clock.now(session))
        session.commit()
        receipt = client.get(f"{home}/receipt").text
        assert "Non siamo riusciti a guardare se questo file si apre" in receipt
        assert "ti scriviamo" not in receipt

    def test_one_that_does_not_open_is_said_on_the_receipt_and_in_a_letter(
        self, session, client, home
    ):
        upload(client, home, script())
        press(client, f"{home}/check", f"{home}/send")
        run_all(session)
        receipt = client.get(f"{home}/receipt").text
        assert "lo stavamo ancora guardando: non si apre. Il PDF contiene" in receipt
        assert "Dopo l'apertura delle domande l'ufficio lo vede" in receipt
        assert "soccorso istruttorio" in receipt
        letter = session.scalars(select(Mail.text).where(Mail.kind == "calls.file_notice")).one()
        for told in (receipt, letter):
            assert "Il PDF contiene" in told and "carica quello" not in told

    def test_a_page_that_follows_files_goes_to_the_receipt_once_it_is_sent(
        self, session, client, home
    ):
        upload(client, home, pdf())
        press(client, f"{home}/check", f"{home}/send")
        answer = client.get(f"{home}/attachments?shown=1-waiting", headers=HTMX)
        assert answer.headers["HX-Redirect"] == f"{home}/receipt"

    def test_a_file_that_was_found_bad_since_the_page_was_shown_is_not_sent(
        self, session, client, home
    ):
        upload(client, home, script())
        action = f"{home}/send"
        sent = untouched(client.get(f"{home}/check").text, action)
        run_all(session)
        answer = client.post(action, data=sent)
        assert answer.status_code == 409
        assert "gli allegati" in answer.text and "«curriculum.pdf» non si apre" in answer.text


def test_more_than_a_day_takes_is_refused_at_the_field_with_when_it_goes_again(
    session, client, home, monkeypatch
):
    monkeypatch.setattr(uploads, "A_DAY", 10)
    answer = upload(client, home, pdf())
    assert answer.status_code == 409
    assert "il massimo che si carica in un giorno" in answer.text and 'id="e-file"' in answer.text
    assert re.search(r"Puoi caricarlo da \w+ \d+ \w+.*00:00", answer.text)
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
