"""Who can sign in to the demo, role by role; shown on the demo's sign-in page only."""

from kit.errors import Message

PASSWORD = "cremona-insieme"  # noqa: S105 - the demo's open password

SIGN_INS: list[tuple[Message, str]] = [
    (Message("Famiglia (Cremona)"), "anna.ferrari@demo.farelegami.example"),
    (Message("Famiglia (Vescovato)"), "gurpreet.singh@demo.farelegami.example"),
    (Message("Coordinamento del centro di Cremona"), "paola.galli@demo.farelegami.example"),
    (Message("Tesoreria del centro di Cremona"), "enzo.maffezzoni@demo.farelegami.example"),
    (Message("Consegne"), "marco.bodini@demo.farelegami.example"),
    (Message("Giovane impresa che presenta domanda"), "sara.zanotti@demo.farelegami.example"),
    (Message("Ufficio bandi della Provincia"), "lucia.ghisolfi@demo.farelegami.example"),
    (Message("Commissione di valutazione (Provincia)"), "davide.pini@demo.farelegami.example"),
    (
        Message("Commissione di valutazione (Camera di commercio)"),
        "elena.rossi@demo.farelegami.example",
    ),
    (Message("Amministrazione"), "amministrazione@demo.farelegami.example"),
]
