"""The letters about a published ranking: to everybody who applied, once, what became of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from calls.applications.rules import standing
from calls.rankings import audiences, outcomes, published_rankings
from calls.rankings.rules import ranking_words
from calls.tables.rankings import Ranking
from calls.texts import published
from kit import letters
from kit.errors import Message, NotFound
from kit.settings import settings

RANKING = "calls.ranking_notice"
letters.register(RANKING, Message("Esito delle domande"))


def write(session: Session, ranking_id: int, now: datetime) -> None:
    """Write to everybody who applied how their application stands, and where the ranking is.

    Who is excluded reads why, in the words of the ranking. However often it runs, each is
    written to once.
    """
    row = session.get(Ranking, ranking_id)
    if row is None:
        raise NotFound
    call = published.of_call(session, row.call_id)
    content = published_rankings.of_row(session, row).content
    why = {one["code"]: ranking_words.excluded(one) for one in content.get("excluded", [])}
    here = settings().public_url
    for each in audiences.readers(session, row.call_id):
        outcome = outcomes.of_code(content, each.code)
        said = [standing.of(each, call, now, outcome).sentence]
        if each.code in why:
            said.append(why[each.code])
        text = Message(
            "Ciao {name},\n\nè uscita la graduatoria del bando «{title}».\n\n{said}\n\n"
            "La graduatoria, con il PDF e i file per verificarla:\n{ranking}\n\n"
            "La tua domanda, protocollo {code}, con la ricevuta:\n{own}\n\nFareLegami\n",
            name=each.name,
            title=call.title,
            said=letters.lines(*said),
            ranking=f"{here}/calls/{row.call_id}/ranking",
            code=each.code,
            own=f"{here}/applications/{each.application_id}",
        )
        letters.write(
            session,
            kind=RANKING,
            to=each.reader,
            subject=Message("Graduatoria di «{title}»", title=call.title),
            text=text,
            key=f"{_key(row.id)}:{each.code}",
        )


def unreached(session: Session, ranking: Ranking) -> list[str]:
    """The codes of the applications whose authors no letter reached (one statement)."""
    below = _key(ranking.id)
    found = letters.written(session, below, unreached_below=below)
    return [letter.key.removeprefix(f"{below}:") for letter in found]


def _key(ranking_id: int) -> str:
    return f"{RANKING}:{ranking_id}"
