"""A centre's producers: the list, a new one, correcting one."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from kit import codes, contacts, lookalikes
from kit.errors import Invalid, Message, Refused
from kit.http import keyed, web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.sentences import typed_euro
from market.catalogue import known_producers, producer_owners, producers
from market.catalogue.known_producers import AlreadyKnown
from market.catalogue.producer_owners import SHARED
from market.catalogue.producers import AgreementKey, Facts
from market.centres import centres
from market.price_files import imports
from market.tables.catalogue import Agreement, Producer
from market.tables.centres import Centre
from people import places
from people.actors import Actor
from people.roles import COORDINATOR

_PRODUCER_WELCOMED = keyed.Making(
    "market.producer.welcomed",
    Message("Hai già aggiunto questo produttore ({at})."),
    "/producers/{id}",
)


@get("/producers", access="signed-in")
def index(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    centre: FromQuery[str] = "",
) -> Response:
    """List the producers of a centre with their price lists, and imports to finish."""
    found = centres.coordinated(session, actor, centre)
    return web.page(
        request,
        "market/producers/index.html",
        centre=found,
        centres=[centres.get(session, id_) for id_ in actor.scopes(COORDINATOR, "centre")],
        producers=producers.of_centre(session, found.id),
        imports=imports.recent(session, found.id),
    )


@get("/producers/new", access="signed-in")
def new(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    centre: FromQuery[str] = "",
) -> Response:
    """Show the empty form of a producer."""
    return _page(request, session, centres.coordinated(session, actor, centre), Form())


@post("/producers", access="signed-in", resent="keyed")
def welcome(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Add a producer to the centre and go on to its price list."""
    centre = centres.coordinated(session, actor, form.raw("centre"))
    facts, taken = _facts(form, new=True), form.raw("taken")
    try:
        form.check()
        made = keyed.once(
            session,
            actor,
            _PRODUCER_WELCOMED,
            form,
            lambda: {
                "id": known_producers.welcome(
                    session, actor, centre.id, facts, actor.now, taken=taken
                ).id
            },
        )
    except (Invalid, Refused) as error:
        form.take(error)
        known = error if isinstance(error, AlreadyKnown) else None
        return _page(request, session, centre, form, status=error.status, known=known)
    producer, _ = producers.get(session, centre.id, made["id"])
    said = Message("{name} è tra i produttori. Ora carica il suo listino.", name=producer.name)
    return see_other(
        f"/price-list-imports/new?centre={centre.id}&producer={producer.id}",
        lookalikes.told(said, producer.name, producers.names_beside(session, producer.id)),
    )


@get("/producers/{producer_id:int}", access="signed-in")
def edit(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    producer_id: FromPath[int],
    centre: FromQuery[str] = "",
) -> Response:
    """Show a producer and the agreement, ready to be corrected."""
    found = centres.coordinated(session, actor, centre)
    producer, agreement = producers.get(session, found.id, producer_id)
    form = Form.showing(_values(producer, agreement))
    return _page(request, session, found, form, agreement)


@post("/producers/{producer_id:int}", access="signed-in", resent="merged")
def save(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    producer_id: FromPath[int],
) -> Response:
    """Correct a producer and what was agreed with it."""
    centre = centres.coordinated(session, actor, form.raw("centre"))
    key = AgreementKey(centre.id, producer_id)
    producer, agreement = producers.held(session, actor, key)
    saved = _values(producer, agreement)
    # Of what only the owner corrects nothing is read but where the page had it, as an older one.
    corrects = producers.owns(producer, centre.id) or not form.values.keys().isdisjoint(SHARED)
    form.meet(saved if corrects else _agreed(agreement), flags=("active",))
    facts = _facts(form) if corrects else _facts(form, of=producer)
    try:
        form.check()
        producers.edit(session, actor, key, facts, actor.now)
    except (Invalid, Refused) as error:
        form.take(error)
        return _page(request, session, centre, form, agreement, error.status)
    said = Message("Salvato.")
    if facts.name != saved["name"]:
        said = lookalikes.told(said, facts.name, producers.names_beside(session, producer_id))
    return see_other(f"/producers?centre={centre.id}", said)


def _page(
    request: Request,
    session: Session,
    centre: Centre,
    form: Form,
    agreement: Agreement | None = None,
    status: int = 200,
    *,
    known: AlreadyKnown | None = None,
) -> Response:
    """Show the form of a producer: a new one, or one with an agreement."""
    of: dict[str, Any] = {"producer": None, "owns": True, "changes": []}
    if agreement is not None:
        producer, _ = producers.get(session, centre.id, agreement.producer_id)
        of = {
            "producer": producer,
            "owns": producers.owns(producer, centre.id),
            "owner": producer_owners.owner(session, producer),
            "changes": producer_owners.changes(session, agreement),
        }
    municipalities = [(place.istat_code, place.name) for place in places.all_()]
    return web.page(
        request,
        "market/producers/edit.html",
        status,
        centre=centre,
        form=form,
        municipalities=municipalities,
        known=known,
        choices=_choices(known) if known else [],
        names=SHARED,
        place_names=dict(municipalities),
        **of,
    )


def _choices(known: AlreadyKnown) -> list[tuple[str, Message]]:
    """Offer the producers that may be meant, and another one unless a code says which it is."""
    found = [
        (str(each.id), Message("È questo: {name}, {place}", name=each.name, place=each.place))
        if each.place
        else (str(each.id), Message("È questo: {name}", name=each.name))
        for each in known.found
        if not each.agreed
    ]
    if known.by_code:
        return found
    return [*found, (known_producers.ANOTHER, Message("È un altro, con lo stesso nome"))]


def _facts(form: Form, *, new: bool = False, of: Producer | None = None) -> Facts:
    """Read a form; what all centres read is kept as it is `of` a producer that is another's."""
    shared = _shared(form) if of is None else {name: getattr(of, name) or "" for name in SHARED}
    return Facts(
        **shared,
        email=form.email("email", required=False),
        phone=form.code("phone", contacts.phone, required=False),
        minimum_cents=form.euro("minimum", required=False) or 0,
        text=form.text("text", required=False, max_length=4000, multiline=True),
        active=new or form.flag("active"),
    )


def _shared(form: Form) -> dict[str, str]:
    places_known = ["", *(place.istat_code for place in places.all_())]
    return {
        "name": form.text("name"),
        "vat_number": form.code("vat_number", codes.vat_number, required=False),
        "tax_code": form.code("tax_code", codes.tax_code, required=False),
        "website": form.code("website", contacts.site, required=False),
        "municipality": form.choice("municipality", places_known),
        "street": form.text("street", required=False),
        "locality": form.text("locality", required=False),
        "zip_code": form.code("zip_code", contacts.postcode, required=False),
        "story": form.text("story", required=False, max_length=4000, multiline=True),
    }


def _values(producer: Producer, agreement: Agreement) -> dict[str, str]:
    return {name: getattr(producer, name) or "" for name in SHARED} | _agreed(agreement)


def _agreed(agreement: Agreement) -> dict[str, str]:
    return {
        "email": agreement.email or "",
        "phone": agreement.phone or "",
        "text": agreement.text,
        "minimum": typed_euro(agreement.minimum_cents),
        "active": "yes" if agreement.active else "",
    }


HANDLERS = [index, new, welcome, edit, save]
