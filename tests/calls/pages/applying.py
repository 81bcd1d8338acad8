"""An application made through its pages, as a browser without JavaScript does."""

from tests.calls.browsing import press


def begun(client, session, call):
    """Begin an application through the button of the call's page."""
    answer = client.post(f"/calls/{call.call_id}/applications", follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"]


SECTIONS = ("proponent", "requirements", "idea", "market", "investments", "funding", "economics")


def fill(client, home, values):
    """Send every page as a browser without JavaScript does."""
    for code in SECTIONS:
        answer = press(client, f"{home}/sections/{code}", changes=values, follow_redirects=False)
        assert answer.status_code == 303, answer.text


def send(client, home, **how):
    """Press the button of the page that shows everything once more."""
    return press(client, f"{home}/check", f"{home}/send", **how)
