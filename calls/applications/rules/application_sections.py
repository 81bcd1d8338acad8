"""What an application asks: its sections, one topic a page, and the fields of each.

A field is described once: pages draw it, `application_form` checks it, and the list of
what is missing names it with the same label.
"""

from dataclasses import dataclass
from typing import Literal

from calls.texts.rules.call_content import CallContent
from kit.errors import Message

Kind = Literal["text", "area", "euro", "day", "choice", "municipality", "flag", "phone", "tax_code"]

YEARS = (1, 2, 3)
# Ten million euro: above it an amount in a call for small firms is a slip of the keyboard.
LARGEST_AMOUNT = 1_000_000_000
INVESTMENT_ROWS = 8


@dataclass(frozen=True)
class Field:
    """One thing that is asked. `options` are pairs of value and label for a choice."""

    name: str
    label: Message
    kind: Kind = "text"
    hint: Message | None = None
    required: bool = True
    longest: int = 200
    options: tuple[tuple[str, Message], ...] = ()
    autocomplete: str = ""


@dataclass(frozen=True)
class Section:
    """One page of the application."""

    code: str
    title: Message
    intro: Message
    fields: tuple[Field, ...]


def _area(name: str, label: Message, hint: Message) -> Field:
    return Field(name, label, "area", hint, longest=2000)


FIRM_KINDS = (
    ("new", Message("Impresa che nascerà se il progetto è finanziato")),
    ("firm", Message("Impresa già iscritta al Registro delle imprese")),
    ("professional", Message("Libera professione o lavoro autonomo")),
)

# Categories of investment: the first ones count for the grant, the last one never does.
CATEGORIES = (
    ("machines", Message("Macchinari e attrezzature")),
    ("works", Message("Lavori sui locali")),
    ("software", Message("Programmi e sito")),
    ("advice", Message("Consulenze e brevetti")),
    ("promotion", Message("Promozione e marchio")),
    ("other", Message("Altro, non ammesso al contributo")),
)
NOT_ELIGIBLE = frozenset({"other"})

PROPONENT = Section(
    "proponent",
    Message("Chi sei"),
    Message("I dati di chi presenta la domanda e risponde del progetto."),
    (
        Field("first_name", Message("Nome"), longest=100, autocomplete="given-name"),
        Field("last_name", Message("Cognome"), longest=100, autocomplete="family-name"),
        Field("birth_day", Message("Data di nascita"), "day", autocomplete="bday"),
        Field(
            "tax_code",
            Message("Codice fiscale"),
            "tax_code",
            hint=Message("16 lettere e numeri, sulla tessera sanitaria."),
            longest=30,
        ),
        Field(
            "municipality",
            Message("Comune di residenza o sede"),
            "municipality",
            Message("Se il comune non è in elenco, scegli «Fuori provincia»."),
        ),
        Field("address", Message("Indirizzo"), longest=200, autocomplete="street-address"),
        Field("phone", Message("Telefono"), "phone", longest=30, autocomplete="tel"),
        Field("firm_kind", Message("Forma dell'impresa"), "choice", options=FIRM_KINDS),
        Field(
            "firm_name",
            Message("Nome dell'impresa o del progetto"),
            hint=Message("È il nome che comparirà nella graduatoria."),
            longest=120,
        ),
    ),
)

IDEA = Section(
    "idea",
    Message("L'idea"),
    Message("Racconta con parole tue che cosa vuoi fare. Bastano poche frasi chiare."),
    (
        _area(
            "idea_what",
            Message("Che cosa farai"),
            Message("Il prodotto o il servizio, come a un amico."),
        ),
        _area("idea_new", Message("Che cosa c'è di nuovo"), Message("Perché qui, oggi, manca.")),
        _area(
            "idea_skills",
            Message("Che cosa sai fare tu"),
            Message("Studi, lavori, persone che ti aiutano."),
        ),
    ),
)

MARKET = Section(
    "market",
    Message("Il mercato"),
    Message("Chi comprerà da te, e perché da te e non da altri."),
    (
        _area(
            "market_customers", Message("I clienti"), Message("Chi sono, quanti sono, dove stanno.")
        ),
        _area(
            "market_competitors",
            Message("Chi lo fa già"),
            Message("Altri che offrono qualcosa di simile."),
        ),
        _area(
            "market_reach",
            Message("Prezzi e come ti farai conoscere"),
            Message("Prezzi, canali, promozione."),
        ),
    ),
)


