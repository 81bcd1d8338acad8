"""Foreign text made plain."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.catalogue.rules.plain_text import comparable, plain, plain_line
from tests.market.catalogue.rules.listed_products import unhurried


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<p>Uno</p><p>due</p>", "Uno\n\ndue"),
        ("riga<br/>riga", "riga\nriga"),
        ("<B onclick='x()'>forte</B>", "forte"),
        ("a<script>alert(1)</script>b", "ab"),
        ("a<style>x{}</STYLE>b", "ab"),
        ("a<script>mai chiuso", "a"),
        ("<!-- nascosto -->visto", "visto"),
        ("mele &amp; pere", "mele & pere"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;x", "x"),
        ("peso < 5 kg e > 3 kg", "peso < 5 kg e > 3 kg"),
        ("con\u202enascosto\u200b", "con nascosto"),
        ("a\x07b", "a b"),
        ("è".encode().decode(), "è"),
        ("  molti   spazi\t qui ", "molti spazi qui"),
        ("Guanti <S>", "Guanti <S>"),
        ("Guanti <M>, <L> e <XL>", "Guanti <M>, <L> e <XL>"),
        ("Guanti <P>", "Guanti <P>"),
        ("Bottiglia <18mm", "Bottiglia <18mm"),
        ("Uova 5<x<10", "Uova 5<x<10"),
        ("<s>vecchio</s> nuovo", "vecchio nuovo"),
        ("<P>Uno</P> due", "Uno\ndue"),
        ("<p>uno<p>due<li>tre", "uno\ndue\ntre"),
        ("<font size=2>piccolo", "piccolo"),
        ("uno<br>due</b>", "uno\ndue"),
        ("&lt;b&gt;forte&lt;/b&gt;, taglia &lt;S&gt;", "forte, taglia <S>"),
    ],
)
def test_tags_entities_and_signs_nobody_sees_go(written, read):
    assert plain(written) == read


@given(st.text())
@unhurried
def test_what_is_plain_stays_as_it_is(text):
    assert plain(plain(text)) == plain(text)
    assert plain_line(plain_line(text)) == plain_line(text)


@given(st.lists(st.sampled_from(["<", ">", "&", "lt;", "amp;", "b", "/", "!", "script", " "])))
@unhurried
def test_nothing_that_unwraps_into_a_tag_survives(parts):
    text = plain("".join(parts))
    assert not re.search("<b>.*</b>", text)
    assert "<script" not in text or ">" not in text.partition("<script")[2]
    assert plain(text) == text


@pytest.mark.parametrize("part", ["<script ", "<a", "<!--", "&amp;", "&amp;lt;", "<a>", "< "])
def test_hostile_text_costs_no_more_than_its_length(part):
    started = time.process_time()
    plain(part * 20_000)
    assert time.process_time() - started < 1


def test_two_names_are_the_same_name():
    assert comparable("Mele «Gala» (BIO)") == comparable("MELE gala, bio ")
    assert comparable("Cugnà") == "cugna"
    assert comparable("Mele 240 gr") != comparable("Mele 250 gr")
