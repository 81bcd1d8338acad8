"""What a sheet is set with: our templates and typefaces, and what people typed as plain text."""

import io

import pikepdf
import pytest

from kit.paper import typst
from kit.paper.typefaces import ROOT
from tests.kit.paper.sorting import AT, TEMPLATES, order
from tests.kit.pdf_checks import check_both_standards, words


def test_a_name_nobody_can_draw_does_not_stop_the_sheet_of_all_others():
    data = order(2, 2, 2)
    data["households"][0]["name"] = "Famiglia 🍎 李 \ue000\u0007 Rossi"
    made = typst.render(TEMPLATES[0], data, created=AT)
    check_both_standards(made)
    assert "Rossi" in words(made) and "Famiglia ?" in words(made)


def test_what_a_person_typed_is_text_and_never_code():
    data = order(1, 1, 1)
    typed = '#read("/etc/passwd") $x$ *a* `b` #panic() \\ @c <d>'
    data["households"][0]["name"] = typed
    made = typst.render(TEMPLATES[0], data, created=AT)
    assert '#read("/etc/passwd")' in words(made).replace("“", '"').replace("”", '"')
    assert "root:" not in words(made)


@pytest.mark.parametrize("name", ["../base.html", "/etc/passwd", "sheet.typ/../../x.typ", "x.html"])
def test_only_templates_of_ours_are_set(name):
    with pytest.raises(RuntimeError, match="no such template"):
        typst.render(name, {})


@pytest.mark.parametrize("locale", ["it", "en"])
def test_a_sheet_says_its_language_and_instant(locale):
    made = typst.render(TEMPLATES[0], order(1, 1, 1), locale=locale, created=AT)
    with pikepdf.open(io.BytesIO(made)) as file:
        assert str(file.Root.Lang) == locale
        with file.open_metadata() as known:
            assert known["xmp:CreateDate"].startswith(f"{AT:%Y-%m-%dT%H:%M}")


def test_a_sheet_is_drawn_with_typefaces_of_ours_alone():
    data = order(1, 1, 1)
    data["households"][0]["name"] = "Ghisolfi ਕੌਰ فاطمة"
    made = typst.render(TEMPLATES[0], data, created=AT)
    with pikepdf.open(io.BytesIO(made)) as file:
        found = {
            str(item.FontName).partition("+")[2]
            for item in file.objects
            if isinstance(item, pikepdf.Dictionary) and "/FontName" in item
        }
    assert found and all(name.startswith(("TitilliumWeb", "Noto", "DejaVu")) for name in found)
    assert any(name.startswith("TitilliumWeb") for name in found)


def test_every_sheet_of_ours_can_be_set():
    sheets = {path.name for path in (ROOT / "templates" / "documents").glob("*.typ")}
    assert sheets - {"sheet.typ"} == set(TEMPLATES)
