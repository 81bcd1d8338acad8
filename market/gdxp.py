"""GDXP files as bytes: how the market writes them."""

from collections.abc import Sequence
from datetime import date

import msgspec

from market.rules.gdxp_writing import document
from market.rules.listed import SupplierList

MEDIA_TYPE = "application/json"
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def encode(suppliers: Sequence[SupplierList], subject: str, created_on: date) -> bytes:
    """Write price lists as a GDXP 1.0 file (UTF-8 JSON, exact decimals)."""
    return msgspec.json.format(_ENCODER.encode(document(suppliers, subject, created_on)), indent=1)
