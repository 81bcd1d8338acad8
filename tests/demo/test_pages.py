"""Pages of the demo only: the letters that were written, and every piece of the look."""

from demo import pages
from kit import letters
from kit.errors import Message
from kit.letters import Reader

KIND = "demo.test"
letters.register(KIND, Message("Prova"))


def write(session, subject, text="Ciao.", email: str | None = "anna@esempio.it"):
    letters.write(
        session,
        kind=KIND,
        to=Reader(email, "Anna Bianchi"),
        subject=Message(subject),
        text=Message(text),
        key=f"demo-test:{subject}",
    )


def test_without_letters_the_page_says_so(client):
    answer = client.get("/demo/mail")
    assert answer.status_code == 200 and "Ancora nessuna lettera" in answer.text


def test_letters_are_shown_newest_first_with_links_that_can_be_followed(client, session):
    write(session, "Prima", "Apri https://testserver.local/links/abc subito.")
    write(session, "Seconda")
    session.commit()
    text = client.get("/demo/mail").text
    assert text.index("Seconda") < text.index("Prima")
    assert 'href="https://testserver.local/links/abc"' in text and "anna@esempio.it" in text
    assert "Ancora nessuna lettera" not in text


def test_a_letter_to_nobody_s_address_says_that_it_does_not_leave(client, session):
    write(session, "A voce", email=None)
    session.commit()
    text = client.get("/demo/mail").text
    assert "Anna Bianchi" in text and "senza indirizzo" in text


def test_what_somebody_wrote_is_text_and_never_markup(client, session):
    write(session, "<b>Grassetto</b>", "<script>alert(1)</script>")
    session.commit()
    text = client.get("/demo/mail").text
    assert "<b>Grassetto" not in text and "<script>alert(1)" not in text
    assert "&lt;b&gt;Grassetto" in text


def test_only_the_newest_are_shown(client, session):
    for number in range(pages.MOST + 1):
        write(session, f"Lettera {number:02}.")
    session.commit()
    text = client.get("/demo/mail").text
    assert text.count('class="fl-letter"') == pages.MOST
    assert "Lettera 00." not in text and f"Lettera {pages.MOST:02}." in text


def test_every_piece_of_the_look_is_shown_to_whoever_comes(client):
    answer = client.get("/look")
    assert answer.status_code == 200
    for piece in ("<table", "<form", "<button", "fl-quiet"):
        assert piece in answer.text, piece
