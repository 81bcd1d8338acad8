"""What whoever invites is told."""

from kit.words.text import render
from people import invitation_words


def test_the_address_is_named_whether_sent_or_withdrawn():
    assert render(invitation_words.sent("una@esempio.it")) == "Invito inviato a una@esempio.it."
    said = render(invitation_words.withdrawn("una@esempio.it"))
    assert said == "L'invito a una@esempio.it è ritirato."
