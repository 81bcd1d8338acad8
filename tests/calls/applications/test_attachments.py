"""Files of a draft: kept once, five at most, of their owner alone."""

import os

import pytest
from sqlalchemy import text

from calls.applications import attachments, submissions
from kit import files
from kit.errors import NotFound, Refused
from kit.http.forms import Upload
from tests import make
from tests.calls import make as world


@pytest.fixture
def mine(session, now):
    actor = make.actor(session)
    return actor, world.draft(session, world.call(session), actor)


def upload(content=b"%PDF-1", name="cv.pdf"):
    return Upload(name, "application/pdf", content)


@pytest.mark.parametrize("nothing", [None, Upload("", "application/pdf", b"x")])
def test_without_a_file_it_is_asked_for(nothing):
    with pytest.raises(Refused, match="Scegli un file") as refused:
        attachments.check(nothing)
    assert refused.value.field == "file"


def test_an_empty_file_is_refused():
    with pytest.raises(Refused, match="vuoto"):
        attachments.check(upload(b""))


def test_the_same_file_twice_is_kept_once_and_said(session, now, mine):
    first = attachments.add(session, mine[0], mine[1], upload(name="../a.PDF"), now)
    assert (first.filename, first.size) == ("../a.pdf", 6)
    with pytest.raises(Refused, match=r"c'è già, con il nome «\.\./a\.pdf»") as refused:
        attachments.add(session, mine[0], mine[1], upload(name="b.pdf"), now)
    assert refused.value.field == "file"
    assert attachments.own(session, mine[0], mine[1], first.id) == first


def test_the_sixth_is_refused(session, now, mine):
    for number in range(attachments.MOST):
        attachments.add(session, mine[0], mine[1], upload(b"%PDF-" + bytes([number])), now)
    with pytest.raises(Refused, match="già 5") as refused:
        attachments.add(session, mine[0], mine[1], upload(b"%PDF-more"), now)
    assert refused.value.field == "file"
    assert not files.path(files.digest_of(b"%PDF-more")).exists(), "a refused file is not stored"


def test_a_file_that_is_taken_out_goes_from_the_disk(session, now, mine):
    kept = attachments.add(session, mine[0], mine[1], upload(b"%PDF-gone"), now)
    path = files.path(kept.sha256)
    attachments.remove(session, mine[0], mine[1], kept.id, now)
    os.utime(path, (0, 0))
    files.collect(session, now)
    assert not path.exists()


def test_nobody_else_adds_takes_out_or_reads(session, now, mine):
    kept = attachments.add(session, mine[0], mine[1], upload(), now)
    stranger = make.actor(session)
    for act in (
        lambda: attachments.add(session, stranger, mine[1], upload(b"%PDF-foreign"), now),
        lambda: attachments.remove(session, stranger, mine[1], kept.id, now),
        lambda: attachments.own(session, stranger, mine[1], kept.id),
        lambda: attachments.own(session, mine[0], mine[1], kept.id + 1),
    ):
        with pytest.raises(NotFound):
            act()
    assert not files.path(files.digest_of(b"%PDF-foreign")).exists()


def test_after_sending_nothing_changes(session, now, mine):
    kept = attachments.add(session, mine[0], mine[1], upload(), now)
    submissions.submit(session, mine[0], mine[1], now)
    for act in (
        lambda: attachments.add(session, mine[0], mine[1], upload(b"%PDF-2"), now),
        lambda: attachments.remove(session, mine[0], mine[1], kept.id, now),
    ):
        with pytest.raises(Refused, match="già stata inviata"):
            act()
    assert attachments.own(session, mine[0], mine[1], kept.id) == kept


def test_the_audit_knows_size_and_a_salted_hash_and_no_name(session, now, mine):
    attachments.add(session, mine[0], mine[1], upload(name="segreto.pdf"), now)
    after = session.scalar(
        text(
            "select after from audit_event where action = 'calls.attachment.added'"
            " order by id desc limit 1"
        )
    )
    assert set(after) == {"file", "size"} and "segreto" not in str(after)
