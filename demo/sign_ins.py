"""Who can sign in to the demo, role by role; shown on the demo's sign-in page only."""

from kit.errors import Message

PASSWORD = "cremona-insieme"  # noqa: S105 - the demo's open password

SIGN_INS: list[tuple[Message, str]] = [
    (Message("Famiglia (Cremona)"), "anna.ferrari@demo.farelegami.it"),
    (Message("Famiglia (Vescovato)"), "gurpreet.singh@demo.farelegami.it"),
    (Message("Coordinamento del centro di Cremona"), "paola.galli@demo.farelegami.it"),
    (Message("Tesoreria del centro di Cremona"), "enzo.maffezzoni@demo.farelegami.it"),
    (Message("Consegne"), "marco.bodini@demo.farelegami.it"),
    (Message("Giovane impresa che presenta domanda"), "sara.zanotti@demo.farelegami.it"),
    (Message("Ufficio bandi della Provincia"), "lucia.ghisolfi@demo.farelegami.it"),
    (Message("Commissione di valutazione (Provincia)"), "davide.pini@demo.farelegami.it"),
    (Message("Commissione di valutazione (Camera di commercio)"), "elena.rossi@demo.farelegami.it"),
    (Message("Amministrazione"), "amministrazione@demo.farelegami.it"),
]
