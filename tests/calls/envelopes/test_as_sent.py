"""What is kept of opened applications is what was sent."""

import pytest
from sqlalchemy import text, update

from calls.envelopes import as_sent
from calls.tables.applications import Application
from calls.tables.envelopes import OpenedApplication
from kit import db
from tests import make
from tests.calls import commissions


@pytest.fixture
def owner(owner_engine):
    """A session of the tables' owner, who may change what the application may not."""
    with owner_engine.connect() as connection:
        transaction = connection.begin()
        db.configure(connection, join_transaction_mode="create_savepoint")
        session = db.new_session()
        yield session
        session.close()
        transaction.rollback()


def test_what_was_just_opened_is_what_was_sent(session):
    found = commissions.world(session)
    mine = [one for one in as_sent.of_all(session) if one.call_id == found.call_id]
    assert [one.differs for one in mine] == [(), ()]
    assert {one.tax_code for one in mine} == {commissions.code_of(0), commissions.code_of(1)}


@pytest.mark.parametrize(
    ("name", "value"), [("code", "2026/9"), ("firm", "Altra"), ("tax_code", ""), ("requested", 1)]
)
def test_what_is_kept_otherwise_is_named(owner, name, value):
    found = commissions.world(owner, applications=1)
    owner.execute(update(OpenedApplication).values({name: value}))
    owner.expire_all()
    (one,) = [each for each in as_sent.of_all(owner) if each.call_id == found.call_id]
    assert one.differs == (name,)


def test_the_account_of_somebody_else_is_named(owner):
    found = commissions.world(owner, applications=1)
    other = make.person(owner).id
    owner.execute(text("alter table application disable trigger user"))
    owner.execute(update(Application).values(person_id=other))
    owner.expire_all()
    (one,) = [each for each in as_sent.of_all(owner) if each.call_id == found.call_id]
    assert one.differs == ("person",)


TWO = '{"ranking": [{"code": "a"}, {"code": "b"}, {"code": "c"}]}'


@pytest.mark.parametrize(
    ("content", "codes", "named"),
    [
        (TWO, {"a": "X", "b": "Y", "c": "X"}, ["a, c"]),
        (TWO, {"a": "X", "b": "", "c": ""}, []),
        (TWO, {}, []),
        ("no ranking", {}, []),
        ("{}", {}, []),
    ],
)
def test_of_one_tax_code_there_is_one_row(content, codes, named):
    assert as_sent.ranked_twice(content, codes) == named
