"""The audit as a document: a section each for habits, agreement, corrected win rates and canaries."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from evals import words
from evals.arena.audit.agreement import PEOPLE, agreements
from evals.arena.audit.corrected import FEWEST, corrected
from evals.arena.audit.habits import MEASURES, habits
from evals.arena.audit.kinship import favour, maker
from evals.arena.audit.votes import Vote, votes
from evals.arena.battle import Battle
from evals.arena.folder import Arena
from evals.arena.judging.rounds import rounds
from evals.arena.style import style
from evals.arena.trust import LIMIT, Trust, judges, trust
from evals.document import Document, Section
from evals.errors import BadInput
from evals.frame import frame
from evals.stats.estimate import NOTHING, Estimate
from evals.stats.proportions import share
from evals.view import Row, Table, View, records

UNREAD = {"unparsed", "truncated"}
STATES = (
    f"sound: of every kind the 95 % interval (Wilson) of the wins stays below {words.share(LIMIT)}; fooled: one reaches it, with a "
    "win; unproven: one reaches it for want of canaries."
)
KINDS = (
    "words: the the the; empty; constant: polished and about nothing; order: choose me; authority, padded: an answer with a "
    "claim, or twice, against itself; self: an answer against itself, where every verdict for one of the two counts."
)
SEEN = (
    "seen: the share of its pairs that a model has won by the judge; corrected: by Rogan and Gladen, from how often the judge says "
    "so where it has won by people, else by the rule (caught), and does not where it has not (cleared). A dash: fewer than "
    f"{FEWEST} of either are known, or the judge is no better than chance."
)
CANARIES = (STATES, KINDS)
UNNAMED = "(not named)"
BRACKETS = "In brackets: 95 % confidence intervals, by cluster of questions."


def document(arena: Arena) -> Document:
    """What is known of the judges of an arena. Raises: BadInput: nobody has judged. BadFile: a damaged log."""
    battles = [_dressed(arena, battle) for battle in arena.battles()]
    if not battles:
        raise BadInput(
            f"nobody has judged anything in {arena.folder}", "write evals arena judge --judge MODEL, or rule"
        )
    given, found = votes(battles), trust(arena.folder, judges(battles))
    who = {battle.judge for battle in battles}
    models = {name for battle in battles for name in (battle.model_a, battle.model_b)}
    sections = (
        _habits(arena, battles, given),
        _agreement(given),
        _corrected(given),
        _canaries(found),
    )
    told = (
        words.items(len(battles), "battle"),
        words.items(len(who), "judge"),
        words.items(len(models), "model"),
    )
    about = f"{arena.folder}: {told[0]} by {told[1]} over {told[2]}"
    return Document((about, *found.sentences()), {}, sections, frame(()))


def _dressed(arena: Arena, battle: Battle) -> Battle:
    """The battle with what its answers look like, where that is known from the arena alone, and a word for a judge without a name.

    Both are lacking in files of votes.
    """
    battle = battle if battle.judge else replace(battle, judge=UNNAMED)
    texts = [arena.answers.get((battle.question, model)) for model in (battle.model_a, battle.model_b)]
    if battle.style or texts[0] is None or texts[1] is None:
        return battle
    return replace(battle, style=style(texts[0], texts[1]))


# Habits


def _habits(arena: Arena, battles: list[Battle], given: list[Vote]) -> Section:
    unread = _unread(arena)
    rows = [
        row
        for judge in dict.fromkeys(each.judge for each in battles)
        for row in _of(judge, battles, given, unread)
    ]
    table = pd.DataFrame(rows)
    return Section("judges", "What judges do whatever is shown", table, _habits_view(table))


def _of(
    judge: str, battles: list[Battle], given: list[Vote], unread: dict[str, Estimate]
) -> Iterator[dict[str, Any]]:
    own = [battle for battle in battles if battle.judge == judge]
    measured = {**habits(own), "unparsed": unread.get(judge, NOTHING)}
    kin = favour(judge, given) if own[0].kind == "model" else (NOTHING, NOTHING)
    measured |= {"kin": kin[0], "favour": kin[1]}
    for measure, estimate in measured.items():
        yield {"judge": judge, "kind": own[0].kind, "pairs": len(own), "measure": measure, **_told(estimate)}


def _unread(arena: Arena) -> dict[str, Estimate]:
    """Of each judge's replies about pairs, the share that holds no verdict."""
    found: dict[str, list[tuple[float, str]]] = {}
    for each in rounds(arena.folder):
        for pair, *replies in each.replies():
            if not pair.canary:
                told = found.setdefault(each.judge, [])
                told += [(float(reply.outcome in UNREAD), reply.cluster) for reply in replies if reply]
    return {
        judge: share([said for said, _ in told], [cluster for _, cluster in told])
        for judge, told in found.items()
        if told
    }


def _habits_view(table: pd.DataFrame) -> View:
    shown = ("consistent", "first slot", "longer", "tie", "unparsed")
    cells: dict[str, dict[str, str]] = {}
    for row in records(table):
        one = cells.setdefault(row["judge"], {"judge": row["judge"], "pairs": f"{row['pairs']:,}"})
        if row["measure"] in shown:
            one[row["measure"]] = _cell(row)
    notes = [f"{name}: {meaning}." for name, meaning in MEASURES.items() if name in shown]
    notes += ["unparsed: of the replies, those without a verdict; they make no battle.", BRACKETS]
    return View(
        (Table("", pd.DataFrame(list(cells.values()))),), lines=tuple(_kin(table)), notes=tuple(notes)
    )


