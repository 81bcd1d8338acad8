"""The office's board and the public ranking, as pages."""

import hashlib
import subprocess
import sys
from dataclasses import replace

import pytest

from calls.rankings import rankings
from kit.paper import pdf
from people.tables import Person
from tests import make
from tests.calls import commissions
from tests.calls.browsing import press
from tests.jobs import run_all


def enter(client, session, sign_in, actor):
    return sign_in(client, session.get(Person, actor.person_id))


def desk(found):
    return f"/office/calls/{found.call_id}/evaluation"


def test_the_office_goes_from_sealed_envelopes_to_the_public_ranking(
    session, client, sign_in, tmp_path
):
    found = commissions.world(session, applications=2, evaluators=0, opened=False)
    enter(client, session, sign_in, found.office)
    for name in ("rita", "paolo"):
        make.person(session, name=name.title(), email=f"{name}@esempio.it")
        session.commit()
        typed = {"email": f"{name}@esempio.it"}
        page = press(client, desk(found), f"{desk(found)}/evaluators", typed)
        assert f"{name.title()} è nella commissione." in page.text
    assert "Sono arrivate 2 domande." in client.get(desk(found)).text
    opened = press(client, desk(found), f"{desk(found)}/opening")
    assert "Domande aperte: 2." in opened.text and "Mancano 4 schede." in opened.text
    commissions.join(session, found)
    commissions.send_all(session, found)
    assert "ci sono tutte" in client.get(desk(found)).text
    preview = client.get(f"/office/calls/{found.call_id}/ranking")
    assert "Ruota libera" in preview.text and "Pubblica la graduatoria" in preview.text
    assert client.get(f"/calls/{found.call_id}/ranking").status_code == 404
    published = press(client, f"/office/calls/{found.call_id}/ranking")
    assert "La graduatoria è pubblicata." in published.text
    run_all(session)
    client.cookies.clear()
    public = client.get(f"/calls/{found.call_id}/ranking")
    assert "Verifica questa graduatoria" in public.text and "Finanziata" in public.text
    bundle = client.get(f"/calls/{found.call_id}/ranking/bundle").content
    assert hashlib.sha256(bundle).hexdigest() in public.text
    assert client.get(f"/calls/{found.call_id}/ranking/file").content.startswith(b"%PDF")
    (tmp_path / "graduatoria.json").write_bytes(bundle)
    script = tmp_path / "verify_ranking.py"
    script.write_bytes(client.get(f"/calls/{found.call_id}/ranking/verifier").content)
    command = [sys.executable, "-I", script.name, "graduatoria.json"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0


def test_the_public_page_shows_no_personal_data(session, client):
    found = commissions.world(session)
    commissions.send_all(session, found)
    rankings.publish(session, found.office, found.call_id, found.office.now)
    session.commit()
    text = client.get(f"/calls/{found.call_id}/ranking").text
    for forbidden in ("FRRGLI98E43D150X", "via Palestro", "Proponente", "Commissaria"):
        assert forbidden not in text


def test_publishing_too_early_is_refused_in_words(session, client, sign_in):
    found = commissions.world(session)
    enter(client, session, sign_in, found.office)
    answer = client.post(f"/office/calls/{found.call_id}/ranking")
    assert answer.status_code == 409
    assert "Mancano ancora 4 schede" in answer.text
    preview = client.get(f"/office/calls/{found.call_id}/ranking", follow_redirects=False)
    assert preview.headers["location"] == desk(found)


def test_an_unknown_address_comes_back_beside_its_field(session, client, sign_in):
    found = commissions.world(session, evaluators=0)
    enter(client, session, sign_in, found.office)
    answer = press(client, desk(found), f"{desk(found)}/evaluators", {"email": "chi@esempio.it"})
    assert answer.status_code == 409
    assert "Nessuno è registrato" in answer.text and 'value="chi@esempio.it"' in answer.text
    assert client.post(f"{desk(found)}/evaluators", data={"email": "chi"}).status_code == 422


def test_opening_twice_is_refused(session, client, sign_in):
    found = commissions.world(session)
    enter(client, session, sign_in, found.office)
    answer = client.post(f"{desk(found)}/opening")
    assert answer.status_code == 409 and "già aperte" in answer.text


def test_an_evaluator_is_dismissed(session, client, sign_in):
    found = commissions.world(session)
    enter(client, session, sign_in, found.office)
    gone = found.evaluators[0].person_id
    page = press(client, desk(found), f"{desk(found)}/evaluators/{gone}/dismissal")
    assert "La commissione è cambiata." in page.text and "Commissaria 1" not in page.text


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["evaluator", "stranger"])
def test_only_the_office_finds_the_board(session, client, sign_in, method, who):
    found = commissions.world(session)
    actor = found.evaluators[0] if who == "evaluator" else make.actor(session)
    enter(client, session, sign_in, actor)
    paths = {
        "get": [desk(found), f"/office/calls/{found.call_id}/ranking"],
        "post": [
            f"{desk(found)}/opening",
            f"{desk(found)}/evaluators",
            f"{desk(found)}/evaluators/1/dismissal",
            f"/office/calls/{found.call_id}/ranking",
            f"/office/calls/{found.call_id}/ranking/file/retry",
        ],
    }[method]
    for path in paths:
        send = getattr(client, method)
        extra = {"data": {"email": "a@esempio.it"}} if method == "post" else {}
        assert send(path, **extra).status_code == 404, path


@pytest.mark.parametrize("path", ["ranking", "ranking/bundle", "ranking/file", "ranking/verifier"])
def test_before_publication_there_is_nothing_to_find(session, client, path):
    found = commissions.world(session)
    session.commit()
    assert client.get(f"/calls/{found.call_id}/{path}").status_code == 404


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
