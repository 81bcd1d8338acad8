"""Sheets with hundreds of rows: our own .typ template and JSON data become one PDF.

Typst is fifteen times faster than WeasyPrint on long tables and writes PDF/A-3a and
PDF/UA-1 in one file. A template lies under templates/documents/ and imports `sheet.typ`.

Data of the two sorting sheets (all values are text as people read it; `words` translates
what the sheet itself says, the Italian is in the templates):

    {"centre", "order", "delivery_day", "pickup_point", "words": {...},
     "households": [{"name", "code", "crate", "summary"?,
                     "lines": [{"product", "quantity_text", "note"?}]}],
     "products": [{"name", "unit", "total_text",
                   "lines": [{"crate", "name", "quantity_text"}]}]}

Keys of `words`: by_household, by_product (the titles), delivery_day, pickup_point, quantity,
product, household, crate, total, page, of.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kit.sandbox import Limits, Sandbox

# 400 households of 40 lines need about 15 s of CPU and 1 GiB of address space.
SHEET = Limits(memory_mib=4096, cpu_s=120, wall_s=180, result_mib=64)

_sandbox = Sandbox("kit.paper.sheets:print_sheet", at_once=1)


def render(
    template_name: str,
    data: Mapping[str, Any],
    *,
    locale: str = "it",
    created: datetime | None = None,
    limits: Limits = SHEET,
) -> bytes:
    """Set templates/documents/`template_name` (as "sorting_by_product.typ") with the data.

    Characters that no typeface of the sheet can draw become "?": a household's name must
    never keep the sheet of all others from being printed. The same data and `created` (an
    instant) give the same bytes. Not for use inside a transaction. Raises LimitReached
    beyond the `limits`.
    """
    instant = int((created or datetime.now(UTC)).timestamp())
    text = json.dumps(data, ensure_ascii=False)
    return _sandbox.run(limits, template_name, text, locale, instant)
