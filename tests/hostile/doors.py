"""Every address of the application, who may enter there, and everybody who may not."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.applications import attachments, drafts, inspections
from calls.commission.declarations import Declared, declare
from calls.texts import drafts as texts
from kit.dead_jobs import DeadJob
from kit.errors import Message
from kit.http.forms import Upload
from people import invitations, proofs, roles, sign_ins
from people.invitations import Guest, OfferedRole
from people.tables.identities import Identity
from people.tables.roles import AdministratorProposal, Invitation, RoleGrant
from people.tables.sessions import PersonSession
from tests import make
from tests.calls import commissions
from tests.calls import make as calls_make
from tests.calls.examples import call_values
from tests.calls.pages.test_attachments import pdf
from tests.hostile import village as villages
from tests.hostile.test_strangers_in_the_market import MAY as MARKET
from tests.hostile.village import ABSENT, Village

OPEN = {
    "/account/new-address/{token}",  # of who asked, by the letter
    "/centres/{centre_id}",  # read by everybody
    "/links/{token}",  # opened by who holds the letter
    "/links/{token}/factors",  # and is signed in as whom it was written to
    "/links/{token}/refusals",
    "/links/{token}/renewals",
    # Providers are settings: an unknown key is absent for everybody.
    "/sign-in/with/{key}",
    "/sign-in/with/{key}/back",
    "/sign-out/with/{key}",
    "/mail-links/{token}",
}
"""Addresses with an id that belong to nobody."""

OFFICE = {"office"}
APPLICANT = {"applicant"}
COMMISSION = {"evaluator", "evaluator in conflict"}
_CALLS = {
    "/applications/{application_id}": APPLICANT,
    "/calls/{call_id}": OFFICE,
    "/calls/{call_id}/evaluations": COMMISSION,
    "/calls/{call_id}/evaluations/renunciation": COMMISSION,
    "/calls/{call_id}/evaluations/{application_id}": {"evaluator"},
    "/office/calls/{call_id}": OFFICE,
}
_PEOPLE = {
    "/account/factors/passkeys/{passkey_id}": {"guest"},
    "/account/identities/{identity_id}": {"applicant"},
    "/account/sessions/{session_id}": {"guest"},
    "/dead-jobs/{dead_job_id}": {"administrator"},
    "/invitations/{invitation_id}": {"guest"},
    "/people/invitations/{invitation_id}": {"administrator"},
    "/people/proposals/{proposal_id}": {"administrator"},
    "/people/{person_id}": {"administrator"},
}
WHOLE = {**_CALLS, **_PEOPLE}
"""Who may enter an address and all below it, but for those named themselves."""


def may(path: str) -> set[str] | None:
    """Who may enter an address; None where nobody has said it."""
    bare = re.sub(r":\w+", "", path)
    if bare in MARKET:
        return MARKET[bare]
    found = [above for above in WHOLE if bare == above or bare.startswith(f"{above}/")]
    return WHOLE[max(found, key=len)] if found else None


@dataclass
class Doors:
    """The village with a call around it: everything that somebody owns, and everybody."""

    village: Village
    ids: dict[str, Any]

    @property
    def mine(self) -> dict[str, int]:
        """What the village has that a form of somebody elsewhere may name."""
        return {
            "household": self.ids["household_id"],
            "centre": self.ids["centre_id"],
            "price_list": self.ids["price_list_id"],
            "price_list_id": self.ids["price_list_id"],
            "pickup_point_id": self.village.at.point.id,
            "producer": self.ids["producer_id"],
        }

    def ids_for(self, path: str) -> dict[str, Any]:
        """The ids of an address that are there."""
        if path.startswith("/invitations/"):
            return {**self.ids, "invitation_id": self.ids["own_invitation_id"]}
        if path.startswith("/people/invitations/"):
            return {**self.ids, "invitation_id": self.ids["office_invitation_id"]}
        if path.startswith("/calls/") and "/evaluations" not in path:  # not published: nobody's
            return {**self.ids, "call_id": self.ids["hidden_call_id"]}
        if "/evaluations/{application_id" in path:
            return {**self.ids, "application_id": self.ids["read_application_id"]}
        if path.startswith("/office/calls/") and "/evaluators/" in path:
            return {**self.ids, "person_id": self.ids["evaluator_id"]}
        return {**self.ids, **self.village.ids_for(path)}

    def absent_for(self, path: str) -> list[dict[str, Any]]:
        """The same with all that is absent, and with one after the other."""
        there = self.ids_for(path)
        names = re.findall(r"\{(\w+_id|position):", path)
        each = [{**there, name: ABSENT} for name in names] if len(names) > 1 else []
        return [{**there, **dict.fromkeys(names, ABSENT)}, *each]

    def strangers(self, path: str) -> set[str]:
        """Who may not enter."""
        allowed = may(path)
        assert allowed is not None, f"say in tests/hostile/doors.py who may enter {path}"
        # For a household that the form names whoever coordinates its centre books too.
        named = {"coordinator"} if "/booking" in path else set()
        return set(self.village.tokens) - allowed - named

    def at_rest(self, session: Session) -> dict[str, str]:
        """A session by a password alone for each whose roles all ask for two factors."""
        hashes = {sign_ins.token_hash(token): who for who, token in self.village.tokens.items()}
        held: dict[str, set[str]] = {}
        ids: dict[str, int] = {}
        for hashed, person_id, role in session.execute(
            select(PersonSession.token_hash, PersonSession.person_id, RoleGrant.role)
            .join(RoleGrant, RoleGrant.person_id == PersonSession.person_id)
            .where(PersonSession.token_hash.in_(hashes))
        ):
            who = hashes[bytes(hashed)]
            held.setdefault(who, set()).add(role)
            ids[who] = person_id
        now = self.village.at.now
        tokens = {
            who: sign_ins.open_session(session, ids[who], "test", now, proofs.BY_PASSWORD)
            for who, roles in held.items()
            if all(proofs.asked_of(role) > proofs.ONE for role in roles)
        }
        session.commit()
        return tokens


def build(session: Session) -> Doors:
    """A village; a call that is read by its commission, one that is a draft, one that is open."""
    village = villages.build(session)
    now = village.at.now
    under = commissions.world(session, declared=False)
    other = commissions.world(session)
    key = under.keys[0]
    declare(session, under.evaluators[0], key, Declared("none"), now)
    declare(session, under.evaluators[1], key, Declared("family", "una cugina"), now)
    hidden = texts.start(session, under.office, call_values(now), now)
    applicant, elsewhere = make.actor(session), make.actor(session)
    call = calls_make.call(session)
    draft = calls_make.draft(session, call, applicant)
    calls_make.draft(session, call, elsewhere)
    attached = attachments.add(
        session, applicant, draft, Upload("cv.pdf", "application/pdf", pdf()), now
    )
    broken = Upload("rotto.pdf", "application/pdf", b"%PDF-1")
    inspections.settle(
        session,
        attachments.add(session, applicant, draft, broken, now).id,
        Message("Non si apre."),
        now,
    )
    (refused,) = drafts.own(session, applicant, draft).not_kept
    guest = make.actor(session)
    own, of_office = (
        _invited(session, email, role, now)
        for email, role in (
            (guest.email, ("driver", "centre", village.at.centre.id)),
            ("chi@esempio.it", ("office", "calls", 0)),
        )
    )
    for name, who in {
        "applicant": applicant,
        "another applicant": elsewhere,
        "evaluator": under.evaluators[0],
        "evaluator in conflict": under.evaluators[1],
        "evaluator elsewhere": other.evaluators[0],
        "office": under.office,
        "office elsewhere": make.actor(session, None, ("office", "call", other.call_id)),
        "guest": guest,
    }.items():
        village.tokens[name] = sign_ins.open_session(
            session, who.person_id, "test", now, proofs.BY_PASSWORD_AND_CODE
        )
    known = Identity(person_id=applicant.person_id, issuer="i", subject="s", provider="spid")
    known.linked_at = known.last_used_at = now
    session.add(known)
    proposal = AdministratorProposal(
        email="terza@esempio.it",
        name="Terza",
        proposed_at=now,
        proposed_by=make.actor(session, None, roles.ADMINISTRATION).person_id,
    )
    session.add(proposal)
    dead = DeadJob(task="kit.send_mail", args={}, tries=8, killed=0, died_at=now)
    passkey = make.passkey(session, guest.person_id)
    session.add(dead)
    session.commit()
    ids = {
        **village.ids,
        "application_id": draft,
        "read_application_id": key.application_id,
        "attachment_id": attached.id,
        "refused_id": refused.id,
        "call_id": under.call_id,
        "hidden_call_id": hidden.id,
        "evaluator_id": under.evaluators[0].person_id,
        "own_invitation_id": own,
        "office_invitation_id": of_office,
        "dead_job_id": dead.id,
        "passkey_id": passkey.id,
        "identity_id": known.id,
        "proposal_id": proposal.id,
        "session_id": guest.session_id,
        "position": 1,
        "code": "idea",
        "name": "idea",
        "key": "idea",
        "criterion": "A",
        "token": "x",
    }
    return Doors(village, ids)


def _invited(session: Session, email: str, role: tuple[str, str, int], now: datetime) -> int:
    offer = OfferedRole(role, Message("un ruolo"))
    invitations.invite(session, None, Guest(email, "Chi"), offer, now)
    found = select(Invitation.id).where(Invitation.email == email)
    return session.scalars(found).one()
