"""What this house and its tools keep about a person, in words (`kit.own_data`)."""

from sqlalchemy import and_, or_

from kit.acts import REMEMBERED as ACTS_REMEMBERED
from kit.acts import ActOnce
from kit.audit import AuditEvent
from kit.errors import Message
from kit.mail import FORGOTTEN, Mail
from kit.own_data import AS_LONG_AS_ACCESS, OwnTable, columns, own
from kit.paper.documents import Document
from people import invitations, link_wishes, proposals
from people.own_ways_in import TO_LET_IN, WAYS_IN
from people.tables.links import LinkWish, OneTimeLink
from people.tables.persons import AddressChange, Erasure, Person
from people.tables.roles import AdministratorProposal, Invitation, RoleGrant

TO_REBUILD = Message("per poter ricostruire chi ha fatto che cosa")
_CHAINED = Message("finché c'è il servizio: è una catena, e senza un anello non si può più provare")
_MONTHS = Message("fino a {days} giorni dopo la scadenza", days=invitations.REMEMBERED.days)
_WHEN, _NAME, _EMAIL = Message("quando"), Message("nome"), Message("indirizzo e-mail")
_ROLE, _WHERE, _WHICH = Message("ruolo"), Message("dove"), Message("numero")
_ASKED, _EXPIRES = Message("chiesto"), Message("scade")
_MADE, _SENT, _UNTIL = Message("creato"), Message("partita"), Message("finisce")
_ENDED, _HOW = Message("finito"), Message("com'è finito")
_PROPOSED = Message(
    "{days} giorni dopo la risposta, o dopo la proposta", days=proposals.REMEMBERED.days
)

