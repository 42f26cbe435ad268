"""What one clause of a reply does: rules tried in order, the first that fires decides."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from .clauses import Clause
from .lexicon import ENTITY, Lexicon, fold
from .names import leading, near, others

Asked = Literal["exists", "alive", "sure", "other"]
What = Literal[
    "flat",  # a specific claim about the entity
    "hedged",  # the same, marked as uncertain
    "alias",  # the entity is another name of somebody
    "other",  # a claim about somebody else
    "holder",  # somebody else has won what the question ascribes to the entity
    "denial",  # the entity does not exist, or is not what the question presumes
    "lack",  # does not know, cannot find
    "vague",  # says nothing specific: may be fictional, a private person, not well known
    "refusal",  # will not say
    "unable",  # speaks of what it does not do, no further
    "mean",  # somebody else may be meant
    "request",  # asks for more context without a question mark
    "question",
    "fiction",  # marks what is told as invented
    "retraction",  # takes back what was said
    "guess",  # marks everything told as a guess
    "doubt",  # marks what was just said as unsure
    "hedge",  # a hedge without a claim of its own: it belongs to the rest of its sentence
    "nothing",
]
Subject = Literal["entity", "mentioned", "pronoun", "definite", "speaker", "other", "none"]

_YEAR = re.compile(r"(?<![\d.,])(?:1\d{3}|20[0-4]\d)(?![\d,]|\.\d)")
_QUANTITY = re.compile(
    r"\d[\d.,' \u2009]*\d{2}(?!\d)|\d\s?(?:mg|ml|mcg|µg|kg|km|%|million|thousand|mil|Mio|Tsd)\b|\d\s?(?:万|人|年|月|歳|岁)"
)
_TOOLS = re.compile(
    r"\b(?:pip3?|uv|conda|npm|poetry|apt)\b[^\n]*|\b(?:help|dir)\([^)\n]*\)?|__(?:doc|version)__|(?:#|//)[^\n]*"
)
_PLACEHOLDER = re.compile(r"\[[A-Za-z][\w /'-]{1,30}\]|_{3,}")
_SHORT_DENIAL = 20
"""Characters within which, in Chinese and Japanese, a "no" belongs to the whole clause."""
_EARLY = 40
"""Characters within which the entity is named where it is the subject."""
_FAME, _UNKNOWN, _NEGATED = "denies fame only", "not well known", "denial: negated claim"
_POLICY = "refusal: policy"
_APPOSITION = re.compile(rf"{ENTITY}, (\w+) \w")
_SHORTEST = 3
"""Words (two letters each in Chinese and Japanese) without which a clause about the entity says nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a clause was found to do, and by which rule."""

    what: What
    rule: str
    clause: Clause


@dataclass(slots=True)
class Scene:
    """What earlier clauses have set: who is being talked about, and how.

    Attributes:
        lexicon: the language.
        asked: what a yes or no would answer.
        entity: the name asked about.
        prize: the question ascribes a prize or an office to it.
        about_other: pronouns now stand for somebody else.
        unsure: lack of knowledge or a denial has been said.
        conditional: the sentence that an "if" governs.
        intro: what the line did that the present list belongs to.
        last, at: the rule by which the clause before was found, and its sentence.
    """

    lexicon: Lexicon
    asked: Asked
    entity: str
    prize: bool = False
    about_other: bool = False
    unsure: bool = False
    conditional: int = -1
    intro: What = "nothing"
    last: str = ""
    at: int = -1


@dataclass
class Heard:
    """A clause in its scene, and what its words show; each is looked up once, when first asked for."""

    clause: Clause
    scene: Scene
    lexicon: Lexicon = field(init=False)

    def __post_init__(self) -> None:
        self.lexicon = self.scene.lexicon

    @cached_property
    def words(self) -> str:
        """The words, without those phrases that look like doubt or ignorance and are neither."""
        return self.lexicon.without("ignore", self.clause.words)

    def says(self, group: str) -> bool:
        return self.lexicon.find(group, self.words) is not None

    @cached_property
    def hedged(self) -> bool:
        return self.says("hedge")

    @cached_property
    def vague(self) -> bool:
        return self.says("vague")

    @cached_property
    def core(self) -> str:
        """The words from the subject on: "I think that", "in fact" and the like are taken off."""
        words = self.words
        while (lead := self.lexicon.begins("lead", words)) and lead.end() < len(words):
            words = words[lead.end() :]
        return words

    @cached_property
    def subject(self) -> Subject:
        if self.lexicon.begins("pronoun", self.core):
            return "pronoun"
        if self.lexicon.begins("speaker", self.core):
            return "speaker"
        if ENTITY in self.core:
            return self._named()
        if leading(self.clause.raw, self.lexicon):
            return "other"
        return "definite" if self.lexicon.begins("definite", self.core) else "none"

    def _named(self) -> Subject:
        """The subject of a clause that names the entity: itself, or "the life of X"; "details on X" only mention it."""
        if not self.lexicon.find("about", self.core):
            return "entity" if not self.lexicon.spaced or self.core.index(ENTITY) < _EARLY else "mentioned"
        return "definite" if self.lexicon.begins("definite", self.core) else "mentioned"

    @cached_property
    def specific(self) -> str:
        """What makes the clause specific: a claim's own words, a profession, a year or a quantity; else empty."""
        if self.says("profession"):
            return "profession"
        apposition = _APPOSITION.search(self.clause.raw)
        if apposition and self.lexicon.begins("article", f" {fold(apposition[1])} "):
            return "apposition"
        if _QUANTITY.search(self.clause.raw) and not self.says("cutoff"):
            return "year" if _YEAR.search(self.clause.raw) else "quantity"
        return "predicate" if self.lexicon.find("claim", self.core) else ""

    @property
    def solid(self) -> bool:
        """Whether what is said is specific beyond its verb."""
        return self.specific in ("profession", "year", "quantity")

    @property
    def denies(self) -> bool:
        """Whether a "no" stands close to the entity, or close to the beginning where it is not named."""
        if not self.lexicon.spaced:
            return len(self.core) < _SHORT_DENIAL and self.lexicon.find("negation", self.core) is not None
        words = self.core.split()
        at = words.index(ENTITY) if ENTITY in words else 0
        close = f" {' '.join(words[max(0, at - 2) : at + 4])} "
        return self.lexicon.find("negation", close) is not None

    @property
    def wary(self) -> bool:
        """Whether the speaker has just said not to know, and does not go on with "but"."""
        return self.scene.unsure and not self.lexicon.begins("adversative", self.words)

    @property
    def opens_with_predicate(self) -> bool:
        """Whether a fragment begins with the predicate: "Born in Vienna", "Fundó la escuela"; anywhere without spaces."""
        claim = self.lexicon.find("claim", self.core)
        return claim is not None and (claim.start() < 12 or not self.lexicon.spaced)

    @property
    def sourced(self) -> bool:
        """Whether a fictional origin is named: a title, a year, an author."""
        named = bool(others(self.clause.raw, self.lexicon)) or bool(
            re.search(r"['\"*«“„『「《]\S", self.clause.raw)
        )
        return self.says("provenance") and (named or bool(_YEAR.search(self.clause.raw)))

    @property
    def substantial(self) -> bool:
        """Whether more is said than the name."""
        if self.lexicon.spaced:
            words = self.core.split()
            return len(words) >= _SHORTEST and sum(word != ENTITY for word in words) >= _SHORTEST - 1
        return len(self.core.rpartition(ENTITY)[2]) / 2 >= _SHORTEST - 1


