"""Inside the child: a .typ template and JSON to PDF/A-3a and PDF/UA-1 (see kit.paper.typst)."""

import re
from functools import cache

import typst
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from kit.paper.streams import pack
from kit.paper.typefaces import ROOT, all_files

_FOLDER = ROOT / "templates" / "documents"
_NAME = re.compile(r"[a-z0-9_]+\.typ")
_MARK = (ROOT / "static" / "src" / "mark.svg").read_text(encoding="utf-8")
_FACES = [TTFont(path, lazy=True) for path in all_files()]
_FAMILIES = list(dict.fromkeys(str(face["name"].getBestFamilyName()) for face in _FACES))
_DRAWN = frozenset[int]().union(*(face.getBestCmap() for face in _FACES))
_FONTS = typst.Fonts(
    include_system_fonts=False,
    include_embedded_fonts=False,
    font_paths=sorted({str(path.parent) for path in all_files()}),
)


def print_sheet(template_name: str, data: str, locale: str, created: int) -> bytes:
    """Compile one of our templates; the only files it can read lie beside it.

    `created` is in seconds since 1970 UTC.
    """
    if not _NAME.fullmatch(template_name):
        raise ValueError(f"no such template: {template_name}")
    pdf = typst.compile(
        str(_FOLDER / template_name),
        root=str(_FOLDER),
        font_paths=_FONTS,
        sys_inputs={
            "data": _printable(data),
            "fonts": ",".join(_FAMILIES),
            "lang": locale,
            "mark": _MARK,
        },
        timestamp=created,
        pdf_standards=["a-3a", "ua-1"],
    )
    return pack(pdf)


def _printable(data: str) -> str:
    """Replace what no typeface draws; PDF/A forbids a missing glyph, so Typst would fail."""
    return "".join(letter if _is_drawn(ord(letter)) else "?" for letter in data)


@cache
def _is_drawn(code: int) -> bool:
    return code in _DRAWN and not 0xE000 <= code <= 0xF8FF
