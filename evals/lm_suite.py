"""A task of lm-eval as a suite: its documents as samples, its requests as prompts, its filters and metrics as verdicts.

A model that continues texts is given the very text that lm-eval gives it, and one that is talked to what lm-eval's
--apply_chat_template makes of it with the examples in one turn: the description as the system message, the examples and the
question as one message of the user's. What is to begin the answer (`gen_prefix`) stands at the end of it.

Source: lm-eval 0.4.13, api/task.py and evaluator.py.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from random import Random
from typing import Any, Literal

from evals.errors import BadInput, Unsupported
from evals.lm_find import Query, find, quiet
from evals.scored import Scored, named, number, tags, verdict
from evals.suite import Suite
from evals.types import Arm, Response, Sample, Score

ARM = "default"
EXAMPLES_SEED = 1234
"""From what lm-eval draws the solved examples, unless told otherwise."""

LONGEST = 256
"""Tokens of a reply where a task does not say: what lm-eval's backends then take."""

LIMITS = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")
SHARE = re.compile(r"acc|match|correct|pass@|\b(?:em|f1)\b")
"""Names of metrics that lie within 0 and 1."""

DIRECTIONS: Mapping[Any, Literal["higher", "lower"]] = {True: "higher", False: "lower"}

PLAIN = "none"
"""The filter of tasks that have none."""


@cache
def suites(text: str) -> tuple[Suite, ...]:
    """The suites of `lm-eval:TASK?options`: one a task, so several of a group. Of several, those that can be asked.

    Raises: Unsupported: lm-eval is not installed, or none of the tasks can be asked here. NotFound, BadInput: see
        lm_find.find.
    """
    query, made, refused = Query.parse(text), list[Suite](), list[Unsupported]()
    for name, task in find(query).items():
        try:
            made.append(_suite(query, name, task))
        except Unsupported as lack:
            refused.append(lack)
        except Exception as error:  # a task's functions are its author's
            why = f"{type(error).__name__}: {error}"
            raise BadInput(
                f"lm-eval's task {name} does not work: {why}", "ask for fewer examples, or mend it"
            ) from error
    if not made:
        raise refused[0]
    left_out = tuple(f"{lack.message}: left out" for lack in refused)
    return (replace(made[0], notes=(*made[0].notes, *left_out)), *made[1:])


def _suite(query: Query, name: str, task: Any) -> Suite:
    """One task. Raises: Unsupported: it cannot be asked here."""
    notes = _set_shots(query, name, task)
    with quiet():
        task.set_fewshot_seed(EXAMPLES_SEED)
        items = Items(name, task, tuple(task.eval_docs))
        lack = _lack(task) or items.lack()
    means = _means(task)
    if lack or not means:
        why = lack or f"counts {', '.join(task.aggregation())}, of all items together and of none alone"
        raise Unsupported(
            f"lm-eval's task {name} {why}", "run it by lm-eval, and import its log: evals import FILE"
        )
    tool, count = f"lm-eval {version('lm-eval')}", len(items.docs)
    others = sorted(set(task.aggregation()) - {label.partition(",")[0] for label in means})
    if others:
        notes += (
            f"{name}: {', '.join(others)} of lm-eval is of all items together, no reply has it: left out",
        )
    return Suite(
        name=named(name),
        version=f"{task.VERSION}-{tool.replace(' ', '-')}",
        about=f"the task {name} of {tool}, asked by evals and judged by {tool}",
        samples=items.samples,
        arms=(items.arm(),),
        score=Judge(items, means).score,
        metrics=tuple(each.metric(tool) for each in means.values()),
        sizes={"quick": min(60, count), "standard": min(400, count), "full": count},
        where=query.where(name),
        notes=notes,
    )


def _set_shots(query: Query, name: str, task: Any) -> tuple[str, ...]:
    """How many examples go before an item, as lm-eval's --num_fewshot sets it; a sentence where the task does not let it."""
    own = task.get_config("num_fewshot")
    if query.num_fewshot is None or (own == 0 and query.num_fewshot):
        task.set_config("num_fewshot", own or 0)
        return (
            ()
            if query.num_fewshot is None
            else (f"{name} has no examples by its own settings: num_fewshot stays 0",)
        )
    task.set_config("num_fewshot", query.num_fewshot)
    return ()


def _lack(task: Any) -> str:
    """Why a task cannot be asked here; empty if it can."""
    if getattr(task, "MULTIMODAL", False):
        return "shows pictures or plays sounds"
    if getattr(task, "UNSAFE_CODE", False):
        return "runs code that the model has written"
    if (task.get_config("repeats") or 1) > 1:
        return f"asks every item {task.get_config('repeats')} times and judges the replies together"
    if task.OUTPUT_TYPE == "loglikelihood_rolling":
        return "asks how likely whole texts are"
    return ""


