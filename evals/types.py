"""The nouns, in the order they flow: Sample, Arm, Prompt, Response, Score, Reply, then what a report asks of them."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Outcome = str
"""How one reply ended. Shared: right, wrong, abstained, refused, unparsed, truncated, error; a suite may add its own."""

Capability = Literal["chat", "completion", "tools", "images", "logprobs", "seed", "reasoning"]
Role = Literal["system", "user", "assistant"]
Tag = str | int | float | bool

_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Sample:
    """One item of a suite.

    Attributes:
        id: unique in the suite, the same for the same seed on every machine.
        input: what the item is about, as the arms' templates show it.
        target: the right answer, or None where none exists (a made-up name).
        tags: numbers and labels that reports group by.
        cluster: what is statistically one unit (a name, a word, a template); the id unless given.
        fields: further text for the arms' templates and for the scorer; never grouped by.
    """

    id: str
    input: str
    target: str | None = None
    tags: Mapping[str, Tag] = field(default_factory=dict)
    cluster: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.cluster:
            object.__setattr__(self, "cluster", self.id)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent: messages (chat) or plain text (completion), and how to sample.

    Attributes:
        messages: the conversation so far; empty when `text` is to be continued.
        text: what a base model continues; empty when there are messages.
        followups: later user turns, asked one after the other once the model has replied.
        max_tokens: the most tokens of one reply.
        temperature: 0 is greedy; None leaves it to the host.
        stop: strings that end a completion.
        seed: sent where the provider can take one.
    """

    messages: tuple[Message, ...] = ()
    text: str = ""
    followups: tuple[str, ...] = ()
    max_tokens: int = 512
    temperature: float | None = 0.0
    stop: tuple[str, ...] = ()
    seed: int | None = None

    @property
    def hash(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the canonical JSON of this prompt."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        plain["messages"] = [{"role": turn.role, "content": turn.content} for turn in self.messages]
        return hashlib.sha256(_CANONICAL.encode(plain).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Arm:
    """A named way to ask: every sample meets every arm that takes it, so comparisons are paired.

    Attributes:
        name: as reports show it, unique in the suite.
        template: the user's message, or the text to be continued; `{input}`, `{target}` and the sample's fields are
            filled in. Or a function of the sample that returns it.
        system: the system message, none if empty.
        followups: later user turns.
        max_tokens, temperature, stop: as in Prompt.
        default: whether the arm takes part when none is named on the command line.
        needs: what a model must be capable of; with "completion" the text is continued and not said by a user.
        where: tag -> admitted values; only samples whose tags fit are asked so. Empty: all.
        repeat: how often each prompt is asked, each time with a seed of its own; greedy ones then at temperature 1.
    """

    name: str
    template: "str | Callable[[Sample], str]"
    system: str = ""
    followups: tuple[str, ...] = ()
    max_tokens: int = 512
    temperature: float | None = 0.0
    stop: tuple[str, ...] = ()
    default: bool = True
    needs: frozenset[Capability] = frozenset({"chat"})
    where: Mapping[str, frozenset[Tag]] = field(default_factory=dict)
    repeat: int = 1

    def takes(self, sample: Sample) -> bool:
        """Whether the sample is asked so."""
        return all(sample.tags.get(tag) in admitted for tag, admitted in self.where.items())


Stop = Literal["stop", "length", "filter", "tool"]


@dataclass(frozen=True, slots=True)
class Response:
    """What came back.

    Attributes:
        text: the visible reply, exactly as sent by the model.
        reasoning: hidden working, kept apart and never scored.
        stop: why it ended: by itself, at the token limit, by a content filter, to call a tool.
        tokens_in, tokens_out, tokens_reasoning: as the provider counts; None where it does not say.
        seconds: from request to last byte.
        cost_usd: None where the price is not known, never 0 by mistake.
        model: the model that the host says has answered.
        earlier: the replies of earlier turns, when the prompt had follow-ups.
        dropped: settings asked for that the host does not take, such as "temperature".
    """

    text: str
    reasoning: str = ""
    stop: Stop = "stop"
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_reasoning: int | None = None
    seconds: float | None = None
    cost_usd: float | None = None
    model: str = ""
    earlier: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """A verdict on one response.

    Attributes:
        outcome: see Outcome.
        answer: the answer as read, None if none was read.
        value: in 0..1 where the suite gives partial credit, else None.
        rule: the rule that decided, so that verdicts can be listed and audited by rule.
        notes: further findings of the scorer, small and JSON-able.
    """

    outcome: Outcome
    answer: str | None = None
    value: float | None = None
    rule: str = ""
    notes: Mapping[str, Tag] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What makes a reply unique within a run."""

    model: str
    suite: str
    sample: str
    arm: str
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a reply has no score: the kind (see errors.FailureKind) and one sentence."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One line of the log: a sample met an arm, a model answered or failed, a scorer judged.

    `score` is None exactly when `failure` is given: an error is never a score.
    """

    key: Key
    prompt: Prompt
    response: Response | None
    score: Score | None
    failure: Failure | None
    target: str | None
    cluster: str
    tags: Mapping[str, Tag]
    attempts: int
    at: str


@dataclass(frozen=True, slots=True)
class Metric:
    """The mean of points over replies; outcomes without points leave the denominator.

    Attributes:
        name: short, as in tables (FR).
        title: in words ("fabrication rate").
        points: outcome -> points. A rate gives 1 and 0.
        where: tag -> admitted values; only replies whose tags fit count.
        better: which direction is good; None for neither.
        main: whether the short table at the end of a run shows it; pages and data show every one.
    """

    name: str
    title: str
    points: Mapping[Outcome, float]
    where: Mapping[str, frozenset[Tag]] = field(default_factory=dict)
    better: Literal["higher", "lower"] | None = None
    main: bool = True


@dataclass(frozen=True, slots=True)
class Index:
    """A sum of metrics, each times its weight, plus a constant: J = 1 - FR - OA."""

    name: str
    title: str
    weights: Mapping[str, float]
    constant: float = 0.0
    better: Literal["higher", "lower"] | None = None
    main: bool = True


@dataclass(frozen=True, slots=True)
class ItemMetric:
    """A value computed for each sample from all its replies of one arm, then averaged over samples.

    `value` takes the replies' scores in repeat order and gives a number, or None where the sample does not count.
    """

    name: str
    title: str
    value: Callable[[list[Score]], float | None]
    where: Mapping[str, frozenset[Tag]] = field(default_factory=dict)
    better: Literal["higher", "lower"] | None = None
    main: bool = True


@dataclass(frozen=True, slots=True)
class Contrast:
    """A comparison fixed in the suite beforehand, arm against arm on the same samples.

    Attributes:
        name: short ("presumption").
        metric: the Metric's name.
        treatment, control: arm names; the effect is treatment minus control.
        words: subject of the sentence: "asking about made-up names in a presuming way".
        noun: what changes: "fabrication".
    """

    name: str
    metric: str
    treatment: str
    control: str
    words: str
    noun: str


def to_json(noun: Any) -> dict[str, Any]:
    """A noun as plain JSON-able data; nested nouns and mappings become dictionaries, tuples lists."""
    return asdict(noun)
