"""Lines of a summary, named by the page they stand on."""

import pytest

from kit.http.summaries import fill, gap

SAID = "questo campo serve: compilalo."


def line(html: str, said: str = SAID) -> str:
    """The line of the field "n" on a page of these fields."""
    return fill(f"<li>{gap('n', said)}</li>{html}").partition("</li>")[0].removeprefix("<li>")


def named(name: str) -> str:
    return f'<a href="#f-n"><strong>{name}</strong> Questo campo serve: compilalo.</a>'


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ('<label for="f-n">Nome</label><input id="f-n" name="n">', "Nome."),
        ('<input id="f-n" name="n"><label for="f-n">Vuoi\n  venire?</label>', "Vuoi venire?"),
        ('<label for="f-n">Nome <span class="fl-optional">(<b>x</b>)</span></label>'
         '<textarea id="f-n" name="n"></textarea>', "Nome."),
        ('<select id="f-n" name="n" aria-label="Che cosa:"></select>', "Che cosa."),
        ('<fieldset><legend>Criterio A</legend><label for="f-n">Nome</label>'
         '<input id="f-n" name="n"></fieldset>', "Criterio A, Nome."),
        ('<fieldset><legend>Da dove</legend><input type="radio" id="f-n" name="n">'
         '<label for="f-n">Crema</label></fieldset>', "Da dove."),
        ('<fieldset><legend>Quali</legend><input type="checkbox" id="f-n" name="n">'
         '<label for="f-n">Uno</label><input type="checkbox" id="f-n-1" name="n"></fieldset>',
         "Quali."),
        ('<fieldset><legend>Altro</legend></fieldset><label for="f-n">Pane &amp; «B»</label>'
         '<input id="f-n" name="n">', "Pane &amp; «B»."),
        (f'<label for="f-n">{"parola " * 20}</label><input id="f-n" name="n">',
         "parola " * 10 + "parola…"),
    ],
)  # fmt: skip
def test_a_line_has_the_name_that_people_read_at_its_field(html, name):
    assert line(html) == named(name)


def test_a_sentence_that_names_its_field_is_left_as_it_is():
    html = '<label for="f-n">Password</label><input id="f-n" name="n">'
    assert line(html, "scrivi la password.") == '<a href="#f-n">Scrivi la password.</a>'


def test_a_line_leads_only_to_what_is_there():
    assert line('<input type="hidden" id="f-n" name="n">') == "Questo campo serve: compilalo."
    assert line('<table id="f-n">') == '<a href="#f-n">Questo campo serve: compilalo.</a>'
    assert line('<input id="g" name="n"><label for="g">Uno</label>').startswith('<a href="#g">')
    assert line("<p>niente</p>") == "Questo campo serve: compilalo."


def test_what_somebody_typed_stays_text():
    html = '<label for="f-n">&lt;b&gt;</label><input id="f-n" name="n">'
    assert line(html, "«<script>» non va.") == (
        '<a href="#f-n"><strong>&lt;b&gt;.</strong> «&lt;script&gt;» non va.</a>'
    )


def test_a_page_without_a_summary_is_not_read():
    html = "<label for='f-n'>"
    assert fill(html) is html


def test_lines_stand_in_the_order_of_their_fields():
    """Errors are found in the order in which a form is read."""
    lines = "</li>\n  <li>".join(gap(name, f"{name} manca.") for name in ("c", "x", "a", "b"))
    fields = "".join(f'<input id="f-{name}" name="{name}">' for name in "abc")
    html = fill(f"<ul><li>{lines}</li></ul>{fields}")
    assert [html.index(f">{name.upper()} manca.") for name in "abcx"] == sorted(
        html.index(f">{name.upper()} manca.") for name in "abcx"
    )
    assert html.count("<li>") == 4 and html.count("manca.") == 4
