"""What a form had sent, when its answer is an error that passes: the page sends the same again.

Nothing typed is lost then, also without JavaScript: the page of the error holds every field as it
came, with the form's own token and key (what it makes, it makes once), and sends them to the same
address. Files are not held, nor what lets somebody in: the page asks for those again.
"""

from dataclasses import dataclass
from html import escape

from kit.errors import Message, PersonError
from kit.http import bodies, forms
from kit.http.carried import LARGEST, LONG, SECRETS, NotCarried, is_ours
from kit.words import text

# Too many tries, a fault, no place or no lock now, no room on the disk: later it may go.
PASSES = frozenset({429, 500, 503, 507})


@dataclass(frozen=True, slots=True)
class Again:
    """A form to be sent again to `path`: fields in their order, what is to be given again.

    `files` are pairs: the field, and how the file was called. `lost` says why nothing is held.
    """

    path: str
    fields: list[tuple[str, str]]
    secrets: list[str]
    files: list[tuple[str, str]]
    lost: Message | None = None

    @property
    def typed(self) -> bool:
        """Whether it holds anything that somebody typed."""
        return any(not is_ours(name) for name, _ in self.fields)


def read(path: str, content_type: str, body: bytes, cut: bodies.Cut | None = None) -> Again | None:
    """Give what a POST had sent, exactly as it came; None where that cannot be read."""
    try:
        if cut is None:
            form = forms.parse(content_type, body)
        else:
            form = forms.parse_cut(content_type, cut.head, cut.tail, most=cut.most)
    except PersonError:
        return None
    fields = [(name, each) for name, texts in form.lists.items() for each in texts]
    fields = [(name, each) for name, each in fields if name not in SECRETS]
    secrets = [name for name in form.lists if name in SECRETS]
    files = [(name, file.filename) for name, file in form.files.items() if file.filename]
    files += [(name, "") for name in form.errors]  # it was too large to be taken in
    if sum(len(name) + len(each) for name, each in fields) > LARGEST:
        return Again(path, [], [], [], NotCarried(LONG).message)
    return Again(path, fields, secrets, files)


def plain(found: Again) -> str:
    """Give the form as HTML that needs no template, for an answer at the door."""
    if found.lost is not None:
        return f"<p>{escape(text.render(found.lost))}</p>"
    if found.secrets or found.files:
        said = text.gettext("Torna indietro: quello che manca si può scrivere e scegliere lì.")
        return f"<p>{escape(said)}</p>"
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(each)}">'
        for name, each in found.fields
    )
    said = text.gettext("Quello che avevi mandato è qui: premi «Riprova».")
    press = text.gettext("Riprova")
    return (
        f'<p>{escape(said)}</p><form method="post" action="{escape(found.path)}">'
        f"{hidden}<button>{escape(press)}</button></form>"
    )
