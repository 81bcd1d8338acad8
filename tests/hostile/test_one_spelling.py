"""An address is written in one way: every other spelling of it is absent, for everybody.

Generated from the routes, asked by somebody who may enter: what the right spelling shows, no other
does. Neither do ids that no table can hold, also where nobody has to sign in.
"""

import re

import pytest

from tests.hostile import doors as all_doors
from tests.hostile.doors import OPEN, may
from tests.hostile.village import filled
from tests.test_house import handlers

pytestmark = pytest.mark.long


def spellings(path: str, ids: dict) -> list[str]:
    """The same address otherwise: escapes, empty and dotted pieces, other digits."""
    right = filled(path, ids)
    name = re.findall(r"\{(\w+):", path)[0]
    before, after = path.split("{" + name, 1)
    after = filled(after.partition("}")[2], ids)
    value = str(ids[name])
    escaped = f"%{ord(value[0]):02x}{value[1:]}"
    values = [
        *(escaped, escaped.upper(), f"{value}%09", f"{value}%0A", f"%20{value}", f"{value}%00"),
        *(f"{value}%C0%80", f"{value};a=1", f"{value}%3Fa=1", f"{value}%23"),
        *(f"x/%2e%2e/{value}", f"/{value}", f"{value}+", f"{value},"),
    ]
    if value.isdigit():
        arabic = "".join(f"%D9%{0xA0 + int(digit):02X}" for digit in value)
        wide = "".join(f"%EF%BC%{0x90 + int(digit):02X}" for digit in value)
        values += [f"0{value}", f"+{value}", f"{value}_0", f"{value}.0", f"0x{int(value):x}"]
        values += [arabic, wide]
    return [f"{right}/", f"/{right}", f"{right}//", *(f"{before}{one}{after}" for one in values)]


def impossible(path: str, ids: dict) -> list[str]:
    """Addresses with an id that is nobody's, one after the other."""
    names = re.findall(r"\{(\w+):int\}", path)
    wrong = ("0", "-1", "-0", "9223372036854775808", "12345678901234567890", "9" * 400)
    return [filled(path, {**ids, name: one}) for name in names for one in wrong]


def parameters(application):
    for method, route, _ in handlers(application):
        if "{" in route.path:
            yield method, route.path


@pytest.fixture
def doors(session, client):
    return all_doors.build(session)


def asked(client, session, method, address):
    request = client.build_request(method, "https://testserver.local/")
    request.url = request.url.copy_with(raw_path=address.encode())
    savepoint = session.begin_nested()
    answer = client.send(request, follow_redirects=False)
    savepoint.rollback()
    return answer.status_code


def test_no_other_spelling_leads_anywhere(doors, application, client, session):
    shown = 0
    for method, path in parameters(application):
        open_ = re.sub(r":\w+", "", path) in OPEN
        who = "stranger" if open_ else min(may(path) or ())
        doors.village.enter(client, who)
        ids = doors.ids_for(path)
        shown += method == "GET" and asked(client, session, method, filled(path, ids)) == 200
        for address in spellings(path, ids):
            assert asked(client, session, method, address) == 404, (method, address)
    assert shown > 20, "the right spelling shows something"


def test_an_id_that_nothing_can_have_is_absent(doors, application, client, session):
    for method, path in parameters(application):
        for who in ("nobody", min(may(path) or {"stranger"})):
            client.cookies.clear()
            if who != "nobody":
                doors.village.enter(client, who)
            for address in impossible(path, doors.ids_for(path)):
                assert asked(client, session, method, address) == 404, (who, method, address)
