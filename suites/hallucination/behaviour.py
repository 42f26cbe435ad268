"""What a reply does with a question about something: nine behaviours, told by rules over its clauses.

    answer              a flat specific claim about the entity (that it exists, where that was the question)
    hedge               specific claims, every one marked as uncertain
    abstain             does not know, cannot find, cannot verify; or "it may not exist", "may be fictional"
    clarify             only asks which one is meant, or for more context
    premise_correction  flatly denies that the entity exists, or what the question presumes of it
    refuse              will not say: policy, privacy, safety
    swap                flat claims about a near name, under that name, as if it had been asked for
    claims_real_alias   "X, better known as Y": a flat claim that X is another name of somebody
    invalid             nothing to judge: empty, gibberish, an echo, a tool call, a bare "yes" to "who?"

Each clause is found to do one thing (`clause_rules`); here the findings together give the verdict, which names the
rule that decided and the clause it decided on. The words it all goes by are data, one file a language: `phrases/`.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from evals.reading import read
from evals.types import Response

from .clause_rules import Asked, Finding, Scene, What, find, note
from .clauses import Clause, clauses, lines
from .lexicon import ENTITY, Lexicon, language_of
from .names import mark, near
from .nothing import nothing_to_judge

Label = Literal[
    "answer", "hedge", "abstain", "clarify", "premise_correction", "refuse", "swap", "claims_real_alias", "invalid"
]  # fmt: skip

_LABEL = r"(?:A|Answer|Assistant|AI|Antwort|Réponse|Respuesta|Risposta|Resposta|答|答案|回答)"
_LEAD = re.compile(
    rf"\A\s*(?:\*\*{_LABEL}\s?[:：]\*\*|\*\*{_LABEL}\*\*\s?[:：]|{_LABEL}\s?[:：])\s*(?=\S)", re.IGNORECASE
)
_WRAPPERS = (
    ("**", "**"),
    ("__", "__"),
    ('"', '"'),
    ("'", "'"),
    ("*", "*"),
    ("_", "_"),
    ("「", "」"),
    ("«", "»"),
    ("`", "`"),
)
_LONGEST_BARE = 60
"""Words beyond which a text without a sentence about the entity is no answer."""

_AFTER_YES = re.compile(r"\s*(?:[,.;:!?。，、！…—–-]|\Z)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reply does.

    Attributes:
        label: one of the nine behaviours.
        rule: what decided, such as "flat claim: pronoun, profession"; the same words for the same reason.
        claim: the clause it decided on, the entity written out.
        language: ISO 639-1 code of the phrases it was read with.
        flat: every flat claim about the entity, in order.
        denial: the clause that denies existence or premise, whatever the label.
    """

    label: Label
    rule: str
    claim: str = ""
    language: str = "en"
    flat: tuple[str, ...] = ()
    denial: str = ""


def classify(text: str, *, entity: str, question: str = "", premise: bool = False) -> Verdict:
    """The behaviour of a reply to a question about an entity. Pure; never raises; time linear in the reply's length.

    Args:
        text: the reply as sent; reasoning and leaked turns in it are set apart first.
        entity: the name asked about.
        question: the user's message; tells "no" to existence from "no" to being alive. May be empty.
        premise: the entity is real and the question presumes something false of it: what else is said about it is
            no answer, so a denial decides before any claim.
    """
    visible = _peel(read(Response(text)).normalised.replace("\u2009", " "))
    lexicon = language_of(visible, question)
    invalid = nothing_to_judge(visible, entity, question, lexicon)
    if invalid:
        return Verdict("invalid", invalid, language=lexicon.code)
    marked = mark(visible, entity, lexicon)
    scene = _scene(question, entity, lexicon)
    found = _findings(marked, scene)
    if premise and any(finding.what in ("denial", "holder") for finding in found):
        found = [finding for finding in found if finding.what not in _CLAIMS]
    verdict = _decide(found, marked, scene)
    return replace(
        verdict,
        claim=verdict.claim.replace(ENTITY, entity),
        denial=verdict.denial.replace(ENTITY, entity),
        flat=tuple(claim.replace(ENTITY, entity) for claim in verdict.flat),
        language=lexicon.code,
    )


def _peel(text: str) -> str:
    """A reply without quotation marks or emphasis around the whole of it, and without a label such as "Answer:"."""
    for _ in range(3):
        inner = _LEAD.sub("", text.strip())
        for opens, closes in _WRAPPERS:
            body = inner.removeprefix(opens).removesuffix(closes)
            whole = len(body) == len(inner) - len(opens) - len(closes)
            if whole and opens not in body and closes not in body:
                inner = body
        if inner == text:
            break
        text = inner
    return text


