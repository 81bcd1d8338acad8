"""Foreign text made plain: no tags, no control signs, one way to write it."""

import html
import re
import unicodedata

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:[\s/][^<>]*)?>|<![^<>]*>|<\?[^<>]*>")
_BREAKING = frozenset({"br", "p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4"})
_SILENT = frozenset({"script", "style"})
_PASSES_MAX = 5
_SPACES = re.compile(r"[^\S\n]+")
_NO_WORD = re.compile("[^0-9a-z]+")
_BLANK_LINES = re.compile(r"\n\s*\n+")


def plain(text: str) -> str:
    """Turn a description, possibly HTML, into plain lines; a second time changes nothing.

    Tags go (what `script` and `style` hold goes with them), entities become characters,
    control and direction signs go. Text that keeps unwrapping into new tags loses its
    angle brackets and ampersands altogether.
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
    parts: list[str] = []
    position, silent_in = 0, ""
    for match in _TAG.finditer(text):
        if not silent_in:
            parts.append(text[position : match.start()])
        position = match.end()
        closing, name = match.group(1), (match.group(2) or "").lower()
        if silent_in:
            silent_in = "" if closing and name == silent_in else silent_in
        elif name in _SILENT and not closing:
            silent_in = name
        if name in _BREAKING:
            parts.append("\n")
    if not silent_in:
        parts.append(text[position:])
    return "".join(parts)


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
