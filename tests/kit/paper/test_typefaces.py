"""The typefaces of documents: where they lie, in which order, and what is said without any."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.paper import typefaces


def forget() -> None:
    typefaces.house_faces.cache_clear()
    typefaces.all_files.cache_clear()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine with the typefaces the test puts into built/, packages/ and system/."""
    folders = [tmp_path / name for name in ("built", "packages", "system")]
    for folder in folders:
        folder.mkdir()
    monkeypatch.setattr(typefaces, "_HOUSE_FONTS", tuple(folders[:2]))
    monkeypatch.setattr(typefaces, "_SYSTEM_FONTS", tuple(folders[2:]))
    forget()
    yield tmp_path
    forget()


def put(machine: Path, *names: str) -> list[Path]:
    found = [machine / name for name in names]
    for path in found:
        path.touch()
    return found


def test_the_set_up_brings_all_four_faces_of_the_house() -> None:
    assert list(typefaces.house_faces()) == ["regular", "italic", "600", "700"]
    files = typefaces.all_files()
    assert files[:4] == tuple(typefaces.house_faces().values())
    assert {path.read_bytes()[:4] for path in files} == {b"\0\1\0\0"}


def test_what_was_built_comes_before_the_package_face_by_face(machine: Path) -> None:
    name = typefaces._FACES["regular"]
    packed, bold = put(machine, f"packages/{name}", f"packages/{typefaces._FACES['700']}")
    assert typefaces.house_faces() == {"regular": packed, "700": bold}
    (built,) = put(machine, f"built/{name}")
    assert typefaces.house_faces()["regular"] == packed, "looked for once in a process"
    forget()
    assert typefaces.house_faces() == {"regular": built, "700": bold}


def test_letters_of_other_scripts_come_after_the_house_and_only_the_known(machine: Path) -> None:
    arabic, sans = put(machine, "system/NotoSansArabic-Regular.ttf", "system/DejaVuSans.ttf")
    put(machine, "system/ComicSans.ttf")
    assert typefaces.all_files() == (arabic, sans)
    (ours,) = put(machine, f"built/{typefaces._FACES['italic']}")
    forget()
    assert typefaces.all_files() == (ours, arabic, sans)


def test_a_machine_without_letters_is_told_so(machine: Path) -> None:
    (machine / "system" / "DejaVuSans.ttf").mkdir()
    assert typefaces.house_faces() == {}
    with pytest.raises(RuntimeError, match="no typeface found"):
        typefaces.all_files()
