"""The nouns, in the order they flow: Sample, Arm, Prompt, Response, Score, Reply, then what a report asks of them."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from evals.errors import FINAL, NOTHING_LOST, Lost

Outcome = str
"""How one reply ended. Shared: right, wrong, abstained, refused, unparsed, truncated, too_long, error; a suite may add its own."""

Capability = Literal["chat", "completion", "tools", "images", "logprobs", "seed", "reasoning"]
LACKS: Mapping[Capability, str] = {
    "chat": "has no chat interface",
    "completion": "has no completion interface",
    "tools": "calls no tools",
    "images": "takes no images",
    "logprobs": "gives no probabilities",
    "seed": "takes no seed",
    "reasoning": "does not reason apart",
}
"""How a sentence says that a model has not a capability: "pocket/bluff takes no images"."""

Role = Literal["system", "user", "assistant"]
Tag = str | int | float | bool

CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))
"""The JSON by which prompts are hashed."""

UNWRITTEN: Mapping[str, Any] = {
    "prompt": {
        "messages": {"__all__": {"images": {"__all__": {"data"}}, "echo": True}},
        "tools": {"__all__": {"answer"}},
    },
    "response": {"echo"},
}
"""What no line on disk holds: the bytes of pictures, which their hash names, functions, and what only a host can read."""


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
class Image:
    """A picture in a message; `Image.of(data)` makes one.

    Attributes:
        sha256: of the file's bytes, in hexadecimal: two pictures are the same exactly if these are.
        media_type: such as "image/png".
        data: the file's bytes. A log names a picture by its hash and keeps the bytes beside it, once.
    """

    sha256: str
    media_type: str
    data: bytes = field(default=b"", compare=False, repr=False)

    @classmethod
    def of(cls, data: bytes, media_type: str = "image/png") -> "Image":
        """A picture from the bytes of its file."""
        return cls(hashlib.sha256(data).hexdigest(), media_type, data)

    @property
    def file(self) -> str:
        """The name of its file in a run's folder of pictures."""
        return f"{self.sha256}.{self.media_type.partition('/')[2]}"


