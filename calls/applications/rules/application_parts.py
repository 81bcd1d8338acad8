"""An application part by part, as it is read once more before it is sent."""

from collections.abc import Iterable, Mapping

from calls.applications.rules.application_sections import sections
from calls.applications.rules.sent_content import SentFile
from calls.texts.rules.call_content import CallContent
from kit.canonical import encode
from kit.errors import Message

_FILES = "attachments"


def parts(
    content: CallContent, values: Mapping[str, str], files: Iterable[SentFile]
) -> dict[str, str]:
    """Give what would be sent, by part: the code of each section, and the files."""
    found = {}
    for section in sections(content):
        typed = {field.name: values.get(field.name, "").strip() for field in section.fields}
        found[section.code] = encode({name: text for name, text in typed.items() if text}).decode()
    listed = sorted((file.filename, file.sha256) for file in files)
    return {**found, _FILES: encode({"": [list(file) for file in listed]}).decode()}


def named(content: CallContent, part: str) -> Message:
    """Put the name of a part into words."""
    for section in sections(content):
        if section.code == part:
            return Message("la parte «{title}»", title=section.title)
    return Message("gli allegati") if part == _FILES else Message("la domanda")