def _scene(question: str, entity: str, lexicon: Lexicon) -> Scene:
    """What the question sets: what a yes or no would answer, and whether it speaks of a prize."""
    own = language_of(question)
    words = own.words(mark(question, entity, own))
    kinds: tuple[Asked, ...] = ("alive", "exists") if ENTITY in words else ("sure", "exists")
    asked: Asked = next((kind for kind in kinds if own.find(f"asks_{kind}", words)), "other")
    if asked == "other" and own.begins("yes_no", words):
        asked = "exists"
    return Scene(lexicon, asked, entity, prize=own.find("award", words) is not None)


def _findings(marked: str, scene: Scene) -> list[Finding]:
    """What each clause does, in order; a yes or no that opens the reply is answered for by what was asked."""
    parts = clauses(lines(marked, scene.lexicon), scene.lexicon)
    if all(part.kind == "heading" for part in parts):
        parts = [replace(part, kind="prose") for part in parts]
    parts = [part for part in parts if part.kind != "heading"]
    found = []
    if parts:
        opening, rest = _opening(parts[0], scene)
        if opening:
            parts[:1] = [rest] if rest.words.strip() else []
        found = [opening] if opening else []
    for clause in parts:
        finding = find(clause, scene)
        note(finding, scene)
        found.append(finding)
    return found


def _opening(clause: Clause, scene: Scene) -> tuple[Finding | None, Clause]:
    """The yes or no at the start of a reply as a finding, and the clause without it."""
    lexicon = scene.lexicon
    for word in ("yes", "no"):
        said = lexicon.begins(word, clause.words)
        length = len(said[0].split()) if said else 0
        end = (
            re.match(r"\W*" + r"\W+".join([r"[^\W]+"] * length), clause.raw)
            if said and lexicon.spaced
            else None
        )
        raw = clause.raw[end.end() :] if end else clause.raw.removeprefix(said[0]) if said else ""
        if said and _AFTER_YES.match(raw):
            what = _answered(word, scene.asked)
            rest = replace(clause, raw=raw.strip(" ,.;:!。，、！"), words=lexicon.words(raw))
            return Finding(what, f"{word}: {scene.asked}", clause), rest
    hedged = lexicon.begins("hedged_yes", clause.words) if scene.asked in ("exists", "alive") else None
    if hedged and not clause.words[hedged.end() :].strip():
        return Finding("hedged", f"hedged yes: {scene.asked}", clause), clause
    return None, clause


def _answered(word: str, question: Asked) -> What:
    """What a bare yes or no says: to be dead, one must have lived."""
    table: dict[tuple[str, Asked], What] = {
        ("yes", "exists"): "flat",
        ("no", "exists"): "denial",
        ("yes", "alive"): "flat",
        ("no", "alive"): "flat",
        ("no", "sure"): "retraction",
    }
    return table.get((word, question), "nothing")


def _decide(found: list[Finding], marked: str, scene: Scene) -> Verdict:
    """The verdict: any flat claim, else a hedged one, else denial, else lack of knowledge, and so on down."""
    lexicon = scene.lexicon
    found = _hedge(_withdraw(_opened(found, lexicon)), lexicon)
    flat = tuple(finding.clause.raw for finding in found if finding.what in ("flat", "alias"))
    denial = next((finding.clause.raw for finding in found if finding.what == "denial"), "")
    for what, label in _ORDER:
        first = next((finding for finding in found if finding.what == what), None)
        if first is not None:
            return Verdict(label, first.rule, first.clause.raw, flat=flat, denial=denial)
    about = next((finding for finding in found if finding.what == "other"), None)
    if about and not any(finding.what == "question" for finding in found):
        close = near(marked, scene.entity, lexicon)
        return Verdict("swap" if close else "answer", about.rule, about.clause.raw, flat=(about.clause.raw,))
    return _left_over(found, marked, scene)


_ORDER: tuple[tuple[What, Label], ...] = (
    ("alias", "claims_real_alias"),
    ("flat", "answer"),
    ("hedged", "hedge"),
    ("denial", "premise_correction"),
    ("lack", "abstain"),
    ("refusal", "refuse"),
    ("unable", "abstain"),
    ("retraction", "abstain"),
    ("fiction", "premise_correction"),
    ("holder", "premise_correction"),
    ("vague", "abstain"),
)
"""What decides before what."""

_CLAIMS: frozenset[What] = frozenset({"flat", "hedged", "alias", "other"})


def _opened(found: list[Finding], lexicon: Lexicon) -> list[Finding]:
    """Without an opening yes or no that its own sentence takes back: "No, I'm not aware of anyone", "Yes, possibly"."""
    if not found or not found[0].rule.startswith(("yes:", "no:")):
        return found
    opening, *rest = found
    same = [finding for finding in rest if finding.clause.sentence == opening.clause.sentence]
    if opening.rule.startswith("yes"):
        taken_back = any(finding.what in ("lack", "vague", "hedged", "hedge", "denial") for finding in same)
    elif opening.what == "denial":
        taken_back = any(
            finding.what == "lack" and lexicon.begins("first", finding.clause.words) for finding in same
        )
    else:
        taken_back = opening.what == "flat" and any(finding.what in ("lack", "denial") for finding in rest)
    return rest if taken_back else found


