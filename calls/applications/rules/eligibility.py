"""Who may apply, computed from what the applicant says and the call's rules (DR-8, DR-9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from calls.applications.rules.application_sections import declaration_name
from calls.texts.rules.call_content import CallContent
from kit.errors import Message
from kit.typed import Reader

# ISTAT codes begin with the province: 019 is Cremona.
PROVINCE = "019"


@dataclass(frozen=True)
class EligibilityOutcome:
    """What one rule of eligibility says: its id, the field it reads, met or not, in words."""

    rule: str
    field: str
    met: bool
    message: Message


def age_on(birth_day: date, day: date) -> int:
    """Return the years completed on a day; a birthday counts from its first hour.

    Who is born on 29 February completes a year on 1 March where there is no 29th.
    """
    before_birthday = (day.month, day.day) < (birth_day.month, birth_day.day)
    return day.year - birth_day.year - before_birthday


def outcomes(content: CallContent, values: Mapping[str, str]) -> tuple[EligibilityOutcome, ...]:
    """Judge each rule of the call on a draft; an answer not yet given is not met."""
    results = [_age(content, values)]
    if content.eligibility.in_province:
        results.append(_residence(values))
    reader = Reader(values)
    for line in content.eligibility.declarations:
        name = declaration_name(line.code)
        results.append(
            EligibilityOutcome(
                line.code, name, reader.flag(name), Message("{text}", text=line.text)
            )
        )
    return tuple(results)


def _age(content: CallContent, values: Mapping[str, str]) -> EligibilityOutcome:
    rule = content.eligibility
    birth_day = Reader(values).day("birth_day")
    if birth_day is None:
        return EligibilityOutcome("age", "birth_day", False, Message("Manca la data di nascita."))
    age = age_on(birth_day, rule.age_on)
    met = rule.age_from <= age < rule.age_below
    message = Message(
        "Il {day} hai {age} anni: il bando chiede almeno {age_from} e meno di {age_below}.",
        day=f"{rule.age_on:%d/%m/%Y}",
        age=age,
        age_from=rule.age_from,
        age_below=rule.age_below,
    )
    return EligibilityOutcome("age", "birth_day", met, message)


def _residence(values: Mapping[str, str]) -> EligibilityOutcome:
    typed = Reader(values).raw("municipality")
    if not typed:
        return EligibilityOutcome("residence", "municipality", False, Message("Manca il comune."))
    met = typed.startswith(PROVINCE)
    text = (
        Message("Il comune è in provincia di Cremona.")
        if met
        else Message("Il bando chiede la residenza o la sede in provincia di Cremona.")
    )
    return EligibilityOutcome("residence", "municipality", met, text)
