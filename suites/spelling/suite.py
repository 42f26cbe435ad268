"""Spelling: what does a model know of the letters inside its words, and what can it do with them?"""

from evals.suite import Suite
from evals.types import Arm

from .items import Options, samples
from .metrics import CONTRASTS, METRICS
from .prompts import FORMS, SPACED, SPELL_FIRST, WORD, asking
from .scoring import score
from .solved import solved

suite = Suite(
    name="spelling",
    version="1",
    about="the letters of words: whole, set apart, spelled first; common, rare and made-up ones",
    samples=samples,
    arms=tuple(
        Arm(
            form,
            asking(form),
            max_tokens=1024 if form == SPELL_FIRST else 128,
            default=form in (WORD, SPACED, SPELL_FIRST),
        )
        for form in FORMS
    ),
    score=score,
    solved=solved,
    metrics=METRICS,
    contrasts=CONTRASTS,
    options=Options,
    strata=("task", "source", "band", "repeats", "double"),
)
