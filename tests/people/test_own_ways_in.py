"""What is kept of each way in stands in the copy, and nobody comes in by what is shown."""

import json

from sqlalchemy.orm import Session

from kit.own_data import Whose
from kit.own_data import read as read_own
from people import codes, identities, mail_links, new_devices, own_ways_in, proposals, roles
from people import own_data as of_house
from people.invitations import Guest
from tests import make
from tests.people.providers.made import answer


def test_each_way_in_is_in_the_copy_and_no_secret_is(session: Session) -> None:
    mario = make.actor(session)
    secret = codes.begin(session, mario.person_id, mario.now)
    papers = codes.new_recovery_codes(session, mario.person_id, mario.now)
    make.passkey(session, mario.person_id, name="Telefono")
    identities.link(session, mario, answer(), mario.now)
    use = mail_links.LinkUse(mario.person_id, mario.session_id)
    url = mail_links.make(session, new_devices.NOT_ME, use, mario.now)
    ada = make.actor(session, None, roles.ADMINISTRATION)
    proposals.propose(session, ada, Guest(mario.email, "Mario"), None, mario.now)
    rows = {
        each.name: read_own(session, each, Whose(mario.person_id, mario.email)).rows
        for each in reversed(of_house.PERSONS)
    }
    assert len(rows["recovery_code"]) == codes.RECOVERY_CODES
    for name in ("code_generator", "passkey", "identity", "mail_link", "administrator_proposal"):
        assert len(rows[name]) == 1, name
    said = {row["attribute"]: row["value"] for row in rows["attested_attribute"]}
    assert said["tax_code"] == "RSSMRA80A01D150J"
    whole = json.dumps(rows)
    assert not [each for each in (secret, *papers, url.rpartition("/")[2]) if each in whole]


def test_nothing_of_it_is_in_somebody_elses_copy(session: Session) -> None:
    mario, other = make.actor(session), make.actor(session)
    codes.begin(session, mario.person_id, mario.now)
    identities.link(session, mario, answer(), mario.now)
    whose = Whose(other.person_id, other.email)
    kept = {each.name: read_own(session, each, whose).rows for each in own_ways_in.WAYS_IN}
    assert [name for name, rows in kept.items() if rows] == ["person_session"]