@dataclass(frozen=True, slots=True)
class Tool:
    """What a model may call, and the pure function by which the harness answers.

    Attributes:
        name: letters, digits, "_" and "-".
        description: what it does, as the model is told.
        parameters: the JSON schema of its arguments: an object with its properties.
        answer: takes the arguments by name and gives the result as text. A ValueError is told to the model. It is
            asked again whenever the same call is made, and no log holds it.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    answer: Callable[..., str] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """The schema as JSON has it, so that it equals the one that a log gives back."""
        object.__setattr__(self, "parameters", json.loads(CANONICAL.encode(self.parameters)))


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's call of a tool, and what it was answered.

    Attributes:
        name: of the tool, as the model wrote it.
        arguments: as the model wrote them: the text of a JSON object, if all is well.
        result: what the harness answered; where the call could not be carried out, why.
        failed: whether it could not.
        said: what the model wrote in the same turn before it called.
        id: by what the host knows it.
    """

    name: str
    arguments: str
    result: str = ""
    failed: bool = False
    said: str = ""
    id: str = ""

    def given(self) -> dict[str, Any]:
        """The arguments by name; empty where they are no JSON object."""
        try:
            found = json.loads(self.arguments)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation.

    Attributes:
        role, content: who says what.
        images: shown together with the text.
        calls: of an assistant's turn: the tools it called, each with its result, which the next turn answers to.
        echo: of an assistant's turn: what its host wants back unchanged. See Response.
    """

    role: Role
    content: str
    images: tuple[Image, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    echo: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent: messages (chat) or plain text (completion), and how to sample.

    Attributes:
        messages: the conversation so far, with its pictures; empty when `text` is to be continued.
        text: what a base model continues; empty when there are messages.
        followups: later user turns, asked one after the other once the model has replied.
        max_tokens: the most tokens of one reply.
        temperature: 0 is greedy; None leaves it to the host.
        stop: strings that end a completion.
        seed: sent where the provider can take one.
        tools: what the model may call.
        choices: continuations of `text`, each as it would follow it, whose likelihoods are asked for; nothing is then
            generated. Empty: the model is to reply.
    """

    messages: tuple[Message, ...] = ()
    text: str = ""
    followups: tuple[str, ...] = ()
    max_tokens: int = 512
    temperature: float | None = 0.0
    stop: tuple[str, ...] = ()
    seed: int | None = None
    tools: tuple[Tool, ...] = ()
    choices: tuple[str, ...] = ()

    @property
    def images(self) -> tuple[Image, ...]:
        """The pictures of all its messages."""
        return tuple(image for message in self.messages for image in message.images)

    @property
    def needs(self) -> frozenset[Capability]:
        """What a model must be able to take beside text."""
        wanted: tuple[tuple[Capability, tuple[Any, ...]], ...] = (
            ("images", self.images),
            ("tools", self.tools),
            ("logprobs", self.choices),
        )
        return frozenset(name for name, there in wanted if there)

    @property
    def turn(self) -> str:
        """What the user says in it first: the last message, or the text to be continued."""
        return self.messages[-1].content if self.messages else self.text

    @property
    def hash(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the canonical JSON of this prompt."""
        return digest(CANONICAL.encode(self.plain()))

    def plain(self) -> dict[str, Any]:
        """The prompt as JSON-able data: pictures by hash, tools without their function; what it has none of is not named."""
        later = ("tools", "choices")
        found = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in later}
        found["messages"] = [_plain_message(turn) for turn in self.messages]
        if self.tools:
            told = ("name", "description", "parameters")
            found["tools"] = [{name: getattr(tool, name) for name in told} for tool in self.tools]
        if self.choices:
            found["choices"] = self.choices
        return found


def digest(canonical: str) -> str:
    """The hash of a prompt that is given as canonical JSON."""
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _plain_message(turn: Message) -> dict[str, Any]:
    found: dict[str, Any] = {"role": turn.role, "content": turn.content}
    if turn.images:
        found["images"] = [{"sha256": image.sha256, "media_type": image.media_type} for image in turn.images]
    if turn.calls:
        found["calls"] = [asdict(call) for call in turn.calls]
    return found


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
        needs: what a model must be capable of; with "completion" the text is continued and not said by a user; "images",
            "tools" and "logprobs" are added where the arm has pictures, tools or choices.
        where: tag -> admitted values; only samples whose tags fit are asked so. Empty: all.
        repeat: how often each prompt is asked, each time with a seed of its own; greedy ones then at temperature 1.
        images: a function of the sample that gives the pictures shown with the user's message.
        tools: what the model may call; the harness answers until the model does, see evals.converse.
        choices: a function of the sample that gives continuations of the text, whose likelihoods are asked for in place
            of a reply.
        text: a function of the sample that gives what a model continues which is not talked to; without it such a model
            is asked by solved examples, see evals.framing.
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
    images: "Callable[[Sample], tuple[Image, ...]] | None" = None
    tools: tuple[Tool, ...] = ()
    choices: "Callable[[Sample], tuple[str, ...]] | None" = None
    text: "Callable[[Sample], str] | None" = None

    def __post_init__(self) -> None:
        wanted: tuple[tuple[Capability, bool], ...] = (
            ("images", self.images is not None),
            ("tools", bool(self.tools)),
            ("logprobs", self.choices is not None),
        )
        object.__setattr__(self, "needs", self.needs | {name for name, there in wanted if there})

    def takes(self, sample: Sample) -> bool:
        """Whether the sample is asked so."""
        return all(sample.tags.get(tag) in admitted for tag, admitted in self.where.items())


Stop = Literal["stop", "length", "filter", "tool"]


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely a model finds a continuation.

    Attributes:
        logprob: the natural logarithm of its probability, summed over its tokens.
        greedy: whether each of its tokens is the one that the model finds likeliest there.
    """

    logprob: float
    greedy: bool


@dataclass(frozen=True, slots=True)
class Response:
    """What came back.

    Attributes:
        text: the visible reply, exactly as sent by the model; where tools were called, the one after the last call.
        reasoning: hidden working, kept apart and never scored; of several requests, a blank line between.
        stop: why it ended: by itself, at the token limit, by a content filter, to call a tool.
        tokens_in, tokens_out, tokens_reasoning: as the provider counts, over all turns; None where it does not say.
        seconds: from request to last byte, over all turns.
        cost_usd: None where the price is not known, never 0 by mistake.
        model: the model that the host says has answered.
        earlier: the replies of earlier turns, when the prompt had follow-ups.
        dropped: settings asked for that the host does not take, such as "temperature".
        calls: the tools it called, in order, each with its result.
        likelihoods: of the prompt's choices, in their order.
        cached: whether nothing was sent for it: it was answered before, took its seconds and its cost then, and none now.
            Of several turns, whether that is so of each.
        echo: what the host wants back unchanged with this turn when the conversation goes on; in no log.
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
    calls: tuple[ToolCall, ...] = ()
    likelihoods: tuple[Likelihood, ...] = ()
    cached: bool = False
    echo: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


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
class Display:
    """What an item looks like to the model: where it stands in the prompt, and the tokens it is cut into there.

    Attributes:
        start: where it begins in the user's turn (`Prompt.turn`), in bytes of UTF-8.
        cuts: how many bytes of it each token holds, equal neighbours counted: "2 3*5" is six tokens. Tokens that reach
            beyond it count with what they hold of it.
        route: by what the tokens are known.
    """

    start: int
    cuts: str
    route: str


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
    display: Display | None = None
    lost: Lost = NOTHING_LOST

    @property
    def outcome(self) -> Outcome:
        """The verdict's; without one, `too_long` where the prompt does not fit the model, else `error`."""
        return (
            self.score.outcome if self.score else without_verdict(self.failure.kind if self.failure else "")
        )

    @property
    def answered(self) -> bool:
        """Whether it need not be asked again: it has a verdict, or a failure that is final."""
        return self.failure is None or self.failure.kind in FINAL


def without_verdict(kind: str) -> Outcome:
    """How a reply ended that has no verdict, for a failure of this kind."""
    return "too_long" if kind == "too_long" else "error"


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

    Attributes:
        name, title, where, better, main: as in Metric.
        value: takes the replies' scores in repeat order; a number, or None where the sample does not count.
        unit: what it counts in ("marks"); "share" of 0 to 1 is shown as per cent, "points" as a bare number.
    """

    name: str
    title: str
    value: Callable[[list[Score]], float | None]
    where: Mapping[str, frozenset[Tag]] = field(default_factory=dict)
    better: Literal["higher", "lower"] | None = None
    main: bool = True
    unit: str = "share"


@dataclass(frozen=True, slots=True)
class Contrast:
    """A comparison fixed in the suite beforehand: arm against arm on the same samples, or stratum against stratum.

    Attributes:
        name: short ("presumption").
        metric: the Metric's name.
        treatment, control: arm names, or two values of the tag `by`; the effect is treatment minus control.
        words: subject of the sentence: "asking about made-up names in a presuming way".
        noun: what changes: "fabrication".
        by: what sets the two apart: the arm, or one of the suite's strata, compared within each arm.
        match: of strata, the tags in which two samples must agree to be a pair; samples that share a cluster, or are
            matched with samples that do, are one cluster.
        headline: whether it is a main question, told in words and not corrected for the number of comparisons.
    """

    name: str
    metric: str
    treatment: Tag
    control: Tag
    words: str
    noun: str
    by: str = "arm"
    match: tuple[str, ...] = ()
    headline: bool = True


def to_json(noun: Any) -> dict[str, Any]:
    """A noun as plain JSON-able data; nested nouns and mappings become dictionaries, tuples lists."""
    return asdict(noun)
