"""`evals arena judge`: which of two answers is better, by models in both orders and by the suites' own scores."""

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.commands.arena.options import strict_option
from evals.commands.asking import terms_options
from evals.commands.options import put
from evals.errors import BadInput
from evals.terms import Terms

if TYPE_CHECKING:
    from evals.arena.folder import Arena
    from evals.arena.judging.rounds import Round
    from evals.arena.pairs import Match


@click.command(short_help="have models, in both orders, or a rule say which of two answers is better")
@click.argument("place", type=Path, metavar="[ARENA]", default=Path("arena"))
@click.option(
    "--judge",
    "judges",
    multiple=True,
    metavar="MODEL|rule",
    help="provider/model, or rule for the suites' own scores; again for more",
)
@click.option(
    "--rubric",
    type=Path,
    metavar="FILE",
    help="what makes an answer better: a text, or a TOML file with the whole prompt",
)
@click.option("--copy-rubric", type=Path, metavar="FILE", help="write the usual prompt there and do no more")
@click.option("--pairs", type=click.IntRange(min=1), metavar="N", help="at most N pairs  [default: all]")
@click.option(
    "--per-question", type=click.IntRange(min=1), metavar="N", help="at most N pairs of each question"
)
@click.option(
    "--seed", default=0, metavar="N", help="draws the pairs, their order and canaries  [default: 0]"
)
@click.option(
    "--canaries",
    type=click.IntRange(min=0),
    metavar="N",
    help="of each of the seven kinds  [default: 10 % of the pairs in all, at least 35 of each]",
)
@terms_options
@click.option("--dry-run", is_flag=True, help="what would be asked and what that costs; nothing is sent")
@click.option("--quiet", is_flag=True, help="no progress")
@strict_option
def judge(
    place: Path,
    judges: tuple[str, ...],
    rubric: Path | None,
    copy_rubric: Path | None,
    pairs: int | None,
    per_question: int | None,
    seed: int,
    canaries: int | None,
    terms: Terms,
    dry_run: bool,
    quiet: bool,
    strict: bool,
) -> int:
    """Have judges say which of two answers to one question is better, and append the battles to the arena's log.

    A model is asked about every pair in both orders: what agrees decides, what does not is a tie. Canaries, which must not win,
    are put among the pairs. The same command again asks only what is missing.

    \b
    evals arena judge --judge rule
    evals arena judge arenas/own --judge anthropic/claude-opus-5 --judge openai/gpt-5.6 --pairs 500
    evals arena judge --copy-rubric rubric.toml
    """
    from evals.arena import folder
    from evals.arena.judging import rubric as rubrics
    from evals.arena.judging.canaries import usual
    from evals.arena.judging.choice import choose
    from evals.arena.judging.rounds import Round
    from evals.arena.pairs import pairs as paired

    if copy_rubric is not None:
        put(rubrics.SHIPPED.read_text("utf-8").rstrip("\n"), copy_rubric)
        return 0
    if not judges:
        raise BadInput("no judge is named", "write evals arena judge --judge MODEL, or --judge rule")
    arena, words = folder.read(place), rubrics.read(rubric)
    chosen = choose(paired(arena, seed), seed, pairs, per_question)
    if not chosen:
        raise BadInput(
            f"{place} holds no two answers to one question", "let another model play, or collect more runs"
        )
    status = 0
    for name in dict.fromkeys(judges):
        if name == "rule":
            _by_rule(arena, chosen, dry_run=dry_run)
            continue
        asking = Asking(arena, chosen, seed, usual(len(chosen)) if canaries is None else canaries, terms)
        round_ = Round.of(place, name, words)
        done = asking.forecast(round_) if dry_run else asking.ask(round_, quiet=quiet)
        status = max(status, done)
    return status or (0 if dry_run else _trusted(arena, strict=strict))


@dataclass(frozen=True)
class Asking:
    """What every model judge of this command is asked: pairs, so many canaries of each kind, on what terms."""

    arena: "Arena"
    chosen: "list[Match]"
    seed: int
    of_each: int
    terms: Terms

    def ask(self, round_: "Round", *, quiet: bool) -> int:
        """Ask one judge what is missing, append its battles, say what came of it; the exit status of its run."""
        from evals.commands.arena.working import status, work

        said = self._fill(round_)
        session = round_.housed(round_.session(self.terms))
        if not (quiet or self.terms.watching.form == "json"):
            click.echo(said, err=True)
        try:
            end = work(session, quiet=quiet)
        finally:
            new = round_.fold(self.arena)
        click.echo(_came(round_, new))
        return status(end, "verdicts")

    def forecast(self, round_: "Round") -> int:
        """Say what one judge would be asked, and what that costs: of a copy, so that nothing is written."""
        from evals.commands.run import forecast

        with tempfile.TemporaryDirectory() as scratch:
            copy = replace(round_, folder=Path(scratch) / round_.folder.name)
            if round_.folder.exists():
                shutil.copytree(round_.folder, copy.folder)
            click.echo(self._fill(copy))
            found = copy.session(self.terms)
            return forecast(replace(found, folder=round_.run or Path()), as_json=False)

    def _fill(self, round_: "Round") -> str:
        """Put pairs and canaries into a judge's suite; what that comes to, in a sentence."""
        from evals.arena.judging.asked import Asked
        from evals.words import items, share

        pairs = [Asked.of(match) for match in self.chosen]
        new, trials = round_.asks(pairs, self.arena, self.of_each, self.seed)
        part = f" ({share(trials / (new + trials))} of what is new)" if trials else ""
        return (
            f"{round_.judge}: {items(len(pairs), 'pair')}, {new:,} of them new, and {trials:,} new canaries{part}, "
            "each in both orders"
        )


def _by_rule(arena: "Arena", chosen: "list[Match]", *, dry_run: bool) -> None:
    """Append the rule's verdicts on these pairs."""
    from evals.arena import journal
    from evals.arena.judging import rule
    from evals.log import now
    from evals.words import items

    with journal.Writer(arena.journal) as writer:
        known = journal.ids(arena.journal)
        found = list(rule.battles(chosen, now()))
        new = [each for each in found if each.id not in known]
        if not dry_run:
            writer.append(new)
    without = f"; {len(chosen) - len(found):,} have no score to go by" if len(found) < len(chosen) else ""
    pairs = items(len(chosen), "pair")
    click.echo(f"rule: {pairs}, {len(new):,} of them new battles{without}; nothing is asked")


def _came(round_: "Round", new: int) -> str:
    """What has come of a judge's pairs so far, in a sentence."""
    from evals.arena.judging.verdict import together

    counts = Counter[str]()
    for pair, shown, swapped in round_.replies():
        if pair.canary or shown is None or swapped is None:
            continue
        ended = together(shown.outcome, swapped.outcome)
        counts["unparsed" if ended is None else "agree" if ended[1] else "inconsistent"] += 1
    judged = counts["agree"] + counts["inconsistent"]
    return (
        f"{round_.judge}: {new:,} new battles, canaries included; of {judged:,} pairs judged so far the orders agree on "
        f"{counts['agree']:,}, {counts['inconsistent']:,} are ties for that; {counts['unparsed']:,} without a verdict"
    )


def _trusted(arena: "Arena", *, strict: bool) -> int:
    """Say whether canaries have fooled a judge; 1 where that matters."""
    from evals.arena.trust import judges, trust

    found = trust(arena.folder, judges(arena.battles()))
    for sentence in found.sentences():
        click.echo(sentence, err=True)
    return int(strict and found.state != "sound")
