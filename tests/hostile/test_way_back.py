"""A carried form opens no door: not to strangers, not to another person, not later."""

import re
from dataclasses import dataclass
from html import unescape

import pytest
from sqlalchemy import delete, select, text, update

from kit import db
from kit.http import carried, web
from kit.http.forms import Form
from kit.http.templates import FOLDER
from people import proofs, sign_ins
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make
from tests.ended import PASSWORD, end, may_sign_in, resumed, send, sign_in_again, token
from tests.forms import sent_to
from tests.hostile import village as villages
from tests.hostile.test_foreign_forms import WITHOUT_TOKEN, content, unsafe

WORDS = "parole che nessun altro deve leggere"


@pytest.fixture
def session(client, committed):
    """Real commits on connections of their own: refusals roll back while the next one asks."""
    db.configure(committed.engine)
    with committed.sessions() as found:
        yield found


@pytest.fixture
def village(session):
    return villages.build(session)


@dataclass
class Scene:
    path: str
    page: str
    id: int
    email: str
    typed: dict[str, str]


def coordinator(session, village) -> int:
    hashed = sign_ins.token_hash(village.tokens["coordinator"])
    found = select(PersonSession.person_id).where(PersonSession.token_hash == hashed)
    return session.scalars(found).one()


@pytest.fixture
def scene(village, session, client):
    """A coordinator whose session has ended in the middle of a new household."""
    village.enter(client, "coordinator")
    who, path = coordinator(session, village), f"/centres/{village.ids['centre_id']}/households"
    typed = {**sent_to(client.get(path + "/new"), path), "name": WORDS}
    email = may_sign_in(session, who)
    end(session, who)
    return Scene(path, path + "/new", who, email, typed)


def nothing_kept(answer, *statuses: int) -> None:
    assert answer.status_code in statuses, (answer.status_code, answer.text[:500])
    assert WORDS not in answer.text and 'name="carried"' not in answer.text


def test_the_control_the_form_of_this_scene_is_carried(scene, client):
    answer = send(client, scene.path, scene.typed, scene.page)
    assert answer.status_code == 401 and 'name="carried"' in answer.text
    assert WORDS not in answer.text, "sealed, also for whoever stands behind"
    back = sign_in_again(client, answer, scene.email)
    assert WORDS not in back.text
    assert sent_to(resumed(client, back, scene.path), scene.path)["name"] == WORDS


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_neither_kept_nor_shown(scene, client, headers):
    client.headers.pop("X-CSRF-Token")
    answer = client.post(scene.path, data=scene.typed, headers=headers, follow_redirects=False)
    nothing_kept(answer, 403)


def test_a_form_without_the_token_of_the_ended_session_is_not_kept(scene, village, client):
    for csrf in (
        "",
        "0" * 64,
        "è",
        sign_ins.csrf_token(sign_ins.token_hash(village.tokens["stranger"])),
    ):
        answer = send(client, scene.path, {**scene.typed, "csrf": csrf}, scene.page)
        nothing_kept(answer, 303)
        assert answer.headers["location"].endswith("&lost=unknown")
    shown = client.get(answer.headers["location"])
    assert "non si può riprendere, perché la tua sessione è stata chiusa" in shown.text


def test_files_passwords_and_what_is_too_long_are_never_kept(scene, client):
    for name in sorted(carried.SECRETS):
        answer = send(client, scene.path, {**scene.typed, name: PASSWORD}, scene.page)
        nothing_kept(answer, 303)
        assert answer.headers["location"].endswith("&lost=secret")
    long = send(client, scene.path, {**scene.typed, "note": "a" * carried.LARGEST}, scene.page)
    nothing_kept(long, 303)
    assert long.headers["location"].endswith("&lost=long")
    for content_ in (b"x", b"x" * carried.LARGEST):
        files = {"file": ("segreto.pdf", content_, "application/pdf")}
        answer = client.post(scene.path, data=scene.typed, files=files, follow_redirects=False)
        nothing_kept(answer, 303)
        assert answer.headers["location"].endswith("&lost=file")
    assert "scegli" in client.get(answer.headers["location"]).text


