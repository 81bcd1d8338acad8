"""The treasurer's pages: numbers that agree, statements, cash recorded once."""

import re

import pytest
from sqlalchemy import func, select

from ledger import accounts, journal
from ledger.tables import Journal
from people import proofs, sign_ins
from tests.forms import filled
from tests.market import make
from tests.market.pages.shown import text


@pytest.fixture
def treasurer(enter, at):
    return enter(("treasurer", "centre", at.centre.id))


@pytest.fixture
def family(session, at):
    found = make.household(session, at, "F1", credit=0)
    session.commit()
    return found


def key_of(text):
    return re.findall(r'name="key" value="([\w-]+)"', text)[0]


def send(client, at, family, amount, key):
    data = {"household": str(family.id), "amount": amount, "key": key}
    return client.post(f"/centres/{at.centre.id}/top-ups", data=data)


def test_cash_raises_the_credit_and_the_numbers_agree(treasurer, session, at, family):
    key = key_of(treasurer.get(f"/centres/{at.centre.id}/top-ups/new").text)
    answer = send(treasurer, at, family, "50", key)
    assert "Registrati 50,00\u00a0€ in contanti" in answer.text
    assert "I numeri tornano" in answer.text
    assert "50,00\u00a0€ in cassa e in banca = 50,00\u00a0€ delle famiglie" in answer.text
    assert accounts.balance(session, family.account_id) == 5000


def test_the_balance_of_the_households_is_not_said_to_be_free(treasurer, at, order_id):
    page = treasurer.get(f"/centres/{at.centre.id}/accounts").text
    assert "il saldo dei loro conti; impegnato negli ordini: 26,50\u00a0€" in page
    assert "ancora spendere" not in page


def test_a_form_sent_twice_is_recorded_once(treasurer, session, at, family):
    for _ in range(2):
        assert send(treasurer, at, family, "50", "a" * 32).status_code == 200
    assert accounts.balance(session, family.account_id) == 5000
    answer = send(treasurer, at, family, "60", "a" * 32)
    assert answer.status_code == 409 and "già inviato con altri dati" in answer.text
    assert accounts.balance(session, family.account_id) == 5000
    assert send(treasurer, at, family, "60", key_of(answer.text)).status_code == 200
    assert accounts.balance(session, family.account_id) == 11_000


BOUNDS = (
    "L&#39;importo è fuori dai limiti: in contanti da 0,01\u00a0€ a 4.999,99\u00a0€. "
    "Da 5.000,00\u00a0€ in su usa il bonifico."
)


@pytest.mark.parametrize(
    ("amount", "status", "words"),
    [
        ("", 422, "Questo campo serve"),
        ("tanti", 422, "Scrivi un importo in euro"),
        *((amount, 422, BOUNDS) for amount in ("0", "-5", "5000", "9999999999999")),
        ("1,2345678", 422, "Usa al massimo 2 decimali"),
    ],
)
def test_an_amount_that_cannot_be_is_said_beside_it(
    treasurer, session, at, family, amount, status, words
):
    answer = send(treasurer, at, family, amount, "b" * 32)
    assert answer.status_code == status
    assert 'id="e-amount"' in answer.text and words in answer.text
    assert f'value="{family.id}" selected' in answer.text and key_of(answer.text) == "b" * 32
    assert session.scalar(select(func.count()).select_from(Journal)) == 0


def test_a_household_of_another_centre_gets_nothing_here(treasurer, session, at, family):
    elsewhere = make.household(session, make.world(session), credit=0)
    session.commit()
    answer = send(treasurer, at, elsewhere, "50", "c" * 32)
    assert answer.status_code == 422 and 'id="e-household"' in answer.text
    assert accounts.balance(session, elsewhere.account_id) == 0


def test_money_from_outside_the_centre_is_shown_as_a_difference(treasurer, session, at, family):
    make.top_up(session, family.account_id, 700, at.now)
    session.commit()
    text = treasurer.get(f"/centres/{at.centre.id}/accounts").text
    assert "I numeri non tornano" in text and "-7,00\u00a0€" in text


def test_who_is_below_zero_is_work_to_do(treasurer, session, at, family):
    make.top_up(session, family.account_id, -1200, at.now)
    session.commit()
    text = treasurer.get(f"/centres/{at.centre.id}/accounts").text
    assert "sotto zero: -12,00\u00a0€" in text
    assert f"top-ups/new?household={family.id}" in text


def test_the_cash_account_reads_as_what_the_box_holds(treasurer, session, at, family):
    send(treasurer, at, family, "50", "d" * 32)
    cash = accounts.find(session, f"centre:{at.centre.code.lower()}:cash")
    text = treasurer.get(f"/centres/{at.centre.id}/accounts/{cash}").text
    assert "+50,00\u00a0€" in text and "-50,00\u00a0€" not in text
    assert "Ricarica in contanti" in text
    own = treasurer.get(f"/centres/{at.centre.id}/accounts/{family.account_id}").text
    for page, named in ((text, True), (own, False)):
        assert (f"{family.name} (F1)" in page.partition("<h2>Movimenti")[2]) is named