def _means(task: Any) -> dict[str, Scored]:
    """The metrics that are means over items, by name; of a task with filters one a filter. The first is the headline."""
    from lm_eval.api.metrics import mean, nanmean

    better: Mapping[str, Any] = task.higher_is_better()
    found = [
        Scored(
            _label(metric, each.name),
            "share" if SHARE.search(metric) else "points",
            DIRECTIONS.get(better.get(metric)),
        )
        for each in task._filters  # noqa: SLF001  lm-eval has no public name for them
        for metric, aggregate in task.aggregation().items()
        if aggregate in (mean, nanmean)
    ]
    return {each.name: each for each in sorted(found, key=lambda each: each.better == "lower")}


def _label(metric: str, kind: str) -> str:
    return metric if kind == PLAIN else f"{metric},{kind}"


@dataclass(frozen=True)
class Items:
    """The items of a task, and what lm-eval asks of each.

    Attributes:
        name: the task's.
        task: lm-eval's own object.
        docs: the items' data, in lm-eval's order; an item's id is its place.
    """

    name: str
    task: Any
    docs: tuple[Any, ...]

    @property
    def generates(self) -> bool:
        """Whether the model is to write; else likelihoods are asked for."""
        return bool(self.task.OUTPUT_TYPE == "generate_until")

    def lack(self) -> str:
        """What the first item asks that a prompt cannot carry; empty if nothing."""
        requests = self.requests(self.docs[0], self.text(self.docs[0]))
        kinds = {request.request_type for request in requests}
        if len(kinds) > 1:
            return f"asks every item in several ways: {', '.join(sorted(kinds))}"
        if self.generates:
            return "" if len(requests) == 1 else f"asks every item {len(requests)} questions"
        texts = {request.args[0] for request in requests}
        return "" if len(texts) == 1 else "asks how likely one ending is after several texts"

    def arm(self) -> Arm:
        """The one way it is asked."""
        if not self.generates:
            needs = frozenset[Any]({"completion"})
            return Arm(ARM, _field("text"), needs=needs, choices=_choices, max_tokens=1)
        settings = self.task.get_config("generation_kwargs") or {}
        until = settings.get("until") or []
        return Arm(
            ARM,
            _field("chat"),
            text=_field("text"),
            system=self.system,
            max_tokens=int(next((settings[name] for name in LIMITS if settings.get(name)), LONGEST)),
            temperature=_temperature(settings),
            stop=tuple([until] if isinstance(until, str) else filter(None, until)),
        )

    @property
    def system(self) -> str:
        """The task's description, where it is the same for all items."""
        said = self.task.get_config("description") or ""
        return said if isinstance(said, str) and "{{" not in said else ""

    def samples(self, seed: int, n: int, _options: Any) -> list[Sample]:
        """So many of the items, in an order that the seed decides."""
        order = Random(seed).sample(range(len(self.docs)), min(n, len(self.docs)))
        with quiet():
            made = dict(self._samples(set(order)))
        return [made[place] for place in order]

    def _samples(self, wanted: set[int]) -> Iterator[tuple[int, Sample]]:
        """Samples by place. lm-eval draws examples for one item after the other; so are they drawn here, for all items."""
        self.task.set_fewshot_seed(EXAMPLES_SEED)
        for place, doc in enumerate(self.docs[: max(wanted) + 1]):
            if place in wanted:
                yield place, self._sample(place, doc)
            elif self.task.get_config("num_fewshot"):
                self._pass_by(doc)

    def _pass_by(self, doc: Any) -> None:
        """Draw the examples of an item that is not asked; writing them out would take the longest by far."""
        from lm_eval.api.task import ConfigurableTask

        task = self.task
        if type(task).fewshot_context is not ConfigurableTask.fewshot_context:
            self.text(doc)
            return
        same = (
            task.fewshot_cfg.split == task.config.test_split
        )  # then the item itself may be drawn, and is put back
        task.sampler.sample(n=task.get_config("num_fewshot"), eval_doc=doc if same else None)

    def _sample(self, place: int, doc: Any) -> Sample:
        dice = [each for each in (self.task.fewshot_rnd, getattr(self.task, "sampler", None)) if each]
        dice = [getattr(each, "rnd", each) for each in dice]
        before = [each.getstate() for each in dice]
        text = self.text(doc)
        fields = {"doc": str(place), "text": text}
        if self.generates:
            for each, state in zip(dice, before, strict=True):
                each.setstate(state)  # the same examples once more
            fields["chat"] = self.chat(doc)
        else:  # blanks at the end of a text belong to what follows, as lm-eval has it
            fields["text"] = text.rstrip()
            blanks = text[len(fields["text"]) :]
            fields["choices"] = json.dumps([blanks + request.args[1] for request in self.requests(doc, text)])
        asked = self.task.doc_to_text(doc)
        return Sample(
            id=str(place),
            input=asked if isinstance(asked, str) else text,
            target=self.target(doc),
            tags=tags(doc) if isinstance(doc, Mapping) else {},
            fields=fields,
        )

    def target(self, doc: Any) -> str:
        """The right answer in words; several with a bar between them."""
        found, has_choices = self.task.doc_to_target(doc), self.task.get_config("doc_to_choice") is not None
        choices = self.task.doc_to_choice(doc) if has_choices else ()
        each = found if isinstance(found, list) else [found]
        return " | ".join(
            str(choices[one] if isinstance(one, int) and one < len(choices) else one).strip() for one in each
        )

    def text(self, doc: Any) -> str:
        """What lm-eval has continued."""
        return str(self._context(doc))

    def chat(self, doc: Any) -> str:
        """What the user says where a model is talked to."""
        turns = self._context(doc, apply_chat_template=True, chat_template=lambda turns, **_: turns)
        if isinstance(turns, str):
            return turns
        said = [turn["content"] for turn in turns if turn["role"] != "system" or not self.system]
        return "\n\n".join(said)

    def _context(self, doc: Any, **chat: Any) -> Any:
        return self.task.fewshot_context(
            doc,
            num_fewshot=self.task.get_config("num_fewshot") or 0,
            fewshot_as_multiturn=False,
            gen_prefix=self.task.doc_to_prefix(doc),
            **chat,
        )

    def requests(self, doc: Any, text: str) -> list[Any]:
        """What lm-eval asks of an item, in its order."""
        made = self.task.construct_requests(doc=doc, ctx=text, metadata=(self.name, 0, 1))
        return made if isinstance(made, list) else [made]


