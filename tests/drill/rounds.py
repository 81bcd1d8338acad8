"""A round: scenes are made, acts are sent, one fault happens in their middle, all is judged."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine, text

from demo.sign_ins import PASSWORD
from kit import db
from people import passwords
from tests.drill import clients, judges, promises, scenes
from tests.drill.deeds import DEEDS
from tests.drill.faults import Fault, Scene
from tests.drill.judges import Jobs
from tests.drill.launched import Launched
from tests.drill.promises import ACKNOWLEDGED, Promise
from tests.drill.report import Tally

EACH = 3
# So many kinds, once each, in a round of a sample.
FEW = 14
# Their papers take the worker seconds each: it is to be at work, not behind for ever.
RARE = {"close", "settle", "publish", "rank"}
# Every table is locked in turn, so many in one round.
TABLES_A_ROUND = 10

Say = Callable[[str], None]


@dataclass
class Drill:
    """What all rounds share: the application, two ways into its database, what was counted."""

    site: Launched
    owner: Engine
    app: Engine
    seed: int
    say: Say
    frozen_s: float = 30.0
    small: bool = False
    tables: list[str] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)
    unfelt: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        db.configure(self.app)
        scenes.HASH[0] = passwords.hash_password(PASSWORD)
        self.jobs = Jobs(self.owner)

    def prepare(self, chance: random.Random) -> list[Promise]:
        """Make the scenes of a round and open their pages."""
        kinds = chance.sample(DEEDS, FEW) if self.small else DEEDS
        with db.transaction() as session:
            at = scenes.stall(session)
            found = [
                promises.promise(session, deed, at)
                for deed in kinds
                for _ in range(1 if self.small or deed.name in RARE else EACH)
            ]
        clients.open_all(self.site.url, found)
        with self.owner.connect() as line:
            last = line.execute(text("select max(id) from audit_event")).scalar_one()
        for each in found:
            each.since = last
        return found

    def round(self, step: int, fault: Fault) -> bool:
        """Do one fault and judge; whether any act noticed it. Breaches name the step."""
        chance = random.Random(f"{self.seed}:{step}")
        sent = self.prepare(chance)
        scene = Scene(self.site, self.owner, chance, list(sent), frozen_s=self.frozen_s)
        scene.tables = self.tables[:TABLES_A_ROUND] if fault.locks else []
        chance.shuffle(sent)
        if fault.files:
            sent.sort(key=lambda each: each.act.file is not None)
        began, ended = self._happen(fault, scene, sent)
        found = self._recover(fault, began, ended)
        noticed = scene.felt + sum(
            each.told != ACKNOWLEDGED for each in sent if each.during(began, ended)
        )
        self._count(fault, scene, sent, noticed, (began, ended))
        found += [*scene.breaches, *self._kept(fault, sent)]
        many = clients.READERS // 3 if self.small else clients.READERS
        found += judges.pools(self.site, self.owner, scene.pages, many)
        found += [*self.jobs.moving(), *self.jobs.left_behind()]
        found += [] if self.small else self._checked()  # a small one checks at its end
        found += judges.log(
            fault, self.site, began
        )  # last: a worker sees late that it lost its line
        where = f"[SEED={self.seed} STEP={step}]"
        self.breaches += [f"{fault.name}: {each} {where}" for each in found]
        self.say(f"step {step}: {fault.name}: noticed by {noticed}, {self._green_s:.1f} s to green")
        for each in found:
            self.say(f"  BREACH {each}")
        return noticed > 0

    def _happen(self, fault: Fault, scene: Scene, sent: Sequence[Promise]) -> tuple[float, float]:
        """Send the acts and do the fault in their middle; when it began and was over."""
        acting_s = max(fault.acting_s, self.frozen_s + 4 if fault.acting_s > 30 else 0.0)
        crowd = clients.Crowd(self.site.url, sent, max(acting_s, 4.0 * len(scene.tables)))
        crowd.start()
        try:
            threading.Event().wait(scene.chance.uniform(0.3, 1.5))
            began = time.monotonic()
            fault.do(scene)
            ended = time.monotonic()
        finally:
            crowd.finish()
        return began, ended

    def _recover(self, fault: Fault, began: float, ended: float) -> list[str]:
        """Wait until all is green; what was wrong with that."""
        self._green_s, found = 0.0, []
        try:
            self._green_s = self.site.green_after(ended)
        except AssertionError as late:
            found.append(str(late))
        if fault.red and not self.site.was_red(began, ended):
            found.append("readiness was never refused while it could not serve")
        self.owner.dispose()
        self.app.dispose()
        return found

    def _count(
        self,
        fault: Fault,
        scene: Scene,
        sent: Sequence[Promise],
        noticed: int,
        span: tuple[float, float],
    ) -> None:
        tally = self.tallies.setdefault(fault.name, Tally())
        if not noticed:
            self.say(f"  nobody noticed: {fault.name} does not count")
            return
        tally.times += len(scene.tables) - len(scene.unfelt) if fault.locks else 1
        tally.in_flight += sum(each.during(*span) for each in sent)
        tally.told.update(each.told for each in sent)
        tally.green.append(self._green_s)
        if fault.locks:
            self.tables = self.tables[len(scene.tables) :]
            self.unfelt += scene.unfelt

    def _kept(self, fault: Fault, sent: Sequence[Promise]) -> list[str]:
        """What was promised is stored; what was not done is done when it is sent again, once."""
        with db.transaction() as session:
            found = promises.broken(session, sent)
        self.tallies[fault.name].lost += len(found)
        found += [f"a fault of ours: {each}" for each in sent if each.status == 500]
        left = [each for each in sent if each.told != ACKNOWLEDGED]
        clients.resend(self.site.url, left)
        with db.transaction() as session:
            again = promises.broken(session, left)
            undone = promises.undone(session, left)
        found += [f"sent again, {each}" for each in again]
        self.tallies[fault.name].lost += len(again)
        return [*found, *(f"sent again, not done: {each}" for each in undone)]

    def _checked(self) -> list[str]:
        said = self.site.check()
        return [f"litestar check: {said}"] if said else []

    def end(self) -> None:
        """After the last round: every job is done, and everything still holds."""
        found = [*self.jobs.ended(), *self._checked()]
        self.breaches += [f"at the end: {each} [SEED={self.seed}]" for each in found]
