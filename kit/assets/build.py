"""Bundles the interface: style sheet, script, icons, typefaces, licences and their manifest."""

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from itertools import product
from pathlib import Path

from kit.assets import FOLDER, PREFIX, ROOT
from kit.assets.packages import LOCK, BuildFailed, esbuild, file
from kit.assets.purge import classes, purge, words

SOURCE = ROOT / "static" / "src"
TEMPLATES = ROOT / "templates"
TEST_DIST = ROOT / "static" / "dist-test"
KIT_SHEET = "bootstrap-italia/dist/css/bootstrap-italia.min.css"
KIT_SPRITE = "bootstrap-italia/dist/svg/sprites.svg"
KIT_FONTS = "bootstrap-italia/dist/fonts/Titillium_Web/titillium-web-v10-latin-ext_latin-"
LICENCES = {
    "bootstrap-italia (BSD-3-Clause)": "bootstrap-italia/LICENSE",
    "htmx (0BSD)": "htmx.org/LICENSE",
    "Titillium Web (SIL Open Font License 1.1)": "@fontsource/titillium-web/LICENSE",
}
WEIGHTS = (400, 600, 700)
SUBSETS = ("latin", "latin-ext")
# The browsers that must work: the phones and office machines of the last five years.
TARGETS = "chrome90,firefox90,safari15,edge90"
_SYMBOL = re.compile(r'<symbol\b[^>]*\bid="it-([\w-]+)".*?</symbol>', re.DOTALL)


def build() -> bool:
    """Make everything again if an input changed; True if something was made."""
    used = _used_words()
    key = _key(used)
    made = FOLDER / "manifest.json"
    old_key, old_files = _last_build(made)
    if old_key == key and all((FOLDER / name).is_file() for name in old_files):
        return False
    FOLDER.mkdir(parents=True, exist_ok=True)
    files = _typefaces()
    files["app.css"] = _keep("app.css", _sheet(used, files))
    files["app.js"] = _keep("app.js", _bundle(SOURCE / "app.js", "--format=esm", "--bundle"))
    files["sprites.svg"] = _keep("sprites.svg", _sprite(used))
    for drawing in sorted(SOURCE.glob("*.svg")):
        files[drawing.name] = _keep(drawing.name, drawing.read_bytes())
    files["licences.txt"] = _keep("licences.txt", _licences())
    _for_documents_and_tests()
    fresh = FOLDER / "manifest.json.new"
    fresh.write_text(json.dumps({"key": key, "files": files}, indent=1) + "\n")
    fresh.replace(made)
    _sweep({*files.values(), *old_files})
    return True


def _last_build(manifest: Path) -> tuple[str, set[str]]:
    """The fingerprint and the file names of the build before; nothing of a broken manifest."""
    try:
        known = json.loads(manifest.read_text())
        return str(known["key"]), set(known["files"].values())
    except (FileNotFoundError, ValueError, KeyError):
        return "", set()


def _used_words() -> set[str]:
    """The words of templates and scripts that name a class or an icon of the kit."""
    known = classes(file(KIT_SHEET).read_text()) | set(
        _SYMBOL.findall(file(KIT_SPRITE).read_text())
    )
    found: set[str] = set()
    for path in [*TEMPLATES.rglob("*.html"), *SOURCE.rglob("*.js")]:
        found |= words(path.read_text())
    return found & known


def _key(used: set[str]) -> str:
    """The fingerprint of all inputs, so that a build with nothing new does nothing."""
    digest = hashlib.sha256(" ".join(sorted(used)).encode())
    inputs = [LOCK, *Path(__file__).parent.glob("*.py"), *SOURCE.rglob("*")]
    for path in sorted(path for path in inputs if path.is_file()):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _keep(name: str, content: bytes) -> str:
    """Write a file under a name that carries its hash; the hashed name comes back."""
    stem, _, ending = name.rpartition(".")
    hashed = f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
    (FOLDER / hashed).write_bytes(content)
    return hashed


def _typefaces() -> dict[str, str]:
    """Copy the woff2 files of Titillium Web; plain name to hashed name."""
    names = [
        f"titillium-web-{subset}-{weight}-normal.woff2" for subset in SUBSETS for weight in WEIGHTS
    ]
    source = "@fontsource/titillium-web/files/"
    return {name: _keep(name, file(source + name).read_bytes()) for name in names}


def _font_faces(files: dict[str, str]) -> str:
    ranges = json.loads(file("@fontsource/titillium-web/unicode.json").read_text())
    faces = []
    for subset, weight in product(SUBSETS, WEIGHTS):
        address = PREFIX + files[f"titillium-web-{subset}-{weight}-normal.woff2"]
        faces.append(
            f'@font-face{{font-family:"Titillium Web";font-style:normal;font-weight:{weight};'
            f"font-display:swap;unicode-range:{ranges[subset]};"
            f'src:url("{address}") format("woff2")}}'
        )
    return "\n".join(faces)


def _sheet(used: set[str], files: dict[str, str]) -> bytes:
    """The typefaces, the kit's sheet without what no page uses, then our own on top."""
    kit = purge(file(KIT_SHEET).read_text(encoding="utf-8-sig"), used)
    with tempfile.TemporaryDirectory() as folder:
        below = Path(folder) / "kit.css"
        below.write_text(_font_faces(files) + "\n" + kit)
        options = ("--bundle", f"--external:{PREFIX}*")
        return _bundle(below, *options) + _bundle(SOURCE / "farelegami.css", *options)


def _bundle(entry: Path, *options: str) -> bytes:
    """Run esbuild on one file. Raises BuildFailed with what it says."""
    result = subprocess.run(  # noqa: S603 (a program of our own lock file, fixed arguments)
        [esbuild(), entry, "--minify", "--charset=utf8", f"--target={TARGETS}", *options],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if result.returncode:
        raise BuildFailed(f"esbuild refuses {entry.name}:\n{result.stderr.decode()}")
    return result.stdout


def _sprite(used: set[str]) -> bytes:
    """The icons whose names the templates mention."""
    symbols = [m.group(0) for m in _SYMBOL.finditer(file(KIT_SPRITE).read_text()) if m[1] in used]
    return ('<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n").encode()


def _licences() -> bytes:
    parts = [f"{title}\n\n{file(path).read_text()}\n" for title, path in LICENCES.items()]
    return "\n".join(parts).encode()


def _for_documents_and_tests() -> None:
    """Copy what documents print with (TrueType) and what tests examine with (axe)."""
    (FOLDER / "fonts").mkdir(exist_ok=True)
    for face in ("regular", "italic", "600", "700"):
        shutil.copyfile(source := file(f"{KIT_FONTS}{face}.ttf"), FOLDER / "fonts" / source.name)
    TEST_DIST.mkdir(exist_ok=True)
    shutil.copyfile(file("axe-core/axe.min.js"), TEST_DIST / "axe.min.js")


def _sweep(keep: set[str]) -> None:
    """Remove files of older builds; the last one's stay, for pages that are still open."""
    for path in FOLDER.iterdir():
        if path.is_file() and path.name not in keep and path.name != "manifest.json":
            path.unlink()
