"""What an applicant types: from the told facts of a project to every field of the form.

Sources equal uses, taxes and interest follow from the figures, so that every plan adds up.
"""

from typing import Any

from demo.tax_codes import tax_code
from kit.sentences import decimal

_IDEA = {
    "idea_what": "what",
    "idea_new": "new",
    "idea_skills": "skills",
    "market_customers": "customers",
    "market_competitors": "competitors",
    "market_reach": "reach",
}
_YEARS = (1, 2, 3)
# What a plan is reckoned with: VAT on what is bought, interest of the bank, taxes on profit,
# years over which an investment is written off.
_VAT, _INTEREST, _TAXES, _LASTS = 22, 5, 24, 5


def fields(told: dict[str, Any], declarations: int) -> dict[str, str]:
    """Every field of a complete application, as typed. Amounts of `told` in whole euro."""
    first, _, last = told["name"].partition(" ")
    return {
        "first_name": first,
        "last_name": last,
        "birth_day": told["born"].isoformat(),
        "tax_code": tax_code(first, last, told["sex"], told["born"]),
        "municipality": told["municipality"],
        "address": told["address"],
        "phone": told["phone"],
        "firm_kind": told["kind"],
        "firm_name": told["firm"],
        **{f"declaration-D{number}": "yes" for number in range(1, declarations + 1)},
        **{name: told[key] for name, key in _IDEA.items()},
        **_investments(told),
        **_funding(told),
        **_economics(told),
    }


def euro(whole: int) -> str:
    """Write whole euro as people type them: 12.400."""
    return decimal(whole)


def _investments(told: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row, (what, category, amount) in enumerate(told["investments"], start=1):
        prefix = f"investment-{row}"
        found |= {
            f"{prefix}-what": what,
            f"{prefix}-category": category,
            f"{prefix}-amount": euro(amount),
        }
    return found


def _invested(told: dict[str, Any]) -> int:
    return sum(amount for _, _, amount in told["investments"])


def _funding(told: dict[str, Any]) -> dict[str, str]:
    """Uses and sources; what nobody else gives is the applicant's own money."""
    vat = _invested(told) * _VAT // 100
    uses = _invested(told) + told["stock"] + vat
    own = uses - told["grant"] - told["bank"] - told["family"]
    if own < 0:
        raise ValueError(f"{told['firm']}: sources exceed uses by {-own}")
    return {
        "use_stock": euro(told["stock"]),
        "use_vat": euro(vat),
        "source_own": euro(own),
        "source_family": euro(told["family"]),
        "source_bank": euro(told["bank"]),
        "source_grant": euro(told["grant"]),
    }


def _economics(told: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    depreciation = _invested(told) // _LASTS
    for year in _YEARS:
        at = year - 1
        other = told.get("other", (0, 0, 0))[at]
        interest = told["bank"] * _INTEREST * (len(_YEARS) - at) // (100 * len(_YEARS))
        spent = sum(told[line][at] for line in ("materials", "services", "staff"))
        profit = told["sales"][at] + other - spent - depreciation - interest
        lines = {
            "sales": told["sales"][at],
            "other_income": other,
            **{line: told[line][at] for line in ("materials", "services", "staff")},
            "depreciation": depreciation,
            "interest": interest,
            "taxes": max(profit, 0) * _TAXES // 100,
        }
        found |= {f"y{year}-{code}": euro(amount) for code, amount in lines.items()}
    return found
