"""What anybody downloads of a published ranking, and who has it printed again."""

import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from calls.rankings import rankings
from calls.tables.rankings import Ranking
from calls.verification import scripts
from kit.paper import pdf
from tests.calls import commissions
from tests.calls.pages.test_rankings import desk, enter
from tests.jobs import run_all

FIRST = Path(__file__).parents[1] / "verification" / "graduatoria_1.json"


def test_the_names_are_downloaded_apart(session, client):
    found = commissions.world(session)
    commissions.send_all(session, found)
    row = rankings.publish(session, found.office, found.call_id, found.office.now)
    session.commit()
    names = client.get(f"/calls/{found.call_id}/ranking/names")
    assert names.headers["content-disposition"].endswith("nomi.json")
    assert sorted(names.json()["firms"].values()) == ["Il forno mobile", "Ruota libera"]
    assert names.json()["ranking_sha256"] == row.sha256


def test_a_ranking_of_the_first_format_is_served_with_its_own_program(session, client, tmp_path):
    found = commissions.world(session)
    commissions.send_all(session, found)
    row = rankings.publish(session, found.office, found.call_id, found.office.now)
    in_first_format(session, row)
    session.commit()
    page = client.get(f"/calls/{found.call_id}/ranking").text
    assert '<code class="fl-hash">python3 verify_ranking.py graduatoria.json</code>' in page
    assert "--sha256" not in page
    program = client.get(f"/calls/{found.call_id}/ranking/verifier").content
    assert program == scripts.script("farelegami.ranking.1")
    (tmp_path / "verify_ranking.py").write_bytes(program)
    (tmp_path / "graduatoria.json").write_bytes(
        client.get(f"/calls/{found.call_id}/ranking/bundle").content
    )
    command = [sys.executable, "-I", "verify_ranking.py", "graduatoria.json"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0


def in_first_format(session, row):
    """Publish it again as the first format had it."""
    session.add(
        Ranking(
            call_id=row.call_id,
            call_version_id=row.call_version_id,
            number=2,
            content=FIRST.read_text(),
            sha256=hashlib.sha256(FIRST.read_bytes()).hexdigest(),
            rule="farelegami.ranking.1",
            published_by=row.published_by,
            published_at=row.published_at,
        )
    )


@pytest.mark.parametrize(
    ("kind", "files"), [("ranked", 5), ("deserted", 4), ("of the first format", 3)]
)
def test_the_files_compared_are_those_that_the_page_offers(session, client, kind, files):
    found = commissions.world(session, applications=0 if kind == "deserted" else 2)
    if kind != "deserted":
        commissions.send_all(session, found)
    row = rankings.publish(session, found.office, found.call_id, found.office.now)
    if kind == "of the first format":
        in_first_format(session, row)
    else:
        run_all(session)
    session.commit()
    page = client.get(f"/calls/{found.call_id}/ranking").text
    links = set(re.findall(rf'href="(/calls/{found.call_id}/ranking/[a-z]+)"', page))
    offered = {hashlib.sha256(client.get(link).content).hexdigest() for link in links}
    compared = page.split('id="compare"')[1]
    assert set(re.findall(r'data-sha256="(\w+)"', compared)) == offered
    assert len(offered) == files


@pytest.mark.parametrize("file", ["", "/bundle", "/call", "/names", "/file", "/verifier"])
def test_before_publication_there_is_nothing_to_find(session, client, file):
    found = commissions.world(session)
    session.commit()
    assert client.get(f"/calls/{found.call_id}/ranking{file}").status_code == 404


def test_a_ranking_too_large_to_print_is_said_in_words_and_the_office_asks_again(
    session, client, sign_in, monkeypatch
):
    found = commissions.world(session)
    commissions.send_all(session, found)
    rankings.publish(session, found.office, found.call_id, found.office.now)
    session.commit()
    with monkeypatch.context() as narrow:
        narrow.setattr(pdf, "LIST", replace(pdf.LIST, result_mib=0))
        run_all(session)
    public = client.get(f"/calls/{found.call_id}/ranking").text
    assert "Il PDF non si è potuto preparare" in public and "in preparazione" not in public
    assert client.get(f"/calls/{found.call_id}/ranking/file").status_code == 409
    enter(client, session, sign_in, found.office)
    board = client.get(desk(found)).text
    assert "Il documento è troppo grande" in board
    again = f"/office/calls/{found.call_id}/ranking/file/retry"
    assert f'action="{again}"' in board
    assert "Ci riproviamo: tra poco" in client.post(again).text
    assert client.post(again).status_code == 409
    run_all(session)
    assert client.get(f"/calls/{found.call_id}/ranking/file").content.startswith(b"%PDF")
    assert f'href="/calls/{found.call_id}/ranking/file"' in client.get(desk(found)).text
