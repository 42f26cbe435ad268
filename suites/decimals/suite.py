"""Decimals: which is larger, 9.8 or 9.17? As numbers one, as releases, verses or dates the other."""

from evals.suite import Suite

from .arms import ARMS
from .items import samples
from .metrics import CONTRASTS, METRICS
from .scoring import score
from .solved import solved

suite = Suite(
    name="decimals",
    version="1",
    about="which of 9.8 and 9.17 is larger, bare and as decimals, prices, releases, verses, dates",
    samples=samples,
    arms=ARMS,
    score=score,
    solved=solved,
    metrics=METRICS,
    contrasts=CONTRASTS,
    sizes={"quick": 96, "standard": 480, "full": 1920},
    strata=("context", "order", "asked"),
)
