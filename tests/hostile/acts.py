"""What people of the village make, and what they do that cannot be undone."""

ONE_LINE = {"name": "Orto", "email": "una@esempio.it"}
MADE: dict[str, tuple[str, str, dict[str, str]]] = {
    "/centres/{centre_id:int}/group-orders": (
        "coordinator",
        "/centres/{centre_id:int}/group-orders/new?price_list={price_list_id:int}",
        {},
    ),
    "/account/address": ("coordinator", "/account/address", {"email": "nuova@esempio.it"}),
    "/account/data/copies": ("coordinator", "/account/data", {}),
    "/producers": ("coordinator", "/producers/new", {"name": "Orto"}),
    "/centres/{centre_id:int}/households": (
        "coordinator",
        "/centres/{centre_id:int}/households/new",
        {"code": "F99", "name": "Famiglia", "member_name": "Una", "member_email": "una@esempio.it"},
    ),
    "/households/{household_id:int}/members": (
        "coordinator",
        "/households/{household_id:int}",
        {"member_name": "Una", "member_email": "una@esempio.it"},
    ),
    "/price-list-imports": ("coordinator", "/price-list-imports/new", {}),
    "/price-lists/{price_list_id:int}/export": (
        "coordinator",
        "/price-lists/{price_list_id:int}",
        {},
    ),
    "/centres/{centre_id:int}/top-ups": (
        "treasurer",
        "/centres/{centre_id:int}/top-ups/new?household={household_id:int}",
        {"amount": "20"},
    ),
    "/people/invitations": (
        "administrator",
        "/people",
        {**ONE_LINE, "role": "administrator:house:0"},
    ),
    "/register": ("", "/register", ONE_LINE),
    "/password-reset": ("", "/password-reset", ONE_LINE),
}
"""What makes something: who opens which page, and what is typed there."""

SEEN: dict[str, tuple[str, dict[str, str]]] = {
    "/group-orders/{group_order_id:int}/closing": ("group_order_id", {}),
    "/group-orders/{group_order_id:int}/settlement": ("closed_id", {}),
    "/group-orders/{group_order_id:int}/cancellation": ("group_order_id", {"reason": "Grandine"}),
    "/price-list-imports/{import_id:int}/application": ("import_id", {}),
    "/households/{household_id:int}/members/{person_id:int}/removal": ("household_id", {}),
    "/centres/{centre_id:int}/top-ups/{journal_id:int}/reversal": (
        "centre_id",
        {"reason": "Erano 10 €"},
    ),
}
"""What cannot be undone: of which of the village's things it is tried, and what is typed."""