def _investments() -> tuple[Field, ...]:
    fields: list[Field] = []
    for row in range(1, INVESTMENT_ROWS + 1):
        fields += [
            Field(
                f"investment-{row}-what",
                Message("Spesa {row}: che cosa", row=row),
                required=False,
                longest=120,
            ),
            Field(
                f"investment-{row}-category",
                Message("Spesa {row}: tipo", row=row),
                "choice",
                required=False,
                options=CATEGORIES,
            ),
            Field(
                f"investment-{row}-amount",
                Message("Spesa {row}: importo senza IVA", row=row),
                "euro",
                required=False,
            ),
        ]
    return tuple(fields)


INVESTMENTS = Section(
    "investments",
    Message("Gli investimenti"),
    Message("Che cosa devi comprare per partire, senza IVA. Una riga per spesa."),
    _investments(),
)


def _euro(name: str, label: Message, hint: Message | None = None) -> Field:
    return Field(name, label, "euro", hint)


USES = (
    _euro(
        "use_stock",
        Message("Prime scorte e spese di avvio"),
        Message("Merce, affitto e stipendi dei primi mesi."),
    ),
    _euro(
        "use_vat",
        Message("IVA sugli investimenti"),
        Message("Da pagare ora, anche se poi si recupera."),
    ),
)
SOURCES = (
    _euro("source_own", Message("Soldi tuoi e dei soci")),
    _euro("source_family", Message("Prestiti di famiglia e amici")),
    _euro("source_bank", Message("Prestito della banca")),
    _euro("source_grant", Message("Contributo chiesto con questa domanda")),
)
FUNDING = Section(
    "funding",
    Message("Fonti e impieghi"),
    Message("Da dove vengono i soldi e a che cosa servono. I due totali devono essere uguali."),
    (*USES, *SOURCES),
)

# Lines of the economic plan: what comes in, then what goes out.
REVENUES = (
    ("sales", Message("Vendite e servizi")),
    ("other_income", Message("Altri ricavi")),
)
COSTS = (
    ("materials", Message("Materie prime e merci")),
    ("services", Message("Servizi, affitto, utenze")),
    ("staff", Message("Persone (stipendi e contributi)")),
    ("depreciation", Message("Quota annuale degli investimenti (ammortamento)")),
    ("interest", Message("Interessi sui prestiti")),
    ("taxes", Message("Imposte")),
)
ECONOMICS = Section(
    "economics",
    Message("Il conto dei primi tre anni"),
    Message("Quanto pensi di incassare e di spendere ogni anno, senza IVA."),
    tuple(
        Field(f"y{year}-{code}", Message("{line}, anno {year}", line=label, year=year), "euro")
        for code, label in (*REVENUES, *COSTS)
        for year in YEARS
    ),
)


def requirements(content: CallContent) -> Section:
    """The statements this call wants confirmed, as boxes to tick."""
    return Section(
        "requirements",
        Message("Requisiti e dichiarazioni"),
        Message("Chi dichiara il falso perde il contributo (articoli 75 e 76 del DPR 445/2000)."),
        tuple(
            Field(declaration_name(line.code), Message("{text}", text=line.text), "flag")
            for line in content.eligibility.declarations
        ),
    )


def declaration_name(code: str) -> str:
    """The field in which the applicant confirms a declaration of the call."""
    return f"declaration-{code}"


def sections(content: CallContent) -> tuple[Section, ...]:
    """The pages of an application to this call, in order."""
    return (
        PROPONENT,
        requirements(content),
        IDEA,
        MARKET,
        INVESTMENTS,
        FUNDING,
        ECONOMICS,
    )


def find(content: CallContent, code: str) -> Section | None:
    """Return the page of a code; None when this call has none such."""
    return next((section for section in sections(content) if section.code == code), None)


def names(content: CallContent) -> frozenset[str]:
    """Every field name a draft of this call may hold."""
    return frozenset(field.name for section in sections(content) for field in section.fields)