def _kin(table: pd.DataFrame) -> Iterator[str]:
    """What is known of self-preference, in sentences."""
    by_judge = {
        str(judge): {row["measure"]: row for row in records(rows)}
        for judge, rows in table.groupby("judge", sort=False)
    }
    for judge, told in by_judge.items():
        own, more = told["kin"], told["favour"]
        if not own["n"]:
            continue
        said = f"{judge} gives models of its own maker ({maker(judge)}) {_cell(own)} of the points against others"
        if not more["n"]:
            yield f"{said}; nobody else has judged these pairs"
        else:
            change = words.change(more["value"], more["low"], more["high"])
            yield f"{said}, which differs from what the other judges give them {change}, {more['n']:,} pairs"


# Agreement


def _agreement(given: list[Vote]) -> Section:
    rows = [
        {
            "judge": found.one,
            "with": "one another" if found.one == found.other else found.other,
            "votes": found.pairs,
            "measure": measure,
            **_told(estimate),
        }
        for found in agreements(given)
        for measure, estimate in (("alike", found.alike), ("kappa", found.kappa), ("alpha", found.alpha))
    ]
    columns = ["judge", "with", "votes", "measure", "value", "low", "high", "n", "clusters", "method"]
    table = pd.DataFrame(rows, columns=columns)
    return Section("agreement", "With whom judges agree", table, _agreement_view(table, given))


def _agreement_view(table: pd.DataFrame, given: Sequence[Vote]) -> View:
    if not len(table):
        return View(lines=("No two judges have judged the same pair.",))
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for row in records(table):
        start = {"judge": row["judge"], "with": row["with"], "votes": f"{row['votes']:,}"}
        cells.setdefault((row["judge"], row["with"]), start)[row["measure"]] = _cell(
            row, "share" if row["measure"] == "alike" else "points"
        )
    ceiling = any(row["judge"] == PEOPLE for row in records(table))
    people = {vote.judge for vote in given if vote.kind == "human"}
    lines = [] if ceiling else [_no_ceiling(people)]
    notes = [
        "alike: the share of votes on the same pair that say the same, of: one model, the other, neither.",
        "kappa (Cohen) and alpha (Krippendorff): the same beyond chance; 1 is always, 0 no more than chance.",
        *(
            ["How often people agree with one another is the most that can be asked of a judge."]
            if ceiling
            else []
        ),
        BRACKETS,
    ]
    return View((Table("", pd.DataFrame(list(cells.values())), 2),), lines=tuple(lines), notes=tuple(notes))


def _no_ceiling(people: set[str]) -> str:
    if not people:
        return (
            "No person has voted: how far judges can be trusted is not known. evals arena vote asks people."
        )
    return "No two people have judged the same pair: how often people agree is not known."


# Corrected win rates


def _corrected(given: list[Vote]) -> Section:
    rows = [
        {
            "judge": each.judge,
            "model": each.model,
            "measure": measure,
            **_told(estimate),
            "by": each.by,
            "caught": each.caught[0],
            "won": each.caught[1],
            "cleared": each.cleared[0],
            "not_won": each.cleared[1],
        }
        for each in corrected(given)
        for measure, estimate in (("seen", each.seen), ("corrected", each.true))
    ]
    table = pd.DataFrame(rows)
    return Section("corrected", "Win rates without the judges' errors", table, _corrected_view(table))


def _corrected_view(table: pd.DataFrame) -> View:
    if not len(table) or not table["by"].any():
        return View()
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for row in records(table):
        start = {"judge": row["judge"], "model": row["model"]}
        one = cells.setdefault((row["judge"], row["model"]), start)
        one[row["measure"]] = _cell(row)
        one["by"] = row["by"] or "–"
        one["caught"] = f"{row['caught']} of {row['won']}" if row["by"] else "–"
        one["cleared"] = f"{row['cleared']} of {row['not_won']}" if row["by"] else "–"
    return View((Table("", pd.DataFrame(list(cells.values())), 2),), notes=(SEEN, BRACKETS))


# Canaries


def _canaries(found: Trust) -> Section:
    rows = [
        {"judge": each.judge, "canary": each.kind, "wins": each.wins, **_told(each.rate), "state": each.state}
        for each in found.trials
    ]
    table = pd.DataFrame(rows)
    return Section("canaries", "Canaries: answers that must not win", table, _canaries_view(found))


def _canaries_view(found: Trust) -> View:
    """A row a judge: its state, and how often each kind has won."""
    cells: dict[str, dict[str, str]] = {}
    for trial in found.trials:
        one = cells.setdefault(trial.judge, {"judge": trial.judge, "state": found.of(trial.judge).state})
        one[trial.kind] = f"{trial.wins} of {trial.n}"
    return View((Table("", pd.DataFrame(list(cells.values()))),), notes=CANARIES) if cells else View()


def _told(estimate: Estimate) -> dict[str, Any]:
    names = ("value", "low", "high", "n", "clusters", "method")
    return {name: getattr(estimate, name) for name in names}


def _cell(row: Row, unit: str = "share") -> str:
    return words.interval(row["value"], row["low"], row["high"], unit)
