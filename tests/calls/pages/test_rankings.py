"""The office's board and the public ranking, as pages."""

import hashlib
import re
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import select

from calls import papers
from calls.applications import submissions
from calls.commission import progress, totals
from calls.envelopes import doubles
from calls.rankings import rankings
from calls.tables.applications import Submission
from calls.tables.commission import ConflictDeclaration
from kit.http.templates import environment
from people.tables.persons import Person
from tests import make
from tests.calls import commissions
from tests.calls.browsing import press
from tests.forms import forms
from tests.jobs import run_all

PAPER = "calls/documents/ranking.html"


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
        assert f"{name.title()} è nella commissione, e riceve una lettera." in page.text
    assert "Sono arrivate 2 domande." in client.get(desk(found)).text
    opened = press(client, desk(found), f"{desk(found)}/opening")
    assert "Domande aperte: 2." in opened.text and "Mancano 4 schede." in opened.text
    commissions.join(session, found)
    commissions.send_all(session, found)
    assert "ci sono tutte" in client.get(desk(found)).text
    tried = f"/office/calls/{found.call_id}/ranking"
    preview = press(client, tried, f"{tried}/trial")
    assert "Ruota libera" in preview.text and "Pubblica la graduatoria" in preview.text
    assert client.get(f"/calls/{found.call_id}/ranking").status_code == 404
    published = press(client, f"/office/calls/{found.call_id}/ranking")
    assert "La graduatoria è pubblicata." in published.text
    run_all(session)
    client.cookies.clear()
    public = client.get(f"/calls/{found.call_id}/ranking")
    assert "Verifica questa graduatoria" in public.text and "finanziata" in public.text
    bundle = client.get(f"/calls/{found.call_id}/ranking/bundle").content
    assert hashlib.sha256(bundle).hexdigest() in public.text
    assert client.get(f"/calls/{found.call_id}/ranking/file").content.startswith(b"%PDF")
    offered = {"graduatoria.json": "bundle", "bando.json": "call", "verify_ranking.py": "verifier"}
    for name, address in offered.items():
        file = client.get(f"/calls/{found.call_id}/ranking/{address}").content
        (tmp_path / name).write_bytes(file)
        assert hashlib.sha256(file).hexdigest() in public.text, name
    command = re.search(r"<code[^>]*>python3 (verify_ranking.*?)</code>", public.text)
    assert command is not None
    words = [sys.executable, "-I", *re.sub("<[^>]+>", "", command[1]).split()]
    assert subprocess.run(words, cwd=tmp_path, capture_output=True).returncode == 0


def test_the_public_page_shows_no_personal_data_of_who_applied(session, client):
    found = commissions.world(session)
    commissions.send_all(session, found)
    rankings.publish(session, found.office, found.call_id, found.office.now)
    session.commit()
    text = client.get(f"/calls/{found.call_id}/ranking").text
    for forbidden in ("FRRGLI98E43D150K", "via Palestro", "Proponente"):
        assert forbidden not in text


def test_the_page_and_the_paper_name_the_commission(session, client):
    found = commissions.world(session)
    commissions.send_all(session, found)
    commissions.try_ranking(session, found)
    row = rankings.publish(session, found.office, found.call_id, found.office.now)
    session.commit()
    names = [member.name for member in progress.of_commission(session, found.call_id)]
    page = client.get(f"/calls/{found.call_id}/ranking").text
    paper = environment().get_template(PAPER).render(papers.ranking(session, row.id).context)
    assert names and "@" not in page.partition("<main")[2].partition("</main")[0]
    for told in (page, paper):
        assert "Commissione: " in told and all(name in told for name in names)


def test_the_page_names_every_minimum_that_decided(session, client):
    found = commissions.world(session)
    commissions.send_all(session, found)
    rankings.publish(session, found.office, found.call_id, found.office.now)
    session.commit()
    text = client.get(f"/calls/{found.call_id}/ranking").text
    assert "più di 5 in «Idea e novità»." in text and "almeno 36 punti" in text


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
    gone = f"{desk(found)}/evaluators/{found.evaluators[0].person_id}/dismissal"
    assert f'href="{gone}"' in client.get(desk(found)).text
    page = press(client, gone, gone, {"reason": commissions.WHY})
    assert page.text.count("Commissaria 1") == 1
    assert "Commissaria 1 non è più nella commissione, e riceve una lettera." in page.text
    assert client.get(gone).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["evaluator", "stranger"])
