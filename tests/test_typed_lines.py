"""What people typed in several lines is shown in several lines, on every page and paper."""

import re

from kit.http.templates import FOLDER

# What the fields of several lines are called that are shown as they were typed.
_SHOWN = re.compile(
    r"\{\{ [^}]*\b\w+\.(?:note|summary|description|story|motivation)\b(?!s)[^}]*\}\}"
    r"|\{\{ (?:double\.reason|why|words\.excluded\(one\)\|t) \}\}"
)
_KEEPS_LINES = re.compile(r'class="[^"]*\b(?:fl-typed|typed|fl-letter-text)\b[^"]*">$')
# Macros that are handed a text, or show it in a field.
_HANDED = re.compile(r"\{\{ (?:forms|parts|charts)\.")


def test_every_text_of_several_lines_keeps_them():
    bare, kept = [], 0
    for path in sorted(FOLDER.rglob("*.html")):
        text = path.read_text()
        for found in _SHOWN.finditer(text):
            if _HANDED.match(found[0]):
                continue
            if _KEEPS_LINES.search(text[: found.start()]):
                kept += 1
            else:
                bare.append(f"{path.relative_to(FOLDER)}: {found[0]}")
    assert not bare, (
        "in an element of class fl-typed (on paper: typed) these would keep their lines"
    )
    assert kept > 12
