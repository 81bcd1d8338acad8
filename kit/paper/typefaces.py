"""Where the typefaces of our documents lie on this machine."""

from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The set-up installs the interface kit of the Italian public administration, which
# carries Titillium Web (SIL Open Font License) also as TrueType.
_HOUSE_FONTS = (
    ROOT / "static" / "dist" / "fonts",
    ROOT / "node_modules" / "bootstrap-italia" / "dist" / "fonts" / "Titillium_Web",
)
# Scripts that Titillium Web does not draw (Gurmukhi, Arabic, the tick of a list).
_SYSTEM_FONTS = (
    Path("/usr/share/fonts/truetype/noto"),
    Path("/usr/share/fonts/truetype/dejavu"),
)
_FALLBACKS = (
    "NotoSans-Regular.ttf",
    "NotoSans-Bold.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansArabic-Bold.ttf",
    "NotoSansGurmukhi-Regular.ttf",
    "NotoSansGurmukhi-Bold.ttf",
    "NotoSansSymbols2-Regular.ttf",
    "DejaVuSans.ttf",
    "DejaVuSans-Bold.ttf",
)
_FACES = {
    "regular": "titillium-web-v10-latin-ext_latin-regular.ttf",
    "italic": "titillium-web-v10-latin-ext_latin-italic.ttf",
    "600": "titillium-web-v10-latin-ext_latin-600.ttf",
    "700": "titillium-web-v10-latin-ext_latin-700.ttf",
}


@cache
def house_faces() -> dict[str, Path]:
    """Titillium Web by face (regular, italic, 600, 700); empty where it is not installed."""
    found: dict[str, Path] = {}
    for face, name in _FACES.items():
        for folder in _HOUSE_FONTS:
            if (folder / name).is_file():
                found.setdefault(face, folder / name)
    return found


@cache
def all_files() -> tuple[Path, ...]:
    """Every typeface file a document may use, the house's own first.

    Raises RuntimeError when there is none: a page without letters is worse than no page.
    """
    fallbacks = (folder / name for folder in _SYSTEM_FONTS for name in _FALLBACKS)
    found = (*house_faces().values(), *(path for path in fallbacks if path.is_file()))
    if not found:
        raise RuntimeError("no typeface found: the set-up installs them (see docs/documents.md)")
    return found
