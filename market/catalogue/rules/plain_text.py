"""Foreign text made plain: no tags, no control signs, one way to write it.

What was typed here and comes back in a file of our own is no HTML, and keeps its brackets.
"""

import html
import re
import unicodedata
from collections.abc import Mapping

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:[\s/][^<>]*)?>|<![^<>]*>|<\?[^<>]*>")
_BREAKING = frozenset({"br", "p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4"})
_SILENT = frozenset({"script", "style"})
# HTML's own words: those that stand alone, those whose end may be left out, those that are closed.
# Anything else in angle brackets ("Guanti <M>") is what somebody wrote.
_ALONE = frozenset({"br", "hr", "img", "input", "wbr", "meta", "link", "col", "source"})
_LEFT_OPEN = "p li dt dd tr td th thead tbody tfoot option html head body colgroup"
_PAIRED = """
    a abbr article aside b big blockquote button center code div dl em font footer form h1 h2 h3
    h4 h5 h6 header i iframe label main mark nav ol pre q s script section select small span
    strike strong style sub sup svg table textarea title tt u ul video
"""
_OPEN_ENDED, _CLOSED = frozenset(_LEFT_OPEN.split()), frozenset(_PAIRED.split())
_KNOWN = _ALONE | _OPEN_ENDED | _CLOSED
_PASSES_MAX = 5
_SPACES = re.compile(r"[^\S\n]+")
_NO_WORD = re.compile("[^0-9a-z]+")
_BLANK_LINES = re.compile(r"\n\s*\n+")


def plain(text: str) -> str:
    """Turn a description, possibly HTML, into plain lines; a second time changes nothing.

    Tags go (what `script` and `style` hold goes with them), entities become characters,
    control and direction signs go. A tag is what HTML takes for one: a word of its own that
    stands alone or is closed further on, so that a glove called <S> keeps its size. Text that
    keeps unwrapping into new tags loses its angle brackets and ampersands altogether.
    """
    for _ in range(_PASSES_MAX):
        cleaned = _tidy(html.unescape(_without_tags(text)))
        if cleaned == text:
            return cleaned
        text = cleaned
    return _tidy(re.sub(r"[<>&]", " ", text))


def plain_line(text: str) -> str:
    """Like `plain`, on a single line: for names, codes and labels."""
    return plain(" ".join(text.split())).replace("\n", " ")


def as_typed(text: str) -> str:
    """Keep a text with what stands in angle brackets; only what nobody sees goes."""
    return _tidy(text)


def line_as_typed(text: str) -> str:
    """Like `as_typed`, on a single line."""
    return _tidy(" ".join(text.split()))


def unreadable(text: str) -> bool:
    """Whether the text holds NUL or half a character (lone surrogate): nobody wrote that."""
    return "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text)


def comparable(text: str) -> str:
    """Give the form in which two names are the same name.

    Case, accents, punctuation and spacing do not count: "Mele «Gala» (BIO)" equals
    "mele gala bio".
    """
    flat = text.casefold()
    if flat.isascii():
        return _NO_WORD.sub(" ", flat).strip()
    flat = unicodedata.normalize("NFKD", flat)
    kept = "".join(c if c.isalnum() else " " for c in flat if not unicodedata.combining(c))
    return " ".join(kept.split())


def _without_tags(text: str) -> str:
    if "<" not in text:
        return text
    found = list(_TAG.finditer(text))
    closed_at = {m[2].lower(): m.start() for m in found if m[1]}
    parts: list[str] = []
    position, silent_in = 0, ""
    for match in found:
        if not _is_tag(match, closed_at):
            continue
        if not silent_in:
            parts.append(text[position : match.start()])
        position = match.end()
        closing, name = match[1], (match[2] or "").lower()
        if silent_in:
            silent_in = "" if closing and name == silent_in else silent_in
        elif name in _SILENT and not closing:
            silent_in = name
        if name in _BREAKING:
            parts.append("\n")
    if not silent_in:
        parts.append(text[position:])
    return "".join(parts)


def _is_tag(match: re.Match[str], closed_at: Mapping[str, int]) -> bool:
    """Whether what stands in angle brackets is HTML; `closed_at` is where each ends last."""
    written = match[2]
    if written is None:
        return True  # a comment, a declaration
    name = written.lower()
    if match[1] or name in _SILENT or name in _ALONE:
        return name in _KNOWN
    ends = closed_at.get(name, -1) > match.start() or "=" in match[0]
    if name in _OPEN_ENDED:
        return ends or not (len(written) == 1 and written.isupper())
    return ends and name in _CLOSED


def _tidy(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (_SPACES.sub(" ", _written(line)).strip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _written(line: str) -> str:
    """Blank what writes nothing: control (Cc), direction and zero width (Cf), halves (Cs)."""
    if line.isprintable():
        return line
    nothing = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "".join(" " if unicodedata.category(c) in nothing else c for c in line)
