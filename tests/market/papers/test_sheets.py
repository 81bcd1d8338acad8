"""The four sheets of a closed order."""

import page

from kit import files
from tests.market.papers.made import sheets


def test_every_sheet_is_made_and_conforms(session, closed):
    found = sheets(session, closed)
    assert {sheet.state for sheet in found.values()} == {"ready"}
    for kind in ("order_sheet", "sorting_by_household", "sorting_by_product"):
        content = files.get(found[kind].sha256)
        for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
            report = page.validate_pdf_bytes(content, profile=profile)
            assert report.is_compliant, (kind, profile, [f.rule_id for f in report.failures])
