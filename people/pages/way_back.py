"""The way back to a form whose session ended in the middle: through the sign-in, nothing lost.

What was typed goes along in one sealed field of these pages and is stored nowhere
(`kit.http.carried`, docs/decisions/0016).
"""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from kit import clock, db
from kit.errors import Message, PersonError
from kit.http import carried, errors, hop, web
from kit.http.attempts import Attempt
from kit.http.carried import NotCarried
from kit.http.forms import Form, is_multipart
from kit.http.gate import UNSAFE
from kit.http.web import Request, Response
from kit.settings import settings
from people import passkey_answers, sign_ins
from people.actors import Actor, Ended, NotFresh, NotSignedIn
from people.pages import edge
from people.providers import journeys
from people.providers import settings as provider_settings
from people.providers.settings import Provider

# Tells a script what became of a field that saves itself: "sign-in", "closed" (on purpose: nothing
# can come along), "again", "other" or "proof".
HEADER = "X-Resume"
# Why nothing is carried, as the address of the sign-in page says it.
REASONS = {
    "unknown": carried.UNKNOWN,
    "long": carried.LONG,
    "file": carried.FILE,
    "secret": carried.SECRET,
}
NOTHING, UNPROVED = "nothing", "unproved"
_NOTHING_DONE = Message(
    "Non eri più dentro: non abbiamo fatto niente. Entra, e torni alla pagina dov'eri, se puoi "
    "ancora vederla."
)
_NOT_GONE = Message(
    "Sei di nuovo dentro. Quello che avevi premuto non era partito: guarda com'è adesso, e se "
    "puoi ancora premi di nuovo."
)
_CLOSED = Message(
    "Non salvato: la tua sessione è stata chiusa. Succede quando esci, quando la password cambia "
    "o quando ti viene tolto un ruolo."
)


def to_sign_in(request: Request, error: NotSignedIn) -> Response:
    """Send whoever is not signed in (any more) to sign-in; what was being typed comes along."""
    writes, htmx = request.method in UNSAFE, web.is_htmx(request)
    if writes and htmx:
        if error.ended is None and edge.session_token(request):
            return _fragment(request, _CLOSED, 401, "closed")
        return _fragment(request, Message("Non salvato: non sei più dentro."), 401, "sign-in")
    page = web.page_of(request) if writes or htmx else hop.address(request)
    sealed = why = ""
    if writes:
        try:
            sealed = _sealed(request, error.ended, page)
            why = "" if sealed else NOTHING
        except NotCarried as lost:
            why = _name_of(lost)
    if not sealed:
        return web.see_other(f"/sign-in?next={quote(page)}" + (f"&lost={why}" if why else ""))
    values = {"next": page, carried.FIELD: sealed, "until": _until(request, error.ended)}
    return sign_in_page(request, Form(values=values), 401)


def _name_of(lost: NotCarried) -> str:
    return next(name for name, reason in REASONS.items() if reason == lost.why)


def _until(request: Request, ended: Ended | None) -> str:
    """Give the instant that decides what was pressed, for the sign-in page; else nothing."""
    attempt: Attempt | None = request.route_handler.opt.get("attempt")
    if attempt is None or ended is None:
        return ""
    with db.transaction() as session:
        found = attempt.ends_at(session, ended.person_id, request.path_params)
    return "" if found is None else found.isoformat()


def to_proof(request: Request, error: NotFresh) -> Response:
    """Ask whoever acts for a fresh proof; what was typed comes along, sealed for them."""
    page = web.page_of(request)
    if web.is_htmx(request):
        answer = web.page(request, "people/_proof.html", error.status, page=page)
        answer.headers[HEADER] = "proof"
        return answer
    sealed = why = ""
    try:
        form = _typed(request)
        if form is not None:
            about, now = error.actor.person_id, error.actor.now
            sealed = carried.pack(form, hop.address(request), page, person_id=about, now=now)
    except NotCarried as lost:
        why = _name_of(lost)
    if not sealed:
        return web.see_other(f"/account/proof?next={quote(page)}&lost={why or UNPROVED}")
    form = Form(values={"next": page, carried.FIELD: sealed})
    return proof_page(request, form, error.status)


def proof_page(request: Request, form: Form, status: int = 200) -> Response:
    """Show the form to confirm with who one is; `form` may carry what was typed."""
    for name in ("password", "one-time-code", "answer"):
        form.values.pop(name, None)
    lost = form.raw("lost")
    why = NotCarried(REASONS[lost]).message if lost in REASONS else None
    known = {"lost": why, "refused": bool(why) or lost == UNPROVED}
    ways = {"ways": _proofs_elsewhere(request), **passkeys_here(request)}
    return web.page(request, "people/proof.html", status, form=form, **known, **ways)


def _proofs_elsewhere(request: Request) -> list[tuple[Provider, str]]:
    """The providers by which this session was opened, each with the wish to go there again."""
    actor: Actor | None = hop.state(request).get("actor")
    if actor is None:
        return []
    found = [provider_settings.of_mean(each) for each in actor.proved.means]
    return [(each, journeys.wish(actor, journeys.FRESH)) for each in found if each is not None]


def outdated(request: Request, error: edge.Outdated) -> Response:
    """Tell a field that saves itself that its page is of an earlier session."""
    return _fragment(request, error.message, error.status, "again")


