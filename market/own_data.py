"""What the market keeps about a person and their households, in words (`kit.own_data`)."""

from sqlalchemy import ColumnElement, Select, and_, select

from kit.audit import AuditEvent
from kit.errors import Message
from kit.own_data import MONEY, WITH_THE_CENTRE, OwnField, OwnTable, Whose, columns, own
from kit.paper.documents import Document
from ledger import own_data as ledger_data
from market.tables.bookings import Booking, BookingLine
from market.tables.catalogue import Agreement, PriceListImport
from market.tables.centres import Household
from market.tables.orders import GroupOrder, Offer
from market.tables.settlements import Charge, Settlement
from people.roles import MEMBER
from people.tables.roles import RoleGrant

_TO_BUY = Message("per ordinare, dividere e consegnare")
_TO_REBUILD = Message("per poter ricostruire chi ha fatto che cosa")
_WHEN, _NAME, _EMAIL = Message("quando"), Message("nome"), Message("indirizzo e-mail")
_ORDER, _GOODS, _TRANSPORT = Message("ordine"), Message("prodotti"), Message("trasporto")


def households_of(whose: Whose) -> Select[int]:
    """Find the households a person books for; what is a household's is each member's."""
    return select(RoleGrant.scope_id).where(
        RoleGrant.person_id == whose.person_id,
        RoleGrant.role == MEMBER,
        RoleGrant.scope_kind == "household",
    )


def _accounts_of(whose: Whose) -> Select[int]:
    return select(Household.account_id).where(Household.id.in_(households_of(whose)))


def _bookings_of(whose: Whose) -> Select[int]:
    return select(Booking.id).where(Booking.household_id.in_(households_of(whose)))


def _title(of: object, row: type) -> OwnField:
    query = select(GroupOrder.title).where(GroupOrder.id == of)
    return OwnField("group_order", _ORDER, query.correlate(row).scalar_subquery())


MARKET = (
    OwnTable(
        Household,
        Message("La tua famiglia"),
        _TO_BUY,
        WITH_THE_CENTRE,
        ("id",),
        lambda whose: Household.id.in_(households_of(whose)),
        columns(
            Household,
            code=Message("tessera"),
            name=_NAME,
            language=Message("lingua"),
            email=_EMAIL,
            limit_cents=Message("limite"),
            commitment_cents=Message("impegno"),
            active=Message("attiva"),
            created_at=Message("dal"),
        ),
    ),
    OwnTable(
        Household,
        Message("Famiglie che hanno il tuo indirizzo"),
        Message("per scrivere a una famiglia per cui non entra nessuno"),
        WITH_THE_CENTRE,
        ("email",),
        lambda whose: Household.email == whose.email,
        columns(Household, name=_NAME, email=_EMAIL),
    ),
    OwnTable(
        Booking,
        Message("Prenotazioni della famiglia"),
        _TO_BUY,
        WITH_THE_CENTRE,
        ("household_id",),
        lambda whose: Booking.household_id.in_(households_of(whose)),
        (
            _title(Booking.group_order_id, Booking),
            *columns(
                Booking,
                created_at=Message("cominciata"),
                updated_at=Message("cambiata"),
                wanted_cents=Message("chiesto"),
                assigned_cents=Message("assegnato"),
                transport_cents=_TRANSPORT,
            ),
        ),
    ),
    OwnTable(
        BookingLine,
        Message("Che cosa avete prenotato"),
        _TO_BUY,
        WITH_THE_CENTRE,
        ("booking_id",),
        lambda whose: BookingLine.booking_id.in_(_bookings_of(whose)),
        (
            OwnField(
                "product",
                Message("prodotto"),
                select(Offer.name)
                .where(Offer.id == BookingLine.offer_id)
                .correlate(BookingLine)
                .scalar_subquery(),
            ),
            *columns(
                BookingLine,
                wanted=Message("chiesto"),
                at_most=Message("fino a"),
                assigned=Message("assegnato"),
                assigned_cents=Message("importo"),
                updated_at=Message("cambiata"),
            ),
        ),
    ),
    OwnTable(
        Charge,
        Message("Addebiti degli ordini"),
        Message("per sapere chi ha pagato che cosa"),
        MONEY,
        ("household_id",),
        lambda whose: Charge.household_id.in_(households_of(whose)),
        (
            _title(Charge.group_order_id, Charge),
            *columns(
                Charge,
                created_at=_WHEN,
                goods_cents=_GOODS,
                transport_cents=_TRANSPORT,
                total_cents=Message("in tutto"),
            ),
        ),
    ),
    *ledger_data.of_accounts(_accounts_of),
    OwnTable(
        GroupOrder,
        Message("Ordini che hai aperto"),
        _TO_REBUILD,
        WITH_THE_CENTRE,
        ("created_by",),
        own(GroupOrder, "created_by"),
        columns(GroupOrder, created_at=_WHEN, title=_ORDER),
    ),
    OwnTable(
        Settlement,
        Message("Ordini che hai saldato"),
        _TO_REBUILD,
        MONEY,
        ("settled_by",),
        own(Settlement, "settled_by"),
        (_title(Settlement.group_order_id, Settlement), *columns(Settlement, settled_at=_WHEN)),
    ),
    OwnTable(
        PriceListImport,
        Message("Listini che hai caricato"),
        _TO_REBUILD,
        WITH_THE_CENTRE,
        ("created_by",),
        own(PriceListImport, "created_by"),
        columns(PriceListImport, created_at=_WHEN, filename=Message("file")),
    ),
    OwnTable(
        Agreement,
        Message("Accordi di produttori con il tuo indirizzo"),
        Message("per mandare gli ordini al produttore"),
        WITH_THE_CENTRE,
        ("email",),
        lambda whose: Agreement.email == whose.email,
        columns(Agreement, email=_EMAIL, phone=Message("telefono"), created_at=Message("dal")),
    ),
)


