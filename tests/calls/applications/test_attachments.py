"""Files of a draft: kept once, five at most, of their owner alone."""

import os

import pytest
from sqlalchemy import text

from calls.applications import attachments, submissions
from calls.applications.rules import uploads
from kit import clock, files
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


@pytest.mark.parametrize("content", [b"MZ\x90", b"\xff\xd8\xff\xe0", b"%PDF-" + bytes(10 * 2**20)])
def test_what_is_seen_at_once_to_be_no_attachment_is_refused_beside_its_field(content):
    with pytest.raises(Refused) as refused:
        attachments.check(upload(content))
    assert refused.value.field == "file"


def test_a_begin_of_a_pdf_is_enough_to_be_kept_and_looked_through_later():
    assert attachments.check(upload(b"%PDF-1.7 and nothing else")).filename == "cv.pdf"


class TestTheDaysMeasure:
    def test_refused_and_removed_files_count_and_the_next_day_begins_anew(
        self, session, now, mine, monkeypatch
    ):
        monkeypatch.setattr(uploads, "A_DAY", 20)
        kept = attachments.add(session, mine[0], mine[1], upload(b"%PDF-removed"), now)
        attachments.remove(session, mine[0], mine[1], kept.id, now)
        last = upload(b"%PDF-last-one")
        with pytest.raises(Refused, match="il massimo che si carica in un giorno") as refused:
            attachments.add(session, mine[0], mine[1], last, now)
        assert refused.value.field == "file"
        assert not files.path(files.digest_of(last.content)).exists()
        tomorrow = refused.value.message.values["when"]
        assert attachments.add(session, mine[0], mine[1], last, tomorrow)

    def test_it_is_one_for_all_applications_of_a_person_and_nobody_elses(
        self, session, now, mine, monkeypatch
    ):
        monkeypatch.setattr(uploads, "A_DAY", 20)
        attachments.add(session, mine[0], mine[1], upload(b"%PDF-first-one"), now)
        second = world.draft(session, world.call(session), mine[0])
        with pytest.raises(Refused, match="in un giorno"):
            attachments.add(session, mine[0], second, upload(b"%PDF-second"), now)
        other = make.actor(session)
        theirs = world.draft(session, world.call(session), other)
        assert attachments.add(session, other, theirs, upload(b"%PDF-of-others"), now)

    def test_what_came_before_midnight_and_is_kept_after_it_takes_nothing_back(
        self, session, now, mine, monkeypatch
    ):
        monkeypatch.setattr(uploads, "A_DAY", 30)
        tomorrow = uploads.next_day(clock.to_rome(now).date())
        attachments.add(session, mine[0], mine[1], upload(b"%PDF-tomorrow-1"), tomorrow)
        attachments.add(session, mine[0], mine[1], upload(b"%PDF-a"), now)
        with pytest.raises(Refused, match="in un giorno"):
            attachments.add(session, mine[0], mine[1], upload(b"%PDF-tomorrow"), tomorrow)


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
