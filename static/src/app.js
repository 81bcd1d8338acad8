// What makes the pages quicker to use. Every page works without any of it.
import "htmx.org";
import { startChapters } from "./js/chapters.js";
import { startClashes } from "./js/clash.js";
import { startClock } from "./js/clock.js";
import { startCountdowns } from "./js/countdown.js";
import { forgetAll, startDrafts } from "./js/drafts.js";
import { startEnter } from "./js/enter.js";
import { startFingerprints } from "./js/fingerprint.js";
import { startFilters } from "./js/filter.js";
import { focusErrors } from "./js/focus.js";
import { startGuard, unsaved } from "./js/guard.js";
import { startKeys } from "./js/keys.js";
import { startLimits } from "./js/limits.js";
import { sendAll, startLines } from "./js/lines.js";
import { startPasskeys } from "./js/passkeys.js";
import { startScoring } from "./js/score.js";
import { letScroll } from "./js/scroll.js";
import { startSteppers } from "./js/stepper.js";
import { startSummaries } from "./js/summary.js";
import { startWindows } from "./js/windows.js";

startLimits();
startLines();
startClashes();
startSteppers();
startKeys();
startEnter();
startScoring();
startGuard();
startDrafts();
startWindows({ send: sendAll, unsaved, forget: forgetAll });
startSummaries();
startFilters(document);
startCountdowns();
startClock();
startChapters();
startFingerprints();
startPasskeys();
focusErrors(document);
letScroll();
window.addEventListener("resize", letScroll);

document.addEventListener("htmx:after:swap", () => {
  letScroll();
  startFilters(document);
  focusErrors(document);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
