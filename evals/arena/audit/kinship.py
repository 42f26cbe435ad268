"""Kinship: whether a judge favours models of its own maker, held against what the others say of the same pairs."""

from collections.abc import Iterable

from evals.arena.audit.votes import Vote, by_match
from evals.arena.battle import Battle
from evals.stats.estimate import NOTHING, Estimate
from evals.stats.means import mean

FAMILIES = {
    "gpt": "openai", "chatgpt": "openai", "o1": "openai", "o3": "openai", "o4": "openai",
    "claude": "anthropic", "gemini": "google", "gemma": "google", "llama": "meta", "meta-llama": "meta",
    "qwen": "qwen", "qwq": "qwen", "mistral": "mistral", "mistralai": "mistral", "mixtral": "mistral",
    "magistral": "mistral", "ministral": "mistral", "deepseek": "deepseek", "deepseek-ai": "deepseek", "grok": "xai",
    "x-ai": "xai", "command": "cohere", "phi": "microsoft", "olmo": "ai2", "allenai": "ai2", "kimi": "moonshot",
    "moonshotai": "moonshot", "glm": "zhipu", "nova": "amazon",
}  # fmt: skip
"""How models' names begin -> who has made them: a model of one maker is served by many hosts."""


def maker(model: str) -> str:
    """Who has made a model, by its name; its provider where the name does not tell.

    >>> maker("openrouter/anthropic/claude-opus-5"), maker("groq/llama-3.3-70b"), maker("pocket/bluff")
    ('anthropic', 'meta', 'pocket')
    """
    parts = model.partition("?")[0].casefold().split("/")
    for part in reversed(parts):
        for begins, made_by in FAMILIES.items():
            if part == begins or (part.startswith(begins) and not part[len(begins)].isalpha()):
                return made_by
    return parts[0]


def partial(battle: Battle) -> bool:
    """Whether a model judges between itself, or a model of its own maker, and another; people and rules are no kin."""
    if battle.kind in ("human", "rule"):
        return False
    own, contestants = maker(battle.judge), (battle.model_a, battle.model_b)
    return battle.judge in contestants or sum(maker(each) == own for each in contestants) == 1


def favour(judge: str, votes: Iterable[Vote]) -> tuple[Estimate, Estimate]:
    """What models of the judge's own maker get from it, and how much more that is than others give them on the same pairs.

    Pairs of one such model and one other count. The others are judges who are no kin of it.

    Returns: a mean of points (1 won, 1/2 tie), and a mean difference of points in -1..1; no items where there is no such pair, or
        nobody else has judged one.
    """
    own_maker, given = maker(judge), by_match(votes)
    points, more = [], []
    for match, said in given.items():
        kin = [model for model in match[1:] if model == judge or maker(model) == own_maker]
        own = next((vote for vote in said if vote.judge == judge), None)
        if own is None or len(kin) != 1:
            continue
        points.append((own.points(kin[0]), own.cluster))
        others = [
            vote.points(kin[0])
            for vote in said
            if vote.judge != judge and not (vote.kind == "model" and maker(vote.judge) == own_maker)
        ]
        if others:
            more.append((own.points(kin[0]) - sum(others) / len(others), own.cluster))
    return _mean(points, (0.0, 1.0)), _mean(more, (-1.0, 1.0))


def _mean(found: list[tuple[float, str]], bounds: tuple[float, float]) -> Estimate:
    if not found:
        return NOTHING
    values, clusters = zip(*found, strict=True)
    return mean(values, clusters, bounds)