def test_only_the_office_finds_the_board(session, client, sign_in, method, who):
    found = commissions.world(session)
    actor = found.evaluators[0] if who == "evaluator" else make.actor(session)
    enter(client, session, sign_in, actor)
    paths = {
        "get": [
            desk(found),
            f"/office/calls/{found.call_id}/ranking",
            f"{desk(found)}/evaluators/{found.evaluators[0].person_id}/dismissal",
        ],
        "post": [
            f"{desk(found)}/opening",
            f"{desk(found)}/evaluators",
            f"{desk(found)}/evaluators/1/dismissal",
            f"/office/calls/{found.call_id}/ranking",
            f"/office/calls/{found.call_id}/ranking/trial",
            f"/office/calls/{found.call_id}/ranking/reopening",
            f"/office/calls/{found.call_id}/ranking/file/retry",
        ],
    }[method]
    for path in paths:
        send = getattr(client, method)
        extra = {"data": {"email": "a@esempio.it"}} if method == "post" else {}
        assert send(path, **extra).status_code == 404, path


def test_the_page_says_of_each_fingerprint_which_application_it_is_of(session, client):
    found = commissions.world(session, applications=3)
    commissions.send_all(session, found)
    rankings.publish(session, found.office, found.call_id, found.office.now)
    sent = session.scalars(select(Submission).order_by(Submission.protocol_number)).all()
    session.commit()
    page = client.get(f"/calls/{found.call_id}/ranking").text
    for submission in sent[-3:]:
        line = page.split(f'<li data-sha256="{submission.sha256}"')[1].split("</li>")[0]
        receipt = submissions.fingerprint(submission)
        assert line.startswith(f' data-receipt="{receipt}">')
        assert f'Impronta della ricevuta: <code class="fl-hash">{receipt}</code>' in line
        assert f"2026/{submission.protocol_number:07d}" in line
        assert f"ricevuta {submission.received_at:%Y-%m-%d %H:%M:%S.%f} UTC" in line
        assert "chiesti 6.000,00" in line


def test_of_two_doubles_each_has_its_own_form_and_keeps_what_was_typed(session, client, sign_in):
    found = commissions.world(session, applications=0, opened=False)
    for number, person in enumerate((0, 0, 1, 1)):
        code = commissions.code_of(person)
        commissions.add_application(session, found, number, tax_code=code)
    commissions.open_and_declare(session, found)
    sign_in(client, session.get(Person, found.office.person_id))
    desk = f"/office/calls/{found.call_id}/evaluation"
    page = client.get(desk).text
    ids = re.findall(r' id="(f-[^"]+)"', page)
    assert len(ids) == len(set(ids)) and len([each for each in ids if "reason" in each]) == 2
    one, other = [each for each in forms(page) if each.action == f"{desk}/doubles"]
    of, beside = one.values["double"], other.values["double"]
    reason = {f"reason-{of}": "Un motivo."}
    unchosen = client.post(one.action, data=one.but(reason))
    assert unchosen.status_code == 422 and "Un motivo." in unchosen.text
    assert unchosen.text.count("Scegli quale domanda deve contare.") == 2, "above and beside"
    chosen = {f"application-{of}": str(double_of(session, found, of).others[0].application_id)}
    unsaid = client.post(one.action, data=one.but(chosen))
    assert unsaid.status_code == 409 and unsaid.text.count("Scrivi il motivo") == 2
    again, quiet = [each for each in forms(unsaid.text) if each.action == one.action]
    assert chosen.items() <= again.values.items() and not quiet.values[f"application-{beside}"]
    typed = {f"reason-{of}": "Inviata per errore."}
    done = client.post(one.action, data=again.but(typed), follow_redirects=False)
    assert done.status_code == 303
    assert double_of(session, found, of).reason == "Inviata per errore."
    assert double_of(session, found, beside).reason == ""


def double_of(session, found, code):
    double, *more = [
        each
        for each in doubles.of_call(session, found.call_id)
        if code in [one.code for one in each.applications]
    ]
    assert not more
    return double


def tied(session, found, *, sheets):
    """A conflict declared before siblings were looked for; the others' sheets sent or not."""
    if sheets:
        commissions.send_all(session, found)
    session.add(
        ConflictDeclaration(
            application_id=found.keys[0].application_id,
            evaluator_id=found.evaluators[0].person_id,
            kind="family",
            note="",
            declared_at=found.office.now,
        )
    )
    session.flush()
    progress.recount(session, found.call_id)
    totals.recount(session, found.call_id)
    session.commit()


