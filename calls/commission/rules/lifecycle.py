"""Until when a commission works: a published ranking ends it."""

from kit.errors import Refused


def check_may_change(*, ranked: bool) -> None:
    """Raise Refused once the ranking is published: the commission stands as it decided."""
    if ranked:
        raise Refused("La graduatoria è pubblicata: la commissione non cambia più.")


def check_may_evaluate(*, ranked: bool) -> None:
    """Raise Refused once the ranking is published: nobody declares, marks or sends any more."""
    if ranked:
        raise Refused("La graduatoria è pubblicata: la valutazione è chiusa.")
