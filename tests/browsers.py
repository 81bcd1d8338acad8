"""How Chromium is started for tests: headless, silent, and without what no page here asks for."""

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kit.assets.build import build
from kit.run.bootstrap import BROWSERS

# Chromium takes the last list of such names alone, so that Playwright's own stand here again.
_OF_PLAYWRIGHT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
# The pages of the address bar, in processes of their own: half the CPU of every new window.
_OF_THE_ADDRESS_BAR = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-site-isolation-trials",  # one site is ever open: no second process for it
    "--disable-features=" + ",".join(_OF_PLAYWRIGHT + _OF_THE_ADDRESS_BAR),
]


@contextmanager
def started() -> Iterator[Any]:
    """A browser for a while: as long as Playwright lives, its event loop runs in this thread."""
    from playwright.sync_api import sync_playwright

    installed = filter(None, map(shutil.which, BROWSERS))
    path = os.environ.get("CHROMIUM") or next(installed, None)
    if path is None or not Path(path).exists():
        pytest.skip("no Chromium here: make test installs it")
    build()
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()
    gc.collect()  # a greenlet of Playwright that dies later may do so in the middle of anything