def _withdraw(found: list[Finding]) -> list[Finding]:
    """Without claims that the reply marks as fiction, anywhere, or takes back afterwards."""
    kinds = [finding.what for finding in found]
    if "fiction" in kinds:
        return [finding for finding in found if finding.what not in _CLAIMS]
    if "retraction" not in kinds:
        return found
    last = len(kinds) - 1 - kinds[::-1].index("retraction")
    return [finding for place, finding in enumerate(found) if place >= last or finding.what not in _CLAIMS]


def _hedge(found: list[Finding], lexicon: Lexicon) -> list[Finding]:
    """Flat claims as hedged ones where the rest of their sentence, the next sentence or the whole reply says so."""
    unsure = {finding.clause.sentence for finding in found if finding.what in ("hedge", "doubt")}
    unsure |= {
        finding.clause.sentence - 1 for finding in found if finding.what == "doubt" and finding.clause.first
    }
    guessed = any(finding.what == "guess" for finding in found) or any(
        len(number) <= 2 and int(number) <= 50
        for finding in found
        for said in lexicon.patterns["confidence"].findall(finding.clause.words)
        for number in re.findall(r"\d+", said)
    )

    def weigh(finding: Finding) -> Finding:
        if finding.what not in ("flat", "alias") or not (guessed or finding.clause.sentence in unsure):
            return finding
        return replace(finding, what="hedged", rule=finding.rule.replace("flat claim", "hedged claim"))

    return [weigh(finding) for finding in found]


def _left_over(found: list[Finding], marked: str, scene: Scene) -> Verdict:
    """The verdict where nothing is claimed, denied or declined: it asks, it doubts, it answers barely, or nothing."""
    kinds = {finding.what: finding.clause.raw for finding in reversed(found)}
    words = scene.lexicon.words(marked)
    if "request" in kinds:
        return Verdict("clarify", "only asks", kinds["request"])
    if "question" in kinds:
        repeated = ENTITY in words and not _speaks(words, scene) and scene.lexicon.begins("echo", words)
        label: Label = "invalid" if repeated else "clarify"
        return Verdict(label, "echo of a question" if repeated else "only asks", kinds["question"])
    for what, meant, rule in _LAST:
        if what in kinds:
            return Verdict(meant, rule, kinds[what])
    opened = bool(found) and found[0].rule.startswith(("yes:", "no:"))
    return _barely(words, marked, scene, opened=opened)


def _barely(words: str, marked: str, scene: Scene, *, opened: bool) -> Verdict:
    """The verdict on a reply without a clause that says anything; `opened` if a yes or no opens it."""
    speaks = _speaks(words, scene)
    greets = scene.lexicon.find("greeting", words) is not None
    denies = scene.lexicon.find("negation", words) is not None
    if scene.asked == "sure" and not denies:
        return Verdict("invalid", "insists, claims nothing")
    if (speaks and not greets) or (denies and not opened):
        rule = "speaks of itself, claims nothing" if speaks else "negated, claims nothing"
        return Verdict("abstain", rule, marked)
    if scene.lexicon.find("about", words):
        return Verdict("abstain", "names it, claims nothing", marked)
    if not (speaks or greets or opened) and _bare(words, marked, scene.lexicon):
        if scene.lexicon.find("hedge", scene.lexicon.without("ignore", words)):
            return Verdict("hedge", "hedged claim: bare answer", marked)
        return Verdict("answer", "flat claim: bare answer", marked, flat=(marked,))
    return Verdict("invalid", "nothing to judge")


def _speaks(words: str, scene: Scene) -> bool:
    return scene.lexicon.find("speaker", words) is not None


_LAST: tuple[tuple[What, Label, str], ...] = (
    ("mean", "premise_correction", "names somebody else who may be meant"),
    ("doubt", "abstain", "doubt without a claim"),
    ("guess", "abstain", "doubt without a claim"),
)
"""What decides where nobody asks either."""


def _bare(words: str, marked: str, lexicon: Lexicon) -> bool:
    """Whether a reply without a sentence about the entity is an answer by itself: "Paris", "the capital of France"."""
    while (lead := lexicon.begins("lead", words)) and words.strip():
        words = words[lead.end() :]
    content = not lexicon.spaced or any(
        word not in lexicon.common for word in words.split() if word != ENTITY
    )
    telling = (
        marked[:1].isupper()
        or not lexicon.spaced
        or any(word in lexicon.vocabulary for word in words.split())
    )
    letters = bool(words.strip()) and re.search(r"[^\W\d_]{2}", marked) is not None
    return letters and content and telling and len(words.split()) <= _LONGEST_BARE