def of_another(request: Request, error: edge.OfAnother) -> Response:
    """Say who is signed in now to whoever sends the form of another person's page.

    What was typed comes along, sealed for that person: nobody else can look at it.
    """
    if web.is_htmx(request):
        return _fragment(request, error.message, error.status, "other")
    page, sealed, lost = web.page_of(request), "", None
    try:
        form = _typed(request) if error.owner_id is not None else None
        if form is not None:
            address = hop.address(request)
            sealed = carried.pack(form, address, page, person_id=error.owner_id or 0, now=error.now)
    except NotCarried as why:
        lost = why.message
    return _other_person(request, error.status, sealed, lost, page)


def _other_person(
    request: Request, status: int, sealed: str, lost: Message | None, page: str
) -> Response:
    return web.page(
        request, "people/other_person.html", status, sealed=sealed, lost=lost, page=page
    )


def sign_in_page(request: Request, form: Form, status: int = 200) -> Response:
    """Show the form to sign in with; `form` may carry what was being typed."""
    form.values.pop("password", None)
    form.values.pop("answer", None)
    lost, until, now = _lost(form.raw("lost")), _instant(form.raw("until")), None
    if until is not None:
        with db.transaction() as session:
            now = clock.now(session)
    return web.page(
        request,
        "people/sign_in.html",
        status,
        form=form,
        lost=lost,
        until=until,
        now=now,
        demo=settings().demo,
        **passkeys_here(request),
        providers=provider_settings.ways_in(),
    )


def passkeys_here(request: Request) -> dict[str, Any]:
    """Tell a page whether passkeys work where it was asked for, and where they do."""
    here = request.headers.get("host", "")
    return {"offered": passkey_answers.offered(here), "origin": passkey_answers.origin()}


def _instant(written: str) -> datetime | None:
    """Read what `_until` gave, from the form in which it came back."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _lost(why: str) -> Message | None:
    """Say what became of what was typed, by what the address of the sign-in page says."""
    if why == NOTHING:
        return _NOTHING_DONE
    return NotCarried(REASONS[why]).message if why in REASONS else None


def onward(request: Request, form: Form, token: str, *, proved: bool = False) -> Response:
    """Lead on whoever has just signed in, or `proved` who they are once more.

    They go to the page asked for, or back to what was typed.
    """
    target, sealed = web.local_path(form.raw("next")), form.raw(carried.FIELD)
    if not sealed:
        return web.see_other(target)
    with db.transaction() as session:
        actor = sign_ins.require(session, token)
    edge.enter(request, actor)
    return _back(request, actor, sealed, target, proved=proved)


def in_other_words(request: Request, form: Form, actor: Actor | None) -> Response:
    """Show the page again that holds what was being typed, in the language just chosen."""
    sealed, target = form.raw(carried.FIELD), web.local_path(form.raw("then"))
    if actor is not None:
        try:
            carried.unpack(sealed, person_id=actor.person_id, now=actor.now)
        except NotCarried as error:
            if error.why == carried.FOREIGN:
                return _other_person(request, 200, sealed, None, target)
        return _back(request, actor, sealed, target)
    values = {"next": target, carried.FIELD: sealed, "until": form.raw("until")}
    return sign_in_page(request, Form(values=values))


def _back(
    request: Request, actor: Actor, sealed: str, target: str, *, proved: bool = False
) -> Response:
    """Show the one button that leads back to what was typed, or say why there is none.

    What asks for a fresh proof asks for it first.
    """
    try:
        found = carried.unpack(sealed, person_id=actor.person_id, now=actor.now)
    except NotCarried as error:
        foreign = error.why == carried.FOREIGN
        return web.page(
            request,
            "people/way_back.html",
            lost=error.message,
            foreign=foreign,
            proved=proved,
            page="/" if foreign else target,
        )
    declared, said = web.posted_to(request, found.path)
    if actor.has_to_prove and declared.get("fresh"):
        return proof_page(request, Form(values={"next": target, carried.FIELD: sealed}))
    attempt: Attempt | None = declared.get("attempt")
    if attempt is not None:
        with db.transaction() as session:
            attempt.remember(session, actor.person_id, said, found.at)
        return web.see_other(web.local_path(found.page), _NOT_GONE, kind="warning")
    return web.page(
        request,
        "people/way_back.html",
        lost=None,
        foreign=False,
        proved=proved,
        path=web.local_path(found.path),
        page=web.local_path(found.page),
        field=carried.RESUMED,
        sealed=sealed,
    )


def _sealed(request: Request, ended: Ended | None, page: str) -> str:
    """Seal the form of a session that ended; empty where nothing was typed. Raises NotCarried."""
    form = _typed(request)
    if form is None:
        return ""
    if ended is None or not sign_ins.is_own_form(ended.form_key, edge.form_token(request)):
        raise NotCarried(carried.UNKNOWN)
    came = ended.now - hop.since_whole(request)
    return carried.pack(form, hop.address(request), page, person_id=ended.person_id, now=came)


def _typed(request: Request) -> Form | None:
    """Give the form in which somebody typed, if there is one. Raises NotCarried if too long."""
    if not request.route_handler.opt["asks"].form:
        return None
    known = hop.state(request)
    if known.get("cut") or known["body"].size > carried.LARGEST:
        multipart = is_multipart(request.headers.get("content-type", ""))
        raise NotCarried(carried.FILE if multipart else carried.LONG)
    try:
        form = hop.read_form(request)
    except PersonError:  # nobody typed what cannot be read
        return None
    timed = request.route_handler.opt.get("attempt") is not None
    return form if timed or carried.is_typed(form) else None


def _fragment(request: Request, message: Message, status: int, resume: str) -> Response:
    response = errors.error_page(request, status, PersonError(message))
    response.headers[HEADER] = resume
    return response