def test_after_a_delivery_producer_and_transport_stand_beside_the_cash(
    treasurer, session, at, closed_id
):
    base = f"/centres/{at.centre.id}/accounts"
    for family, digit in ((at.first, "1"), (at.second, "2")):
        make.top_up(session, family.account_id, -10_000, at.now)
        session.commit()
        assert send(treasurer, at, family, "100", digit * 32).status_code == 200
    settlement = f"/group-orders/{closed_id}/settlement"
    seen = filled(treasurer, settlement, {})
    assert treasurer.post(settlement, data=seen).status_code == 200
    text = treasurer.get(base).text
    # 200 in the box = 169,49 of the households + 20,50 for the producer + 10,01 of transport.
    agreed = "200,00\u00a0€ in cassa e in banca = 169,49\u00a0€ delle famiglie"
    assert f"{agreed} + 20,50\u00a0€ ai produttori + 10,01\u00a0€ di trasporto" in text
    assert "Cascina Verde" in text and "-10,01" not in text
    transport = treasurer.get(f"{base}/{at.centre.transport_account_id}").text
    assert "+7,08\u00a0€" in transport and "10,01\u00a0€" in transport


def test_a_statement_is_paged(treasurer, session, at, family):
    for n in range(52):
        make.top_up(session, family.account_id, 100 + n, at.now)
    session.commit()
    path = f"/centres/{at.centre.id}/accounts/{family.account_id}"
    text = treasurer.get(path).text
    assert "1,51\u00a0€" in text and "+1,01\u00a0€" not in text
    assert "Movimenti più vecchi" in text
    older = re.findall(r"before=(\d+-\d+)", text)[0]
    text = treasurer.get(f"{path}?before={older}").text
    assert "+1,01\u00a0€" in text and "+1,51\u00a0€" not in text
    assert "Movimenti più vecchi" not in text
    assert treasurer.get(f"{path}?before=pippo").status_code == 404


def test_accounts_of_others_look_absent(treasurer, enter, session, at, family):
    other = make.household(session, make.world(session))
    session.commit()
    base = f"/centres/{at.centre.id}/accounts"
    assert treasurer.get(f"{base}/{other.account_id}").status_code == 404
    assert treasurer.get(f"{base}/999999").status_code == 404
    for role in ("coordinator", "driver"):
        client = enter((role, "centre", at.centre.id))
        assert client.get(base).status_code == 404
        assert client.get(f"{base}/{family.account_id}").status_code == 404
        assert client.get(f"/centres/{at.centre.id}/top-ups/new").status_code == 404
        assert send(client, at, family, "50", "e" * 32).status_code == 404
    assert accounts.balance(session, family.account_id) == 0


def test_the_accounts_take_the_same_statements_for_many_households(
    treasurer, session, at, family, statements
):
    path = f"/centres/{at.centre.id}/accounts"
    treasurer.get(path)
    few = statements(lambda: treasurer.get(path))
    for _ in range(4):
        make.household(session, at)
    session.commit()
    assert statements(lambda: treasurer.get(path)) == few <= 6


@pytest.mark.parametrize(
    ("left", "tile", "equal"),
    [
        (-3, "-0,03 €", "0,00 € di trasporto e fondi - 0,03 € di arrotondamenti."),
        (5, "0,05 €", "0,00 € di trasporto e fondi + 0,05 € di arrotondamenti."),
        (0, "", "0,00 € di trasporto e fondi."),
    ],
)
def test_roundings_are_named_beside_transport_and_funds(treasurer, session, at, left, tile, equal):
    owner = f"centre:{at.centre.code.lower()}"
    if left:
        rounding, cash = (
            accounts.open(session, f"{owner}:{kind}", kind, owner) for kind in ("rounding", "cash")
        )
        lines = [(rounding, left), (cash, -left)]
        journal.post(session, "test:rounding", "rounding", lines, actor_id=None, now=at.now)
        session.commit()
    page = treasurer.get(f"/centres/{at.centre.id}/accounts").text.replace("\u00a0", " ")
    assert equal in page and ("centesimi" in page) == bool(left)
    assert tile in page


def test_a_slip_of_the_pen_is_corrected_from_the_page_of_the_account(
    treasurer, session, at, family
):
    member = make.member(session, family).person_id
    assert "lo correggi dalla pagina del conto" in (
        treasurer.get(f"/centres/{at.centre.id}/top-ups/new").text
    )
    send(treasurer, at, family, "1000", "a" * 32)
    account = f"/centres/{at.centre.id}/accounts/{family.account_id}"
    (path,) = re.findall(r'href="(/centres/\d+/top-ups/\d+/reversal)"', treasurer.get(account).text)
    page = text(treasurer.get(path))
    assert "Correggere 1.000,00 € in contanti?" in page
    assert "Il saldo della famiglia passa da 1.000,00 € a 0,00 €." in page
    empty = treasurer.post(path, data=filled(treasurer, path, {"reason": " "}))
    assert empty.status_code == 422 and accounts.balance(session, family.account_id) == 100_000
    data = filled(treasurer, path, {"reason": "Erano 10 €, non 1.000 €"})
    answer = treasurer.post(path, data=data)
    assert "Stornati 1.000,00 € di" in text(answer) and path not in answer.text
    assert "stornato" in answer.text and "Erano 10 €, non 1.000 €" in text(answer)
    assert accounts.balance(session, family.account_id) == 0
    again = treasurer.post(path, data=data)
    assert again.status_code == 409 and "già stata corretta" in again.text
    assert treasurer.get(path).status_code == 409
    token = sign_ins.open_session(session, member, "test", at.now, proofs.BY_PASSWORD_AND_CODE)
    session.commit()
    treasurer.cookies.clear()
    treasurer.cookies.set(sign_ins.COOKIE, token)
    own = text(treasurer.get("/statement"))
    assert "Storno: Contanti registrati per sbaglio. Erano 10 €, non 1.000 €" in own
    assert "Correggi" not in own and "stornato" in own
