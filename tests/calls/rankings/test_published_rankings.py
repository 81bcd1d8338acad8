"""A published ranking as everybody finds it: what is hashed, and the names apart from it."""

import json

import pytest
from sqlalchemy import select

from calls.rankings import published_rankings, rankings
from calls.tables.envelopes import OpenedApplication
from calls.texts import published
from kit import db
from kit.errors import NotFound
from tests.calls import bundles, commissions


def published_ranking(session, now):
    found = commissions.world(session, applications=3)
    commissions.send_all(session, found)
    return rankings.publish(session, found.office, found.call_id, now)


@pytest.fixture
def row(session, now):
    return published_ranking(session, now)


def test_there_is_none_before_the_publication(session):
    found = commissions.world(session)
    with pytest.raises(NotFound):
        published_rankings.in_force(session, found.call_id)


def test_every_envelope_is_shown_with_its_row_in_the_order_of_the_codes(session, row):
    found = published_rankings.of_row(session, published_rankings.in_force(session, row.call_id))
    codes = [one.code for one in found.envelopes]
    assert codes == sorted(codes) and len(codes) == 3
    for one in found.envelopes:
        assert found.content["envelopes"][one.code] == one.sha256
        assert one.row is not None and one.row["code"] == one.code
        assert one.receipt == one.row["receipt"]
    assert not found.in_first_format


@pytest.fixture
def owner(owner_engine):
    """A session of the tables' owner: the application itself may not take a name away."""
    with owner_engine.connect() as connection:
        transaction = connection.begin()
        db.configure(connection, join_transaction_mode="create_savepoint")
        with db.new_session() as found:
            yield found
        transaction.rollback()


def test_a_name_may_go_and_the_ranking_still_verifies(owner, now):
    session, row = owner, published_ranking(owner, now)
    gone = session.scalars(
        select(OpenedApplication).where(
            OpenedApplication.call_id == row.call_id, OpenedApplication.firm == "Cura vicina"
        )
    )
    gone.one().firm = ""
    session.flush()
    found = published_rankings.of_row(session, row)
    assert sorted(found.firms.values()) == ["", "Il forno mobile", "Ruota libera"]
    assert b"Cura vicina" not in found.names
    assert json.loads(found.names)["ranking_sha256"] == row.sha256
    call = published.plain(session, row.call_version_id)
    assert bundles.refusals(bundles.Files(row.content.encode(), call, row.sha256)) == []