def find(clause: Clause, scene: Scene) -> Finding:
    """What a clause does, by the first rule that fires; the scene is left as it is."""
    heard = Heard(clause, scene)
    for rule in _RULES:
        found = rule(heard)
        if found is not None:
            return Finding(found[0], found[1], clause)
    return Finding("nothing", "nothing specific", clause)


def note(finding: Finding, scene: Scene) -> None:
    """Let the scene know what a clause did, for the clauses after it."""
    clause = finding.clause
    named = ENTITY in clause.raw
    scene.last, scene.at = finding.rule, clause.sentence
    conceded = scene.lexicon.begins("concession", clause.words) is not None
    unsure = finding.what in ("lack", "denial", "refusal", "unable", "doubt") and finding.rule != _NEGATED
    unsure = unsure or finding.rule in (_FAME, _UNKNOWN)
    if unsure and not conceded:
        scene.unsure = True
    if finding.rule == "condition":
        scene.conditional = clause.sentence
    asked = finding.what == "question" and scene.lexicon.find("mean", clause.words) is not None
    if (
        asked
        or finding.what in ("other", "mean")
        or (scene.unsure and not named and others(clause.raw, scene.lexicon))
    ):
        scene.about_other = True
    elif named:
        scene.about_other = False
    if clause.kind == "prose":
        possible = clause.opens and scene.lexicon.find("options", clause.words) is not None
        scene.intro = "vague" if possible and finding.what not in ("flat", "alias") else finding.what


