"""What a page shows to whoever reads it."""

import html

HTMX = {"HX-Request": "true"}  # as htmx asks for a piece of a page


def text(response):
    """The words of an answer, with common blanks."""
    return html.unescape(response.text).replace("\u00a0", " ")
