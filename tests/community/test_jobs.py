"""The jobs of the community house."""

from datetime import timedelta

from sqlalchemy.orm import Session

from community import erasures, jobs, own_data
from kit.paper.documents import Document
from people.tables.persons import Erasure, Person
from tests import make
from tests.jobs import queued, run_all


def test_a_copy_that_was_made_is_not_made_again(session: Session) -> None:
    anna = make.actor(session)
    document = own_data.ask(session, anna, anna.now)
    (_, args), *_rest = queued(session)
    run_all(session)
    session.expire_all()
    first = session.get_one(Document, document.id).sha256
    assert first is not None and args == {"document_id": document.id, "person_id": anna.person_id}


def test_copies_are_tidied_away(session: Session) -> None:
    anna = make.actor(session)
    document = own_data.ask(session, anna, anna.now)
    jobs.tidy(session, document.created_at + own_data.KEPT + timedelta(seconds=1))
    session.expire_all()
    assert session.get(Document, document.id) is None


def test_an_erasure_that_runs_twice_is_done_once(session: Session) -> None:
    anna = make.actor(session)
    erasures.ask(session, anna, anna.now)
    late = anna.now + timedelta(days=8)
    jobs.find_erasures(session, late)
    assert ("community.erase", {"person_id": anna.person_id}) in queued(session)
    jobs.erase(session, late, anna.person_id)
    done = session.get_one(Erasure, anna.person_id).done_at
    jobs.erase(session, late + timedelta(days=1), anna.person_id)
    session.expire_all()
    assert session.get_one(Erasure, anna.person_id).done_at == done
    assert session.get_one(Person, anna.person_id).password_hash is None
