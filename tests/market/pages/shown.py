"""What a page shows to whoever reads it."""

import html


def text(response):
    """The words of an answer, with common blanks."""
    return html.unescape(response.text).replace("\u00a0", " ")