@pytest.mark.parametrize("sheets", [True, False])
def test_the_desk_and_the_way_back_name_the_tie_a_ranking_waits_for(
    session, client, sign_in, sheets
):
    found = commissions.world(session, applications=0, opened=False, evaluators=3)
    for number in range(2):
        commissions.add_application(session, found, number, tax_code=commissions.code_of(0))
    commissions.open_and_declare(session, found)
    tied(session, found, sheets=sheets)
    enter(client, session, sign_in, found.office)
    page = client.get(desk(found)).text
    steps = page.split("Che cosa è fatto e che cosa manca")[1].split("</ol>")[0]
    sheet_step = steps.split("Schede dei commissari")[1].split("</li>")[0]
    assert ("fatto" in sheet_step) is sheets and ("da fare" in sheet_step) is not sheets
    assert "Conflitti di interesse da registrare" in steps
    assert ("ci sono tutte" in page) is sheets
    waits = page.split("La graduatoria non si può ancora provare:")[1]
    assert f'href="{desk(found)}#conflicts"' in waits
    back = client.get(f"/office/calls/{found.call_id}/ranking").text
    assert "La graduatoria non si può ancora provare: c&#39;è 1 conflitto di interesse" in back
    assert ("mancano 5 schede dei commissari." in back) is not sheets
    refused = client.post(f"/office/calls/{found.call_id}/ranking")
    assert refused.status_code == 409 and f'href="{desk(found)}#conflicts"' in refused.text
    press(client, desk(found), f"{desk(found)}/conflicts")
    assert "Conflitti di interesse da registrare" not in client.get(desk(found)).text


def test_a_call_nobody_applied_to_asks_for_no_commission_and_is_closed_in_its_own_words(
    session, client, sign_in
):
    found = commissions.world(session, applications=0, evaluators=0, opened=False)
    enter(client, session, sign_in, found.office)
    asks = ("Commissione di almeno", "Nomina nella commissione", "Nella commissione non")
    page = client.get(desk(found)).text
    for step in ("opening", None):
        assert "non serve una commissione" in page
        assert not [words for words in asks if words in page]
        if step:
            page = press(client, desk(found), f"{desk(found)}/{step}").text
    preview = client.get(f"/office/calls/{found.call_id}/ranking").text
    assert "Quando lo pubblichi" in preview and "Le schede restano" not in preview
    done = press(client, f"/office/calls/{found.call_id}/ranking").text
    assert "È pubblicato che il bando è andato deserto." in done
    assert "La graduatoria è pubblicata" not in done
    assert "La graduatoria è" not in client.get(desk(found)).text


def test_a_call_with_applications_that_wait_still_asks_for_its_commission(session, client, sign_in):
    found = commissions.world(session, applications=1, evaluators=0, opened=False)
    enter(client, session, sign_in, found.office)
    page = client.get(desk(found)).text
    assert "Commissione di almeno 2 persone" in page and "Nomina nella commissione" in page


def test_the_receipt_of_an_excluded_application_says_that_it_is_excluded_and_why(session, client):
    found = commissions.world(session, applications=1, opened=False)
    for number in (0, 1):
        commissions.add_application(session, found, number, tax_code=commissions.code_of(90))
    commissions.open_and_declare(session, found)
    commissions.decide_last(session, found)
    commissions.send_all(session, found)
    rankings.publish(session, found.office, found.call_id, found.office.now)
    sent = session.scalars(select(Submission).order_by(Submission.received_at)).all()
    session.commit()
    page = client.get(f"/calls/{found.call_id}/ranking").text
    lines = {one: page.split(f'data-sha256="{one.sha256}"')[1].split("</li>")[0] for one in sent}
    for submission, line in lines.items():
        assert f'data-receipt="{submissions.fingerprint(submission)}"' in line
        assert f"{submission.received_at:%H:%M:%S.%f} UTC" in line and "chiesti 6.000,00" in line
    (out,) = [line for line in lines.values() if "esclusa: Stesso codice fiscale" in line]
    target = re.search(r'href="#(out-[^"]+)"', out)
    assert target is not None and f'id="{target[1]}"' in page
    assert "ogni domanda arrivata ha la sua riga o è fra le escluse" in page


def test_a_deserted_call_offers_no_application_to_find(session, client):
    found = commissions.world(session, applications=0)
    rankings.publish(session, found.office, found.call_id, found.office.now)
    session.commit()
    page = client.get(f"/calls/{found.call_id}/ranking").text
    assert "è andato deserto" in page and "Verifica questo esito" in page
    assert "Trova la tua domanda" not in page and "ricevuta" not in page.partition("<main")[2]


@pytest.mark.parametrize("step", ["total", "criterion"])
def test_the_page_and_the_paper_say_that_columns_were_rounded_where_they_were(
    session, client, step
):
    uneven: dict[str, Any] = {"criterion-1-weight": "1,333"}
    found = commissions.world(session, rounding_step=step, threshold="", **uneven)
    commissions.send_all(session, found, "6 8 6")
    row = rankings.publish(session, found.office, found.call_id, found.office.now)
    run_all(session)
    page = client.get(f"/calls/{found.call_id}/ranking").text
    html = environment().get_template(PAPER).render(papers.ranking(session, row.id).context)
    for said in (page, html):
        assert ("arrotondate per leggerle" in said) is (step == "total")
    link = f'href="/calls/{found.call_id}/ranking/bundle">I valori esatti'
    assert (link in page) is (step == "total")