def _orders_of(whose: Whose) -> Select[int]:
    return select(Booking.group_order_id).where(Booking.household_id.in_(households_of(whose)))


def _of_centres(whose: Whose) -> ColumnElement[bool]:
    mine = select(Household.centre_id).where(Household.id.in_(households_of(whose)))
    return and_(AuditEvent.subject_kind == "centre", AuditEvent.subject_id.in_(mine))


def _of_orders(whose: Whose) -> ColumnElement[bool]:
    return and_(
        AuditEvent.subject_kind == "group_order", AuditEvent.subject_id.in_(_orders_of(whose))
    )


def _of_sheets(whose: Whose) -> ColumnElement[bool]:
    sheets = select(Document.id).where(
        Document.subject_kind == "group_order", Document.subject_id.in_(_orders_of(whose))
    )
    return and_(AuditEvent.subject_kind == "document", AuditEvent.subject_id.in_(sheets))


READ_BY = (
    (
        "market.pickups.read",
        Message("qualcuno del tuo centro ha aperto l'elenco dei ritiri"),
        _of_centres,
    ),
    (
        "market.by_voice.read",
        Message("qualcuno del tuo centro ha letto che cosa dire a voce di un ordine"),
        _of_orders,
    ),
    (
        "kit.document.handed_out",
        Message("qualcuno del tuo centro ha preso i fogli di un ordine in cui avete prenotato"),
        _of_sheets,
    ),
)
"""What of a household's was looked at, where that is recorded: act, words, and which events."""

_GOODS_ONLY = Message("prodotti, prezzi e ordini del centro: non dicono chi li ha voluti")
_PLACES = Message("luoghi e centri, non persone")
_OF_FIRMS = Message("dati di imprese, che il loro centro corregge")

NOT_SHOWN = {
    "centre": _PLACES,
    "centre.address": _PLACES,
    "pickup_point": _PLACES,
    "pickup_point.address": _PLACES,
    "producer": _OF_FIRMS,
    "producer_change": _OF_FIRMS,
    "offer": _GOODS_ONLY,
    "price_list": _GOODS_ONLY,
    "price_list_import_line": _GOODS_ONLY,
    "product": _GOODS_ONLY,
    "household.note": Message("la nota su una famiglia: chiedila a chi coordina il centro"),
}
"""Tables, and columns that might say something of a person, of which nothing is shown, and why."""
