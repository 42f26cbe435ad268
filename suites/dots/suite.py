"""Counting dots: easy for us; a model sees tokens, and has a fixed amount of computation for each of them."""

from evals.suite import Suite
from evals.types import Arm

from .drawing import pictures
from .items import Options, samples
from .metrics import CONTRASTS, METRICS
from .prompts import asking, asking_of_picture
from .scoring import score
from .solved import solved
from .tool import TOOL
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
        Arm(
            "image",
            asking_of_picture,
            max_tokens=64,
            default=False,
            where={"kind": frozenset({"ladder", "adaptive"}), "layout": frozenset({"run"})},
            images=pictures,
        ),
        Arm("count_characters", asking("count_characters"), max_tokens=4_096, default=False, tools=(TOOL,)),
    ),
    score=score,
    solved=solved,
    metrics=METRICS,
    contrasts=CONTRASTS,
    options=Options,
    strata=("layout", "glyph"),
    tracks=tracks,
)
