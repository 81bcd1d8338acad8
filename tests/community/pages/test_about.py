"""The pages that say who we are are open to everybody and linked from every page."""

from typing import Any

import pytest

PAGES = {
    "/accessibility": "Dichiarazione di accessibilità",
    "/privacy": "Dati personali",
    "/help": "Aiuto e contatti",
}


@pytest.mark.parametrize("path", PAGES)
def test_a_visitor_reads_who_we_are(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert f"<h1>{PAGES[path]}</h1>" in answer.text
    assert all(f'href="{other}"' in answer.text for other in PAGES)