def _temperature(settings: Mapping[str, Any]) -> float:
    """Greedy unless the task samples; then as it says, or at 1."""
    sampled = settings.get("do_sample")
    return 0.0 if sampled is False else float(settings.get("temperature", 1.0 if sampled else 0.0))


def _field(name: str) -> Callable[[Sample], str]:
    return lambda sample: sample.fields[name]


def _choices(sample: Sample) -> tuple[str, ...]:
    return tuple(json.loads(sample.fields["choices"]))


@dataclass(frozen=True)
class Judge:
    """lm-eval's verdicts on single items.

    Attributes:
        items: what was asked.
        means: the metrics that count; the first decides the outcome.
    """

    items: Items
    means: Mapping[str, Scored]

    def score(self, sample: Sample, _arm: str, response: Response) -> Score:
        """Every metric of the reply, under every filter. Raises: Unsupported: the sample is not one of the task's."""
        if "doc" not in sample.fields:
            raise Unsupported(
                "answers of a file do not say which of the task's items they are to", "run the task"
            )
        doc, headline = deepcopy(self.items.docs[int(sample.fields["doc"])]), next(iter(self.means))
        given: list[Any] = [(each.logprob, each.greedy) for each in response.likelihoods] or [response.text]
        values, read = dict[str, float](), dict[str, Any]()
        for ensemble in self.items.task._filters:  # noqa: SLF001
            found = self._filtered(ensemble, sample, doc, given)
            for metric, value in self.items.task.process_results(doc, found).items():
                label, known = _label(metric, ensemble.name), number(value)
                read[label] = found[0]
                if label in self.means and known is not None:
                    values[label] = known
        return verdict(values, headline, self._answer(sample, response, read.get(headline)), headline)

    def _filtered(self, ensemble: Any, sample: Sample, doc: Any, given: list[Any]) -> list[Any]:
        """What a filter takes from what was answered to each request."""
        requests = self.items.requests(doc, sample.fields["text"])
        for request, answer in zip(requests, given, strict=True):
            request.resps = [answer]
        ensemble.apply(requests)
        return [request.filtered_resps[ensemble.name] for request in requests]

    def _answer(self, sample: Sample, response: Response, found: Any) -> str | None:
        """What was answered: the likeliest choice, or what the filter of the headline took from the reply.

        A single choice is the answer where the model would write it itself.
        """
        if response.likelihoods:
            pairs = list(zip(response.likelihoods, _choices(sample), strict=True))
            best, choice = max(pairs, key=lambda pair: pair[0].logprob)
            return choice.strip() if len(pairs) > 1 or best.greedy else None
        while isinstance(found, list) and found:
            found = found[0]
        return None if found is None or found == [] else str(found)
