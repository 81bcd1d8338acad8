"""What stands in a file beside its document: behind its end, or as a second file in the same bytes.

A document that was signed or annotated has several ends (ISO 32000-1, 7.5.6): behind each but the
last follow the objects that were added. Blanks, zeros and the old mark of an end are no content.
"""

import re

_END = re.compile(rb"startxref\s+\d+\s*(?:%%EOF)?[\s\0\x1a]*")
_COMMENT = re.compile(rb"%(?!PDF-)[^\r\n]*[\s\0]*")
_GOES_ON = re.compile(rb"\d+\s+\d+\s+obj\b|xref\b")
# The end of an archive (APPNOTE 4.3.16): readers look for it from behind, whatever stands before.
_ARCHIVE, _HEAD, _LONGEST_COMMENT = b"PK\5\6", 22, 0xFFFF


def is_something(content: bytes) -> bool:
    """Whether a document's bytes hold something that is not of the document."""
    return any(not _is_of_it(content, end.end()) for end in _END.finditer(content)) or _is_archive(
        content
    )


def _is_of_it(content: bytes, at: int) -> bool:
    while comment := _COMMENT.match(content, at):
        at = comment.end()
    return at == len(content) or _GOES_ON.match(content, at) is not None


def _is_archive(content: bytes) -> bool:
    at = content.rfind(_ARCHIVE, max(0, len(content) - _HEAD - _LONGEST_COMMENT))
    if at < 0 or len(content) - at < _HEAD:
        return False
    return int.from_bytes(content[at + 20 : at + 22], "little") == len(content) - at - _HEAD
