"""A centre that is attacked, and everybody who might try."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from kit.paper import documents
from market import treasuries
from market.centres import households
from market.closings import closings, dry_runs
from market.price_files import imports
from market.price_files.imports import PriceFile
from people import proofs, sign_ins
from people.invitations import Guest
from tests import make as people_make
from tests.market import make
from tests.market.price_files import files

ABSENT = 999_999_999


@dataclass
class Village:
    """The ids of what belongs to the centre under attack, and a session for each person."""

    at: make.World
    ids: dict[str, Any]
    closed_id: int
    export_id: int
    tokens: dict[str, str]

    def ids_for(self, path: str) -> dict[str, Any]:
        """The ids of a route that are there: documents belong to the closed order."""
        if path.startswith("/group-orders") and "document_id" in path:
            return {**self.ids, "group_order_id": self.closed_id}
        if path.startswith("/price-lists") and "document_id" in path:
            return {**self.ids, "document_id": self.export_id}
        return self.ids

    def enter(self, client: Any, name: str) -> Any:
        """Come to the application as this person."""
        token = self.tokens[name]
        client.cookies.clear()
        client.cookies.set(sign_ins.COOKIE, token)
        client.headers["X-CSRF-Token"] = sign_ins.csrf_token(sign_ins.token_hash(token))
        return client


def build(session: Session) -> Village:
    """A centre with an open and a closed order, a list, an import; eight people around it."""
    at, elsewhere = make.world(session), make.world(session)
    box = make.pieces(session, at, case_size=2, whole_cases=True)
    mine, other = make.household(session, at), make.household(session, at)
    abroad = make.household(session, elsewhere)
    order_id, closed_id = make.opened(session, at), make.opened(session, at)
    for id_ in (order_id, closed_id):
        make.book(session, at, id_, mine, (box.id, 2))
    seen = dry_runs.dry_run(session, at.coordinator, closed_id)
    closings.close(session, at.coordinator, closed_id, seen.token, at.now)
    content = files.file(files.product("Mele"))
    file = PriceFile(at.centre.id, at.producer.id, "listino.json", content)
    (import_id,) = imports.bring(session, at.coordinator, file, at.now)
    export = documents.request(
        session,
        kind="gdxp",
        subject_kind="price_list",
        subject_id=at.price_list.id,
        filename="listino.json",
        media_type="application/json",
        task="market.gdxp_export",
        now=at.now,
        price_list_id=at.price_list.id,
    )
    guest = Guest(f"invitata{mine.id}@example.org", "Invitata")
    households.invite(session, at.coordinator, mine.id, guest, at.now)
    (invited,) = households.invited(session, at.coordinator, mine.id)
    member = make.member(session, mine)
    ids = {
        "centre_id": at.centre.id,
        "person_id": member.person_id,
        "group_order_id": order_id,
        "product_id": box.id,
        "price_list_id": at.price_list.id,
        "import_id": import_id,
        "household_id": mine.id,
        "invitation_id": invited.id,
        "account_id": mine.account_id,
        "producer_id": at.producer.id,
        "document_id": documents.of(session, "group_order", closed_id)[0].id,
        "abroad_id": abroad.id,
        "foreign_account_id": abroad.account_id,
        "foreign_centre_id": elsewhere.centre.id,
        "foreign_list_id": elsewhere.price_list.id,
        "foreign_producer_id": elsewhere.producer.id,
        "foreign_point_id": elsewhere.point.id,
        "day": f"{at.terms.delivery_day:%Y-%m-%d}",
    }
    grants = {
        "stranger": [],
        "neighbour": [("member", "household", other.id)],
        "foreign member": [("member", "household", abroad.id)],
        "foreign coordinator": [
            (role, "centre", elsewhere.centre.id) for role in ("coordinator", "treasurer")
        ],
        "treasurer": [("treasurer", "centre", at.centre.id)],
        "driver": [("driver", "centre", at.centre.id)],
        "administrator": [("administrator", "house", 0)],
        "coordinator": [("coordinator", "centre", at.centre.id)],
    }
    actors = {name: people_make.actor(session, None, *held) for name, held in grants.items()}
    tokens = {
        name: sign_ins.open_session(
            session, who.person_id, "test", at.now, proofs.BY_PASSWORD_AND_CODE
        )
        for name, who in {"member": member, **actors}.items()
    }
    ids["journal_id"] = treasuries.take_cash(
        session, actors["treasurer"], other.id, 2000, form_key="k" * 32, now=at.now
    )
    session.commit()
    return Village(at, ids, closed_id, export.id, tokens)


def filled(path: str, ids: dict[str, Any]) -> str:
    """Put ids into a route's path."""
    return re.sub(r"\{(\w+):\w+\}", lambda found: str(ids[found.group(1)]), path)


_OWN = re.compile(r"[0-9a-f]{64}|[0-9a-f]{16}\b")


def same_for_all(text: str, ids: dict[str, Any]) -> str:
    """An answer without request id, form token and the ids that were asked for."""
    text = _OWN.sub("", text)
    for id_ in sorted(map(str, ids.values()), key=len, reverse=True):
        text = re.sub(rf"/{id_}\b", "/ID", text)
    return text
