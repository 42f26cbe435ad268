"""Counting dots: easy for us; a model sees tokens, and has a fixed amount of computation for each of them."""

from evals.suite import Suite
from evals.types import Arm

from .items import Options, samples
from .metrics import CONTRASTS, METRICS
from .prompts import asking
from .scoring import score
from .tracks import tracks

suite = Suite(
    name="dots",
    version="1",
    about="counting marks from 1 to 1,000, in one run and set apart by spaces",
    samples=samples,
    arms=(
        Arm("direct", asking("direct"), max_tokens=64),
        Arm("tally", asking("tally"), max_tokens=4_096),
        Arm("free", asking("free"), max_tokens=2_048, default=False),
        Arm("code hint", asking("code hint"), max_tokens=4_096, default=False),
    ),
    score=score,
    metrics=METRICS,
    contrasts=CONTRASTS,
    options=Options,
    strata=("layout", "glyph"),
    tracks=tracks,
)
