"""By what a person comes in: what is kept of each way, in words (`people.own_data`).

No password, secret, key or code is shown: who reads a copy could come in by it.
"""

from datetime import timedelta

from kit.errors import Message
from kit.own_data import OwnField, OwnTable, columns, own
from people import codes, known_devices, sign_ins
from people.tables.factors import CodeGenerator, Passkey, RecoveryCode
from people.tables.identities import AttestedAttribute, Identity
from people.tables.links import MailLink
from people.tables.sessions import KnownDevice, PersonSession

TO_LET_IN = Message("per farti entrare")
_TO_BE_SURE = Message("per essere certi che sei tu")
_LINKED = Message("finché non scolleghi; si toglie anche quando cancelli l'accesso")
_MADE, _EXPIRES = Message("creato"), Message("scade")
_PROVIDER, _LAST_USED = Message("chi ti identifica"), Message("ultimo uso")

WAYS_IN = (
    OwnTable(
        PersonSession,
        Message("Dove sei entrato"),
        TO_LET_IN,
        Message("{days} giorni dopo che è finita", days=sign_ins.REMEMBERED.days),
        ("person_id",),
        own(PersonSession, "person_id"),
        columns(
            PersonSession,
            device=Message("dispositivo"),
            created_at=Message("dal"),
            last_seen_at=_LAST_USED,
            expires_at=_EXPIRES,
            means=Message("come sei entrato"),
            level=Message("livello, da 1 a 3"),
            proved_at=Message("provato"),
            adding_until=Message("puoi aggiungere un secondo passo entro"),
        ),
    ),
    OwnTable(
        KnownDevice,
        Message("Browser che riconosciamo"),
        Message("perché chi indovina la tua password non ti chiuda fuori"),
        Message("{days} giorni dall'ultimo uso", days=known_devices.KEPT.days),
        ("person_id",),
        own(KnownDevice, "person_id"),
        columns(KnownDevice, last_used_at=_LAST_USED),
    ),
    OwnTable(
        CodeGenerator,
        Message("La tua app dei codici"),
        _TO_BE_SURE,
        Message(
            "finché non la togli o cancelli l'accesso; se non la confermi, {n} minuti",
            n=codes.BEGUN_FOR // timedelta(minutes=1),
        ),
        ("person_id",),
        own(CodeGenerator, "person_id"),
        columns(CodeGenerator, made_at=_MADE, confirmed_at=Message("confermata")),
    ),
    OwnTable(
        RecoveryCode,
        Message("I tuoi codici di recupero"),
        Message("per farti entrare se perdi il telefono"),
        Message("finché non ne fai di nuovi, togli l'app o cancelli l'accesso"),
        ("person_id",),
        own(RecoveryCode, "person_id"),
        columns(RecoveryCode, made_at=_MADE, used_at=Message("usato")),
    ),
    OwnTable(
        Passkey,
        Message("Le tue passkey"),
        TO_LET_IN,
        Message("finché non la togli o cancelli l'accesso"),
        ("person_id",),
        own(Passkey, "person_id"),
        columns(
            Passkey,
            name=Message("nome"),
            device=Message("dispositivo"),
            backed_up=Message("copiata tra i tuoi dispositivi"),
            sign_count=Message("usi contati dal dispositivo"),
            made_at=_MADE,
            last_used_at=_LAST_USED,
        ),
    ),
    OwnTable(
        Identity,
        Message("SPID, CIE e simili che hai collegato"),
        TO_LET_IN,
        _LINKED,
        ("person_id",),
        own(Identity, "person_id"),
        columns(
            Identity,
            provider=_PROVIDER,
            issuer=Message("il suo indirizzo"),
            subject=Message("come ti chiama"),
            linked_at=Message("collegato"),
            last_used_at=_LAST_USED,
        ),
    ),
    OwnTable(
        AttestedAttribute,
        Message("Che cosa ci ha detto di te chi ti identifica"),
        Message("per sapere chi ha firmato"),
        _LINKED,
        ("person_id",),
        own(AttestedAttribute, "person_id"),
        (
            OwnField("attribute", Message("che cosa"), AttestedAttribute.name),
            *columns(
                AttestedAttribute, value=Message("valore"), provider=_PROVIDER, at=Message("quando")
            ),
        ),
    ),
    OwnTable(
        MailLink,
        Message("Collegamenti delle lettere che valgono senza entrare"),
        Message("per fermare un dispositivo che non conosci"),
        Message("fino alla scadenza"),
        ("person_id",),
        own(MailLink, "person_id"),
        columns(
            MailLink,
            purpose=Message("per che cosa"),
            created_at=_MADE,
            expires_at=_EXPIRES,
            uses_left=Message("quante volte vale ancora"),
        ),
    ),
)
