"""Closing a group order: what is still wrong, the dry run, and the act itself."""

from market.closings.acting import close
from market.closings.checking import Issue, whats_missing
from market.closings.rehearsing import (
    DryRun,
    HouseholdOutcome,
    LineOutcome,
    OfferOutcome,
    dry_run,
)

__all__ = [
    "DryRun",
    "HouseholdOutcome",
    "Issue",
    "LineOutcome",
    "OfferOutcome",
    "close",
    "dry_run",
    "whats_missing",
]
