"""What a browser keeps of whoever signs in, and what of whoever goes."""

from kit.http.web import see_other
from people import known_devices, passwords, sign_ins
from people.pages.cookies import with_renewed
from tests import make

PASSWORD = "tre-cavalli-bianchi"


def set_by(answer):
    """The cookies of an answer: name to the whole line."""
    return {line.partition("=")[0]: line for line in answer.headers.get_list("set-cookie")}


def entered(client, session):
    anna = make.person(session, password_hash=passwords.hash_password(PASSWORD), locale="en")
    session.commit()
    fields = {"email": anna.email, "password": PASSWORD}
    return set_by(client.post("/sign-in", data=fields, follow_redirects=False))


def test_who_signs_in_leaves_a_session_a_known_browser_and_their_language(client, session):
    found = entered(client, session)
    for name in (sign_ins.COOKIE, known_devices.COOKIE):
        assert all(each in found[name] for each in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))
    assert f"Max-Age={365 * 24 * 3600}" in found[known_devices.COOKIE]
    assert found["language"].startswith("language=en;")


def test_whoever_signs_out_leaves_a_browser_that_is_known(client, session, sign_in):
    entered(client, session)
    csrf = sign_ins.csrf_token(sign_ins.token_hash(client.cookies[sign_ins.COOKIE]))
    gone = set_by(client.post("/sign-out", data={"csrf": csrf}, follow_redirects=False))
    assert "Max-Age=0" in gone[sign_ins.COOKIE] and known_devices.COOKIE not in gone


def test_every_sign_in_gives_another_token(client, session):
    first, second = entered(client, session), entered(client, session)
    assert first[known_devices.COOKIE] != second[known_devices.COOKIE]


def test_a_session_that_goes_on_under_a_new_token_changes_nothing_else(client, session):
    renewed = with_renewed(see_other("/"), "t" * 43)
    (cookie,) = renewed.cookies
    assert (cookie.key, cookie.value) == (sign_ins.COOKIE, "t" * 43)
    assert cookie.httponly and (cookie.max_age or 0) > sign_ins.LIFETIME.total_seconds()
