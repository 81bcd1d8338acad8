"""Who has a role in a call: read by its office, by nobody else."""

import pytest

from calls.commission import holders
from kit.errors import NotFound
from people import roles
from tests import make
from tests.calls import commissions


def test_the_office_reads_who_works_in_it_and_who_judges(session):
    under = commissions.world(session)
    everywhere = make.actor(session, None, (roles.OFFICE, "calls", 0))
    found = holders.of_call(session, under.office, under.call_id)
    judges = {one.person_id for one in found if one.role == roles.EVALUATOR}
    assert judges == {each.person_id for each in under.evaluators}
    office = {one.person_id for one in found if one.role == roles.OFFICE}
    assert {under.office.person_id, everywhere.person_id} <= office


def test_for_nobody_else_it_is_there(session):
    under = commissions.world(session)
    for who in (under.evaluators[0], make.actor(session)):
        with pytest.raises(NotFound):
            holders.of_call(session, who, under.call_id)