def test_a_session_that_was_ended_on_purpose_keeps_nothing(scene, session, client):
    """Sign-out, a new password, a role taken back delete the row; so does time, and a ban."""
    session.execute(update(Person).where(Person.id == scene.id).values(disabled_at=text("now()")))
    session.commit()
    nothing_kept(send(client, scene.path, scene.typed, scene.page), 303)
    session.execute(update(Person).where(Person.id == scene.id).values(disabled_at=None))
    end(session, scene.id, days=28)
    assert send(client, scene.path, scene.typed, scene.page).status_code == 401
    end(session, scene.id, days=2)
    nothing_kept(send(client, scene.path, scene.typed, scene.page), 303)
    session.execute(delete(PersonSession).where(PersonSession.person_id == scene.id))
    session.commit()
    nothing_kept(send(client, scene.path, scene.typed, scene.page), 303)


def test_another_person_who_signs_in_sees_nothing_of_it_and_is_told(scene, session, client):
    other = make.person(session, "Bruno Neri")
    asked = send(client, scene.path, scene.typed, scene.page)
    answer = sign_in_again(client, asked, may_sign_in(session, other.id))
    assert answer.status_code == 200 and WORDS not in answer.text
    assert "perché non l'avevi scritto tu" in unescape(answer.text)
    assert scene.path not in answer.text


def sealed(scene, *, path="", at=0.0, person_id=0, session, **fields):
    """A form that is sealed as ours are."""
    now = session.execute(text("select clock_timestamp() - make_interval(secs => :at)"), {"at": at})
    lists = {name: [value] for name, value in {"name": WORDS, **fields}.items()}
    return carried.pack(
        Form(lists=lists),
        path or scene.path,
        scene.page,
        person_id=person_id or scene.id,
        now=now.scalar_one(),
    )


def test_only_the_very_form_of_this_person_at_this_address_is_shown_again(
    scene, village, session, client
):
    sign_in_again(client, client.get("/sign-in"), scene.email)
    good = sealed(scene, session=session)
    other = make.person(session)
    session.commit()
    changed = good[:-10] + ("A" if good[-10] != "A" else "B") + good[-9:]
    bad = {
        "forged": "x" * 200,
        "empty": "",
        "changed": changed,
        "of another person": sealed(scene, person_id=other.id, session=session),
        "of another address": sealed(scene, path="/producers", session=session),
        "of the same address elsewhere": sealed(scene, path=scene.path + "?x=1", session=session),
        "too old": sealed(scene, at=30 * 60 + 5, session=session),
        "of tomorrow": sealed(scene, at=-60, session=session),
    }
    before = content(session)
    for what, value in bad.items():
        fields = {"csrf": token(client), carried.RESUMED: value, "name": "X"}
        nothing_kept(send(client, scene.path, fields, scene.page), 409)
        assert content(session) == before, what
    late = send(client, scene.path, {"csrf": token(client), carried.RESUMED: bad["too old"]})
    assert "più di mezz'ora" in unescape(late.text)
    for csrf in ("", "0" * 64):
        fields = {"csrf": csrf, carried.RESUMED: good}
        nothing_kept(send(client, scene.path, fields, scene.page), 403)
    for _twice in range(2):
        fields = {"csrf": token(client), carried.RESUMED: good}
        shown = send(client, scene.path, fields, scene.page)
        assert sent_to(shown, scene.path)["name"] == WORDS
    assert content(session) == before


def test_after_half_an_hour_the_sign_in_leads_on_without_it(scene, session, client):
    value = sealed(scene, at=30 * 60 + 5, session=session)
    fields = {"email": scene.email, "password": PASSWORD, "carried": value, "next": scene.page}
    answer = client.post("/sign-in", data=fields)
    assert "più di mezz'ora" in unescape(answer.text) and scene.page in answer.text
    assert WORDS not in answer.text