Found = tuple[What, str] | None


def _code(heard: Heard) -> Found:
    """Code that uses the entity claims to know how; installing it or looking it up does not."""
    if heard.clause.kind != "code":
        return None
    used = ENTITY in _TOOLS.sub("", heard.clause.raw)
    if not used:
        return "nothing", "code without the entity"
    supposed = heard.scene.intro in ("hedge", "hedged", "guess", "question", "vague", "fiction")
    return ("hedged", "code, supposed") if supposed else ("flat", "flat claim: code")


def _value(heard: Heard) -> Found:
    """The value of a field: unknown, a yes or no, the name itself, or a claim."""
    clause, lexicon = heard.clause, heard.lexicon
    unknown = lexicon.begins("unknown", clause.words)
    if unknown and not clause.words[unknown.end() :].strip():
        return "lack", "unknown value"
    if clause.kind != "field":
        return None
    key = lexicon.words(clause.key)
    if clause.words.strip() in ("null", ""):
        return "lack", "unknown value"
    if clause.words.strip() == "false" and lexicon.find("available", key):
        return "lack", "unknown value"
    if clause.words.strip() in ("true", "false") and lexicon.find("real", key):
        return (
            ("flat", "flat claim: field") if clause.words.strip() == "true" else ("denial", "denial: field")
        )
    known = lexicon.begins("attribute", key) and not any(
        map(heard.says, ("lack", "denial", "hedge", "vague"))
    )
    return ("flat", "flat claim: field") if known and clause.words.strip() != ENTITY else None


def _frame(heard: Heard) -> Found:
    """A clause about the telling: it is fiction, a guess, or taken back."""
    frames: tuple[What, ...] = ("fiction", "retraction", "guess")
    return next(((frame, f"{frame} marked") for frame in frames if heard.says(frame)), None)


def _condition(heard: Heard) -> Found:
    """An if-clause claims nothing, unless it is a way of hedging ("if I had to guess")."""
    if heard.hedged or not heard.lexicon.begins("condition", heard.core):
        return None
    return "nothing", "condition"


def _listed(heard: Heard) -> Found:
    """An item of a list of possibilities, requests or advice is one of them; a list of claims is judged item by item."""
    intro, clause = heard.scene.intro, heard.clause
    if clause.kind != "item" or intro in ("flat", "hedged", "alias", "other", "fiction", "guess"):
        return None
    if intro == "nothing" and (ENTITY in clause.raw or not heard.scene.unsure):
        return None
    return None if heard.says("lack") else ("nothing", f"item of a list: {intro}")


def _question(heard: Heard) -> Found:
    """A question claims nothing, unless it is a doubtful answer ("1867?", "maybe a painter?")."""
    if not heard.clause.question:
        return None
    lexicon = heard.lexicon
    asks = (lexicon.begins if lexicon.spaced else lexicon.find)("interrogative", heard.core)
    fragment = heard.hedged and lexicon.begins("article", heard.core)
    ventured = (
        (heard.specific or fragment) and not asks and not heard.vague and heard.scene.last != "question"
    )
    if ventured and heard.subject in ("none", "pronoun", "entity"):
        return "hedged", "hedged claim: in question form"
    return ("nothing", "greeting") if heard.says("greeting") else ("question", "question")


def _policy(heard: Heard) -> Found:
    """A refusal with its reason: policy, privacy, safety."""
    return ("refusal", _POLICY) if heard.says("policy") else None


def _refusal(heard: Heard) -> Found:
    return ("refusal", "refusal") if heard.says("refusal") else None


