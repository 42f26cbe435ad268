"""Questions and what models answered to them."""

from dataclasses import dataclass

import pydantic

from evals.types import Outcome


@pydantic.with_config(extra="forbid")
@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What models were asked.

    Attributes:
        id: unique in the arena: of a suite, `suite/sample/arm` and the first digits of the prompt's hash, so that the same
            name with other words is another question.
        text: what a person is shown of it: the last turn of the user; earlier turns stand in `before`.
        before: system prompt and earlier turns, as (role, text).
        categories: boards that battles on it also count in.
        cluster: what is statistically one unit; the id unless the suite says otherwise.
    """

    id: str
    text: str
    before: tuple[tuple[str, str], ...] = ()
    categories: tuple[str, ...] = ()
    cluster: str = ""


@pydantic.with_config(extra="forbid")
@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What one model answered to one question.

    Attributes:
        question: its id.
        model: as it was typed: provider/model.
        text: the answer, without the reasoning that was given apart.
        tokens: of the answer, where the host told.
        seconds: how long it took.
        outcome, value: what the suite's scorer found, if one did.
        merit: from 0 to 1, what that is worth by the suite's metrics, if it is known: by this a rule judges.
        run: the run folder it comes from, or "".
    """

    question: str
    model: str
    text: str
    tokens: int | None = None
    seconds: float | None = None
    outcome: Outcome | None = None
    value: float | None = None
    merit: float | None = None
    run: str = ""