@pytest.mark.parametrize("how", ["resumed", "older tab"])
def test_no_act_is_done_by_a_form_that_is_only_to_be_shown_again(
    application, village, session, client, how
):
    """Every POST of the house: nothing is written, and nobody is told that it was."""
    village.enter(client, "coordinator")
    older, person_id = client.headers.pop("X-CSRF-Token"), coordinator(session, village)
    village.tokens["coordinator"] = sign_ins.open_session(
        session, person_id, "test", village.at.now, proofs.BY_PASSWORD_AND_CODE
    )
    session.commit()
    village.enter(client, "coordinator")
    fresh = client.headers.pop("X-CSRF-Token")
    before = content(session)
    now = session.execute(text("select clock_timestamp()")).scalar_one()
    shown = set()
    for route, path in unsafe(application, village):
        if route in WITHOUT_TOKEN:
            continue
        typed = {"name": "X", "reason": "X", "title": "X", "token": "t", "seen": "a=b"}
        lists = {name: [value] for name, value in typed.items()}
        known = {"person_id": person_id, "now": now}
        value = carried.pack(Form(lists=lists), path, "/coordination", **known)
        fields = {"csrf": fresh, carried.RESUMED: value} if how == "resumed" else typed
        answer = send(client, path, {"csrf": older, **fields}, "/coordination")
        assert answer.status_code in (303, 404, 409, 422), (path, answer.status_code)
        if answer.status_code == 303:
            assert answer.headers["location"] == "/coordination", path
            assert answer.cookies.get(web.NOTICE_COOKIE), path
        if answer.status_code == 422:
            shown.add(route)
            assert "premi di nuovo" in answer.text, path
        assert content(session) == before, path
        session.rollback()
    assert len(shown) > 8, shown


def test_nothing_of_it_enters_the_database_nor_its_audit(scene, session, client):
    asked = send(client, scene.path, scene.typed, scene.page)
    back = sign_in_again(client, asked, scene.email)
    resumed(client, back, scene.path)
    tables = session.execute(
        text("select table_name from information_schema.tables where table_schema = 'public'")
    ).scalars()
    for name in tables.all():
        found = session.execute(
            text(f'select count(*) from "{name}" t where strpos(t::text, :words) > 0'),
            {"words": WORDS},
        )
        assert found.scalar_one() == 0, name


def test_the_words_that_are_never_kept_are_those_of_the_templates():
    """Every field of a password or a one-time code has a name that is never carried."""
    found = set()
    for path in FOLDER.rglob("*.html"):
        source = path.read_text()
        for call in re.findall(r'forms\.text\(form, "([\w-]+)"([^}]*)\)', source):
            if 'type="password"' in call[1] or "one-time-code" in call[1]:
                found.add(call[0])
        assert "maxlength" not in source, f"{path.name} would cut what people paste"
    assert {"password", "again"} <= found <= carried.SECRETS


@pytest.mark.parametrize(
    ("referer", "expected"),
    [
        ("https://testserver.local/people?q=a", "/people%3Fq%3Da"),
        ("https://testserver.local/applications/9/send", "/applications/9/send"),
        ("https://testserver.local/households/9/members", "/households/9"),
        ("https://testserver.local/nowhere", "/"),
        ("https://testserver.local//evil.example", "/"),
        ("https://evil.example/people", "/account"),
        ("http://[broken", "/account"),
        ("", "/account"),
    ],
)
def test_the_way_back_is_a_page_of_ours_whatever_a_browser_says(client, referer, expected):
    answer = client.post(
        "/account/sign-out-everywhere", headers={"Referer": referer}, follow_redirects=False
    )
    assert answer.headers["location"] == f"/sign-in?next={expected}&lost=nothing"