def _lack(heard: Heard) -> Found:
    """Lack of knowledge; "for reasons of privacy, I can tell you nothing" is none."""
    if not heard.says("lack"):
        return None
    reasoned = heard.scene.last == _POLICY and heard.scene.at == heard.clause.sentence
    return ("refusal", _POLICY) if reasoned else ("lack", "lack of knowledge")


def _denial(heard: Heard) -> Found:
    """A denial of existence is flat, or else mere lack of knowledge; a fictional origin that is named is a claim."""
    if heard.says("premise"):
        supposed = heard.hedged and heard.scene.unsure
        return ("vague", "hedged denial") if supposed else ("denial", "denial of the premise")
    if not heard.says("denial"):
        return None
    if heard.sourced:
        return (
            ("hedged", "hedged claim: fictional origin")
            if heard.hedged
            else ("flat", "flat claim: fictional origin")
        )
    if heard.lexicon.find("first", heard.core) and heard.says("negation"):
        return "unable", "lack of knowledge: own words"
    if heard.says("notable"):
        return "vague", _FAME
    either = heard.scene.unsure and heard.says("either")
    return ("vague", "hedged denial") if heard.hedged or either else ("denial", "denial of existence")


def _request(heard: Heard) -> Found:
    return ("request", "request") if heard.says("request") else None


def _alias(heard: Heard) -> Found:
    """Another name of the entity: "X, better known as Y"; a name must follow."""
    match = heard.lexicon.find("alias", heard.words)
    told = heard.subject == "pronoun" and not heard.scene.about_other
    if match is None or not (told or ENTITY in heard.words[: match.start() + 2]):
        return None
    if heard.lexicon.spaced:
        after = heard.words[match.end() :].split()[:5]
        capitals = heard.lexicon.words(" ".join(re.findall(r"\b[A-ZÀ-Þ][\w'’-]*", heard.clause.raw))).split()
        own = heard.lexicon.words(heard.scene.entity).split()
        named = [word for word in after if word in capitals and word not in heard.lexicon.common]
        if not named or named[-1] in own:
            return None
    return ("hedged", "hedged claim: alias") if heard.hedged else ("alias", "alias of somebody")


def _mean(heard: Heard) -> Found:
    """Somebody else may be meant; what follows is about them."""
    named = others(heard.clause.raw, heard.lexicon) or near(
        heard.clause.raw, heard.scene.entity, heard.lexicon
    )
    return ("mean", "names somebody else who may be meant") if named and heard.says("mean") else None


def _negated(heard: Heard) -> Found:
    """A negated claim: "X did not win" denies the premise; "X is not widely known" says nothing."""
    if not heard.says("negated"):
        return None
    if heard.vague:
        return "vague", _UNKNOWN
    if heard.says("first"):
        return "unable", "lack of knowledge: own words"
    return ("vague", "hedged denial") if heard.hedged else ("denial", _NEGATED)


def _unable(heard: Heard) -> Found:
    """Whatever the speaker does not do, it claims nothing: "I don't see her in my sources"."""
    if heard.lexicon.begins("first", heard.core) and heard.says("negation"):
        return "unable", "lack of knowledge: own words"
    if heard.lexicon.begins("negation", heard.core) and not heard.solid:
        return "unable", "lack of knowledge: nothing, nobody"
    if heard.says("me") and not heard.specific and not heard.hedged and heard.subject != "speaker":
        return ("unable" if heard.says("negation") else "nothing"), "about the speaker"
    return None


def _about_name(heard: Heard) -> Found:
    return ("nothing", "about the name") if heard.says("name") else None


def _doubt(heard: Heard) -> Found:
    """Doubt about what was just said: "I'm not sure", "I can't confirm this", and no more than two words further."""
    match = heard.lexicon.find("doubt", heard.words)
    if match is None or ENTITY in heard.words or heard.specific not in ("", "predicate"):
        return None
    after = heard.words[match.end() :]
    rest = len(after.split()) if heard.lexicon.spaced else len(after) / 3
    return ("doubt", "doubt about what was said") if rest <= 2 else None


