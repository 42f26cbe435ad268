"""A judge's round: the session in which it is asked, and the battles that come of it, each appended once.

What one judge is asked by one rubric is one folder, ARENA/judging/JUDGE-HASH: a suite (see asked) that grows, and its one run.
So whatever ended a round, the next one asks only what is missing.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from evals import log, session
from evals.arena import journal
from evals.arena.battle import Battle
from evals.arena.folder import Arena
from evals.arena.judging import asked
from evals.arena.judging.asked import EVERY, NAME, SHOWN, SWAPPED, Asked
from evals.arena.judging.canaries import KINDS, canaries
from evals.arena.judging.choice import place
from evals.arena.judging.rubric import Rubric
from evals.arena.judging.verdict import together
from evals.arena.style import style
from evals.batch.batched import begun
from evals.plan import Request
from evals.session import Session
from evals.terms import Terms
from evals.types import Reply, Tag


@dataclass(frozen=True)
class Round:
    """What one judge is asked.

    Attributes:
        judge: the model, as it was typed.
        rubric: by what words.
        folder: where its suite and its run lie.
    """

    judge: str
    rubric: Rubric
    folder: Path

    @classmethod
    def of(cls, arena: Path, judge: str, rubric: Rubric) -> "Round":
        """The round of a judge in an arena's folder."""
        told = hashlib.sha256(f"{judge}|{rubric.hash}".encode()).hexdigest()[:8]
        name = re.sub(r"[^\w.-]+", "-", judge).strip("-.")[:60]
        return cls(judge, rubric, arena / "judging" / f"{name}-{told}")

    @property
    def run(self) -> Path | None:
        """The run folder; None before the first round."""
        return next((about.parent for about in sorted(self.folder.glob("runs/*/run.json"))), None)

    def asks(self, pairs: Iterable[Asked], arena: Arena, of_each: int, seed: int) -> tuple[int, int]:
        """Make the suite these pairs and so many canaries of each kind, beside what the judge has been shown before.

        Pairs that were asked for before, and of which it has said nothing, are asked no more unless they are among these, or
        may lie in a batch at its host.
        Returns: how many pairs are new to it, and how many canaries.
        Raises: BadInput: the folder cannot be written.
        """
        met = {reply.key.sample for reply in self._log() if reply.answered}
        away = self.run is not None and begun(self.run)
        shown = [pair for pair in asked.read(self.folder) if away or pair.id in met]
        ids = {each.id for each in shown}
        fresh = [each for each in pairs if each.id not in ids]
        trials = list(_wanted(shown, canaries(arena, EVERY, seed), of_each))
        mixed = sorted([*fresh, *trials], key=lambda each: place(f"order|{seed}", each.id))
        asked.write(self.folder, self.rubric, [*shown, *mixed])
        return len(fresh), len(trials)

    def session(self, terms: Terms) -> Session:
        """The session that asks what is missing. Raises: EvalsError: as `session.begin`."""
        if self.run is None:
            request = Request(suites=(str(self.folder.resolve()),), models=(self.judge,), size="full")
            return session.preview(request, self.folder / "runs", terms)
        about = log.read_about(self.run)
        here = {NAME: str((self.folder / "suite.py").resolve())}
        if about.paths != here:  # the arena was moved
            log.write_about(self.run, replace(about, paths=here))
        return session.resume(self.run, terms)

    def housed(self, begun: Session) -> Session:
        """The session with a folder for its run."""
        return session.housed(begun, self.folder / "runs")

    def replies(self) -> Iterator[tuple[Asked, Reply | None, Reply | None]]:
        """Each pair with what the judge said of it, as shown and swapped; None where it has not."""
        said = {(reply.key.sample, reply.key.arm): reply for reply in self._log() if reply.score}
        for pair in asked.read(self.folder):
            yield pair, said.get((pair.id, SHOWN)), said.get((pair.id, SWAPPED))

    def _log(self) -> tuple[Reply, ...]:
        run = self.run
        return log.read_run(run).replies if run else ()

    def fold(self, arena: Arena) -> int:
        """Append the battles that both orders have decided, and those of canaries to their own log; returns how many are new.

        Raises: BadInput: another process writes the log.
        """
        found = list(self.battles())
        count = 0
        for path, trials in ((arena.journal, False), (arena.canaries, True)):
            with journal.Writer(path) as writer:
                known = journal.ids(path)
                new = [each for each in found if ("canary" in each.notes) == trials and each.id not in known]
                writer.append(new)
            count += len(new)
        return count

    def battles(self) -> Iterator[Battle]:
        """The battles that have come of it so far; replies without a verdict make none."""
        for pair, shown, swapped in self.replies():
            if shown is None or swapped is None:
                continue
            ended = together(shown.outcome, swapped.outcome)
            if ended is None:
                continue
            winner, agreed = ended
            yield Battle(
                id=f"{self.judge}|{pair.id}|{self.rubric.hash}",
                question=pair.question.id,
                cluster=pair.question.cluster,
                judge=self.judge,
                kind="model",
                model_a=pair.a.model,
                model_b=pair.b.model,
                winner=winner,
                categories=pair.question.categories,
                style=style(pair.a, pair.b),
                notes=self._notes(pair, shown, swapped, agreed=agreed),
                at=max(shown.at, swapped.at),
            )

    def _notes(self, pair: Asked, shown: Reply, swapped: Reply, *, agreed: bool) -> dict[str, Tag]:
        """What is known of a verdict besides: by what words, in which order what was said."""
        found: dict[str, Tag] = {
            "prompt": self.rubric.hash,
            "shown": shown.outcome,
            "swapped": swapped.outcome,
        }
        if not agreed:
            found["inconsistent"] = True
        if pair.canary:
            found["canary"] = pair.canary
        seconds = [each.response.seconds for each in (shown, swapped) if each.response]
        if None not in seconds:
            found["seconds"] = round(sum(filter(None, seconds)), 3)
        return found


def _wanted(shown: list[Asked], drawn: Iterable[Asked], of_each: int) -> Iterator[Asked]:
    """So many canaries of each kind as are wanted beyond those that were shown."""
    ids = {each.id for each in shown}
    left = {kind: of_each - sum(each.canary == kind for each in shown) for kind in KINDS}
    for each in drawn:
        kind = next(kind for kind in KINDS if kind == each.canary)
        if each.id not in ids and left[kind] > 0:
            left[kind] -= 1
            yield each


def rounds(arena: Path) -> Iterator[Round]:
    """Every round that was begun in an arena, by what its folder says."""
    from evals.arena.judging import rubric

    for path in sorted(arena.glob("judging/*/runs/*/run.json")):
        folder = path.parents[2]
        (judge,) = log.read_about(path.parent).request.models
        yield Round(judge, rubric.read(folder / "prompt.toml"), folder)