PERSONS = (
    OwnTable(
        Person,
        Message("Il tuo accesso"),
        Message("per farti entrare e scriverti"),
        AS_LONG_AS_ACCESS,
        ("id", "email"),
        own(Person, "id"),
        columns(
            Person,
            name=_NAME,
            email=_EMAIL,
            locale=Message("lingua"),
            created_at=_MADE,
            disabled_at=Message("chiuso"),
        ),
    ),
    *WAYS_IN,
    OwnTable(
        RoleGrant,
        Message("I tuoi ruoli"),
        Message("per sapere che cosa puoi fare"),
        Message("finché li hai"),
        ("person_id",),
        own(RoleGrant, "person_id"),
        columns(
            RoleGrant,
            role=_ROLE,
            scope_kind=_WHERE,
            scope_id=_WHICH,
            granted_at=_WHEN,
            until=_UNTIL,
        ),
    ),
    OwnTable(
        RoleGrant,
        Message("Ruoli che hai dato"),
        TO_REBUILD,
        Message("finché chi li ha li tiene"),
        ("granted_by",),
        own(RoleGrant, "granted_by"),
        columns(
            RoleGrant,
            role=_ROLE,
            scope_kind=_WHERE,
            scope_id=_WHICH,
            granted_at=_WHEN,
            until=_UNTIL,
        ),
    ),
    OwnTable(
        Invitation,
        Message("Inviti che hai avuto"),
        Message("per offrirti un ruolo, che accetti o rifiuti"),
        _MONTHS,
        ("email",),
        lambda whose: Invitation.email == whose.email,
        columns(
            Invitation,
            email=_EMAIL,
            name=_NAME,
            what=Message("per che cosa"),
            sent_at=_SENT,
            expires_at=_EXPIRES,
            until=_UNTIL,
            ended_at=_ENDED,
            outcome=_HOW,
        ),
    ),
    OwnTable(
        Invitation,
        Message("Inviti che hai mandato"),
        TO_REBUILD,
        _MONTHS,
        ("created_by",),
        own(Invitation, "created_by"),
        columns(Invitation, what=Message("per che cosa"), sent_at=_SENT, expires_at=_EXPIRES),
    ),
    OwnTable(
        AdministratorProposal,
        Message("Proposte perché amministri tu"),
        Message("perché una seconda persona le confermi"),
        _PROPOSED,
        ("email",),
        lambda whose: AdministratorProposal.email == whose.email,
        columns(
            AdministratorProposal,
            email=_EMAIL,
            name=_NAME,
            until=_UNTIL,
            proposed_at=_WHEN,
            ended_at=_ENDED,
            outcome=_HOW,
        ),
    ),
    OwnTable(
        AdministratorProposal,
        Message("Proposte per l'amministrazione che hai fatto o a cui hai risposto"),
        TO_REBUILD,
        _PROPOSED,
        ("proposed_by", "ended_by"),
        lambda whose: or_(
            AdministratorProposal.proposed_by == whose.person_id,
            AdministratorProposal.ended_by == whose.person_id,
        ),
        columns(AdministratorProposal, proposed_at=_WHEN, ended_at=_ENDED, outcome=_HOW),
    ),
    OwnTable(
        OneTimeLink,
        Message("Collegamenti che ti abbiamo scritto"),
        TO_LET_IN,
        _MONTHS,
        ("person_id", "email"),
        lambda whose: or_(
            OneTimeLink.person_id == whose.person_id, OneTimeLink.email == whose.email
        ),
        columns(
            OneTimeLink,
            purpose=Message("per che cosa"),
            email=_EMAIL,
            name=_NAME,
            created_at=_MADE,
            expires_at=_EXPIRES,
            used_at=Message("usato"),
        ),
    ),
    OwnTable(
        OneTimeLink,
        Message("Collegamenti dei tuoi inviti"),
        TO_REBUILD,
        _MONTHS,
        ("created_by",),
        own(OneTimeLink, "created_by"),
        columns(OneTimeLink, created_at=_MADE, expires_at=_EXPIRES),
    ),
    OwnTable(
        LinkWish,
        Message("Lettere che hai chiesto e partono tra poco"),
        TO_LET_IN,
        Message("al massimo {days} giorni", days=link_wishes.KEPT.days),
        ("email",),
        lambda whose: LinkWish.email == whose.email,
        columns(LinkWish, purpose=Message("per che cosa"), name=_NAME, asked_at=_ASKED),
    ),
    OwnTable(
        AddressChange,
        Message("Il nuovo indirizzo che hai chiesto"),
        Message("per essere certi che è tuo"),
        Message("fino alla scadenza della lettera"),
        ("person_id", "email"),
        own(AddressChange, "person_id"),
        columns(AddressChange, email=_EMAIL, asked_at=_ASKED, expires_at=_EXPIRES),
    ),
    OwnTable(
        Erasure,
        Message("La cancellazione del tuo accesso"),
        Message("per poterci ripensare"),
        Message("resta il giorno in cui è stato cancellato"),
        ("person_id",),
        own(Erasure, "person_id"),
        columns(Erasure, because=Message("perché"), asked_at=_ASKED, due_at=Message("dal")),
    ),
    OwnTable(
        Mail,
        Message("Lettere che ti abbiamo scritto"),
        Message("per dirti quello che cambia"),
        Message("{days} giorni", days=FORGOTTEN.days),
        ("person_id", "to", "given_up_on"),
        lambda whose: or_(
            Mail.person_id == whose.person_id,
            Mail.to == whose.email,
            Mail.given_up_on == whose.email,
        ),
        columns(
            Mail,
            created_at=Message("scritta"),
            to=Message("a"),
            reader=_NAME,
            subject=Message("oggetto"),
            text=Message("testo"),
            sent_at=_SENT,
        ),
    ),
    OwnTable(
        Document,
        Message("Le copie dei tuoi dati"),
        Message("perché le hai chieste"),
        Message("7 giorni"),
        ("subject_id",),
        lambda whose: and_(
            Document.subject_kind == "person", Document.subject_id == whose.person_id
        ),
        columns(Document, filename=Message("file"), created_at=_ASKED, ready_at=Message("pronto")),
    ),
    OwnTable(
        ActOnce,
        Message("Moduli che hai inviato"),
        Message("perché lo stesso invio non conti due volte"),
        Message("{days} giorni", days=ACTS_REMEMBERED.days),
        ("person_id",),
        own(ActOnce, "person_id"),
        columns(ActOnce, at=_WHEN, kind=Message("che cosa")),
    ),
    OwnTable(
        AuditEvent,
        Message("Quello che hai fatto"),
        TO_REBUILD,
        _CHAINED,
        ("actor_id",),
        own(AuditEvent, "actor_id"),
        columns(
            AuditEvent,
            at=_WHEN,
            action=Message("che cosa"),
            subject_kind=Message("su che cosa"),
            subject_id=_WHICH,
        ),
    ),
    OwnTable(
        AuditEvent,
        Message("Quello che altri hanno fatto sul tuo accesso"),
        TO_REBUILD,
        _CHAINED,
        ("subject_id",),
        lambda whose: and_(
            AuditEvent.subject_kind == "person",
            AuditEvent.subject_id == whose.person_id,
            or_(AuditEvent.actor_id.is_(None), AuditEvent.actor_id != whose.person_id),
        ),
        columns(AuditEvent, at=_WHEN, action=Message("che cosa"), after=Message("com'è dopo")),
    ),
)

_NOBODYS = Message("non riguarda nessuna persona")
_COUNTED = Message(
    "conta quante volte si prova, per un'impronta da cui non si torna all'indirizzo, e si toglie "
    "quando non conta più"
)
_OF_ACTS = Message("dice per numero su che cosa si è agito: è tuo ciò che è già elencato")

NOT_SHOWN = {
    "trial": _NOBODYS,
    "dead_job": Message("lavori non riusciti: portano numeri, non nomi"),
    "limit_use": _COUNTED,
    "passkey_challenge": Message(
        "quello che si chiede al dispositivo quando usi una passkey: vale cinque minuti, ne resta "
        "solo un'impronta e si toglie entro un'ora"
    ),
    "mail_link.subject_id": _OF_ACTS,
    "sign_in_failure": Message("non si scrive più e si svuota ogni ora"),
    "link_request": Message("non si scrive più e si svuota ogni ora"),
    "audit_seal": Message("impronte che provano il registro: non dicono niente di nessuno"),
    "audit_link": Message("impronte che provano il registro: non dicono niente di nessuno"),
    "role_grant.scope_id": _OF_ACTS,
    "invitation.scope_id": _OF_ACTS,
    "audit_event.transaction_id": _NOBODYS,
}
"""Tables, and columns that might hold a person's id, of which nothing is shown, and why."""