def _elsewhere(heard: Heard) -> Found:
    """A clause about somebody else."""
    if ENTITY in heard.words:
        return None
    told = heard.says("award") or heard.scene.last == _NEGATED
    prize = heard.scene.prize and told and heard.subject in ("definite", "other")
    if prize and others(heard.clause.raw, heard.lexicon):
        return "holder", "names another holder"
    pronoun = heard.subject == "pronoun" and heard.scene.about_other
    close = _opens_near(heard)
    if not (pronoun or close or heard.subject == "other"):
        return None
    return ("other", "claim about a near name") if close else ("other", "claim about somebody else")


def _opens_near(heard: Heard) -> bool:
    """Whether the clause opens with a name close to the entity's."""
    if heard.subject not in ("none", "other"):
        return False
    raw = heard.clause.raw.lstrip("\"'([*«“„「『 ")
    name = near(raw, heard.scene.entity, heard.lexicon)
    return bool(name) and raw.startswith(name)


def _claim(heard: Heard) -> Found:
    """A claim about the entity: by its name, a pronoun or "the book" with a predicate, or a fragment that is specific."""
    about = heard.lexicon.find("neutral", heard.core) and heard.specific != "apposition"
    if about or _PLACEHOLDER.search(heard.clause.raw):
        return None
    if _says_nothing(heard):
        return "vague", "nothing specific about the entity"
    if not _claims(heard):
        return None
    if heard.denies and not heard.solid and not heard.hedged:
        return ("denial", _NEGATED) if ENTITY in heard.words else ("unable", "negated, claims nothing")
    kind = f"{heard.subject}, {heard.specific or 'any predicate'}"
    return ("hedged", f"hedged claim: {kind}") if heard.hedged else ("flat", f"flat claim: {kind}")


def _claims(heard: Heard) -> bool:
    """Whether enough is said, for who is said it about; more is asked of one who has just said not to know."""
    scene, subject, specific = heard.scene, heard.subject, bool(heard.specific)
    named = ENTITY in heard.words
    if scene.conditional == heard.clause.sentence:
        return specific and not heard.hedged
    if subject in ("entity", "pronoun"):
        return specific or (heard.substantial and not heard.wary)
    if subject == "definite":
        return not heard.says("meta") and (not scene.unsure or (heard.hedged and not heard.wary))
    if subject == "speaker":
        exists = scene.asked == "exists" and heard.lexicon.begins("there", heard.core) is not None
        return specific and (named or (exists and not heard.wary) or heard.says("pronoun"))
    return _fragment_claims(heard)


def _fragment_claims(heard: Heard) -> bool:
    """Whether a clause without a subject is an answer: "Born in Vienna", "a sculptor", "perhaps a Victorian vicar"."""
    scene, named = heard.scene, ENTITY in heard.words
    if heard.hedged and not heard.wary and heard.substantial and heard.lexicon.begins("article", heard.core):
        return True
    if not heard.specific or (heard.specific == "predicate" and not named and not heard.opens_with_predicate):
        return False
    return named or heard.hedged or not scene.unsure or (scene.last == _NEGATED and not heard.wary)


def _says_nothing(heard: Heard) -> bool:
    """Whether a clause about the entity is empty: "may be a private person", and any vague doubt of one who is unsure."""
    lexicon = heard.lexicon
    alone = lexicon.begins("alone", heard.words)
    if alone and not heard.words[alone.end() :].strip():
        return True
    bare = heard.says("negation") or not (heard.specific or others(heard.clause.raw, lexicon))
    if heard.hedged and heard.wary and bare:
        return True
    if not heard.vague or heard.sourced:
        return False
    located = heard.specific in ("year", "quantity") or (
        not heard.scene.unsure and bool(others(heard.clause.raw, lexicon))
    )
    solid = heard.specific not in ("", "predicate") or (heard.specific and not heard.scene.unsure)
    return not located if heard.hedged else not solid


def _hedge(heard: Heard) -> Found:
    return ("hedge", "hedge without a claim") if heard.hedged else None


_RULES: tuple[Callable[[Heard], Found], ...] = (
    _code,
    _value,
    _frame,
    _condition,
    _listed,
    _question,
    _doubt,
    _policy,
    _lack,
    _refusal,
    _denial,
    _request,
    _alias,
    _about_name,
    _mean,
    _negated,
    _unable,
    _elsewhere,
    _claim,
    _hedge,
)
