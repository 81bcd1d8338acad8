"""Files that did not open: said until they are read, and put back only for a sending in time."""

from datetime import timedelta

import pytest

from calls.applications import attachments, drafts, inspections, refused_files, submissions
from kit.errors import Message, NotFound, Refused
from kit.http.forms import Upload
from tests import make
from tests.calls import make as world
from tests.jobs import queued


@pytest.fixture
def mine(session):
    actor = make.actor(session)
    return actor, world.draft(session, world.call(session), actor)


def refuse(session, mine, now, number=0):
    """A file that came and was found not to open."""
    upload = Upload(f"{number}.pdf", "application/pdf", b"%%PDF-%d" % number)
    file = attachments.add(session, mine[0], mine[1], upload, now)
    inspections.settle(session, file.id, Message("Non si apre ({n}).", n=str(number)), now)


def said(session, mine):
    return [str(file.said) for file in drafts.own(session, mine[0], mine[1]).not_kept]


def test_what_did_not_open_is_said_until_its_author_has_read_it(session, now, mine):
    refuse(session, mine, now, 1)
    refuse(session, mine, now, 2)
    first, _ = drafts.own(session, mine[0], mine[1]).not_kept
    refused_files.forget(session, mine[0], mine[1], first.id)
    assert said(session, mine) == ["Non si apre (2)."]
    refused_files.forget(session, mine[0], mine[1], first.id)
    assert said(session, mine) == ["Non si apre (2)."], "the second time nothing happens"


def test_nobody_else_takes_it_away_nor_by_the_address_of_another_application(session, now, mine):
    refuse(session, mine, now)
    (file,) = drafts.own(session, mine[0], mine[1]).not_kept
    other = make.actor(session)
    theirs = world.draft(session, world.call(session), other)
    with pytest.raises(NotFound):
        refused_files.forget(session, other, mine[1], file.id)
    refused_files.forget(session, other, theirs, file.id)
    assert said(session, mine) == ["Non si apre (0)."]


def test_the_next_file_takes_away_what_its_page_had_told_and_nothing_newer(session, now, mine):
    refuse(session, mine, now, 1)
    (told,) = drafts.own(session, mine[0], mine[1]).not_kept
    refuse(session, mine, now, 2)
    upload = Upload("buono.pdf", "application/pdf", b"%PDF-3")
    attachments.add(session, mine[0], mine[1], upload, now, told=told.id)
    assert said(session, mine) == ["Non si apre (2)."]


def test_the_same_bytes_are_refused_at_once_in_the_same_words(session, now, mine):
    refuse(session, mine, now, 4)
    again = Upload("rinominato.pdf", "application/pdf", b"%PDF-4")
    with pytest.raises(Refused, match=r"Non si apre \(4\)\.") as refused:
        attachments.add(session, mine[0], mine[1], again, now)
    assert refused.value.field == "file"


def test_no_more_are_said_than_an_application_has_files(session, now, mine):
    for number in range(refused_files.MOST_SAID + 2):
        refuse(session, mine, now, number)
    assert said(session, mine)[0] == "Non si apre (2)."
    assert len(said(session, mine)) == refused_files.MOST_SAID


def test_what_was_found_before_a_sending_came_is_not_put_back(session, now, mine):
    refuse(session, mine, now)
    refused_files.put_back(session, mine[1], now)
    assert drafts.own(session, mine[0], mine[1]).attachments == []
    refused_files.put_back(session, mine[1], now - timedelta(seconds=1))
    (file,) = drafts.own(session, mine[0], mine[1]).attachments
    assert (file.filename, file.state, str(file.said)) == ("0.pdf", "refused", "Non si apre (0).")
    assert said(session, mine) == []
    assert queued(session)[-1] == ("calls.file_notice", {"attachment_id": file.id})


def test_a_draft_is_sent_without_what_does_not_open(session, now, mine):
    refuse(session, mine, now)
    sent = submissions.submit(session, mine[0], mine[1], now)
    assert b'"attachments":[]' in sent.content
