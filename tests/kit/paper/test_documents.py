"""Documents: asked for, made outside the transaction, kept, failed in words, tried again."""

import pytest
from sqlalchemy import select, text

from kit import files, jobs
from kit.errors import Message, Refused
from kit.paper import documents
from kit.sandbox import LimitReached
from tests import jobs as queued_jobs

drawn: list[str] = []
NAMED = Message("Una prova")


@jobs.effect("kit.test_document", queue="documents", named=NAMED)
def make_document(transaction, document_id, what="Cremona"):
    def draw(material):
        drawn.append(material)
        match material:
            case "refuse":
                raise Refused("Mancano {n} prezzi.", n=3)
            case "limit":
                raise LimitReached("stopped")
            case "crash":
                raise OSError("disk")
        return material.encode()

    documents.make(transaction, document_id, lambda session: what, draw)


@pytest.fixture
def ask(session, now):
    drawn.clear()

    def ask(**args):
        return documents.request(
            session,
            kind="sheet",
            subject_kind="group_order",
            subject_id=7,
            filename="sheet.pdf",
            media_type="application/pdf",
            task="kit.test_document",
            now=now,
            **args,
        )

    return ask


def reread(session, document):
    return session.scalar(
        select(documents.Document)
        .where(documents.Document.id == document.id)
        .execution_options(populate_existing=True)
    )


def test_a_document_is_queued_then_ready_with_its_bytes(session, ask):
    document = ask(what="Soresina")
    assert (document.state or "queued", document.sha256) == ("queued", None)
    queued_jobs.run_all(session)
    made = reread(session, document)
    assert (made.state, made.progress, made.size, made.error) == ("ready", 100, 8, None)
    assert files.get(made.sha256) == b"Soresina"
    assert [d.id for d in documents.of(session, "group_order", 7)] == [document.id]


def test_a_job_that_runs_twice_draws_once(session, ask):
    document = ask()
    queued_jobs.run_all(session)
    jobs.enqueue(session, "kit.test_document", document_id=document.id)
    queued_jobs.run_all(session)
    assert drawn == ["Cremona"]


@pytest.mark.parametrize(
    ("what", "words"), [("refuse", "Mancano 3 prezzi."), ("limit", "troppo grande")]
)
def test_what_cannot_be_made_is_said_in_words_and_not_tried_for_ever(session, ask, what, words):
    document = ask(what=what)
    queued_jobs.run_all(session)
    failed = reread(session, document)
    assert failed.state == "failed"
    assert words in failed.error


def test_an_accident_is_stored_in_words_and_raised_for_the_worker(session, ask):
    document = ask(what="crash")
    with pytest.raises(OSError, match="disk"):
        queued_jobs.run_all(session)
    failed = reread(session, document)
    assert (failed.state, failed.error) == ("failed", str(documents.BROKEN))


def test_a_failed_document_can_be_asked_for_again_and_a_good_one_not(session, ask):
    document = ask(what="limit")
    queued_jobs.run_all(session)
    documents.retry(session, document)
    assert reread(session, document).state == "queued"
    with pytest.raises(Refused, match="in preparazione"):
        documents.retry(session, document)
    queued_jobs.run_all(session)
    assert drawn == ["limit", "limit"]


def test_what_follows_a_document_happens_once_with_it(session, ask):
    followed = []
    document = ask()

    def body(transaction):
        documents.make(
            transaction,
            document.id,
            lambda session: "x",
            lambda material: b"x",
            lambda session, made: followed.append(made.sha256),
        )

    from contextlib import nullcontext

    body(lambda: nullcontext(session))
    body(lambda: nullcontext(session))
    assert followed == [files.put(b"x")]


def test_a_document_whose_job_is_gone_is_said_to_have_failed(session, ask, now):
    waiting, left, retried = ask(what="a"), ask(what="b"), ask(what="c")
    ready = ask(what="d")
    documents.finish(session, ready.id, b"x", now)
    gone = text("delete from procrastinate_jobs where args ->> 'document_id' = any(:ids)")
    session.execute(gone, {"ids": [str(left.id), str(retried.id), str(ready.id)]})
    documents.fail(session, retried.id, documents.BROKEN)
    documents.retry(session, retried)
    documents.give_up(session, now)
    states = [reread(session, found).state for found in (waiting, left, retried, ready)]
    assert states == ["queued", "failed", "queued", "ready"]
    assert reread(session, left).error == str(documents.GIVEN_UP)
