"""What a document says, read in a transaction and drawn outside of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kit.paper import pdf, typst
from kit.sandbox import Limits


@dataclass(frozen=True, slots=True)
class Print:
    """A template with everything it needs, ready to be drawn outside any transaction.

    `template` is a page for WeasyPrint under templates/ ("calls/documents/receipt.html") or a
    sheet for Typst ("sorting_by_product.typ"), which takes no attachments and whose `locale`
    only sets the hyphenation. The same content and `created` give the same bytes.
    """

    template: str
    context: Mapping[str, Any]
    created: datetime | None
    attachments: tuple[pdf.Attachment, ...] = ()
    locale: str = "it"
    limits: Limits = pdf.LETTER

    def draw(self) -> bytes:
        """Make the PDF; raises LimitReached when it needs more than its limits."""
        if self.template.endswith(".typ"):
            return typst.render(
                self.template,
                self.context,
                locale=self.locale,
                created=self.created,
                limits=self.limits,
            )
        return pdf.render(
            self.template,
            self.context,
            locale=self.locale,
            attachments=self.attachments,
            created=self.created,
            limits=self.limits,
        )
