"""What is reported of the dots: exact counts, how far off the others are, what controls, working and layout show."""

from collections.abc import Callable, Mapping
from statistics import fmean

from evals.types import Contrast, ItemMetric, Metric, Score

EXACT = {"right": 1.0, "wrong": 0.0}
LADDER = {"kind": frozenset({"ladder"})}


def _mean_of(note: str, value: Callable[[int], float]) -> Callable[[list[Score]], float | None]:
    """The mean over an item's repeats of something made of a note; None where no reply has it."""

    def of(scores: list[Score]) -> float | None:
        found = [value(int(score.notes[note])) for score in scores if note in score.notes]
        return fmean(found) if found else None

    return of


def _any(count: int) -> float:
    return float(count > 0)


def _same(error: int) -> float:
    return float(error == 0)


METRICS = (
    Metric("accuracy", "exact counts", EXACT, LADDER, better="higher"),
    ItemMetric("MAE", "mean absolute error", _mean_of("error", abs), LADDER, better="lower", unit="marks"),
    ItemMetric(
        "bias", "mean error, above 0 if too many are counted", _mean_of("error", float), LADDER, unit="marks"
    ),
    Metric(
        "phantoms",
        "marks counted where there are none",
        {"wrong": 1.0, "right": 0.0},
        {"kind": frozenset({"absent"})},
        better="lower",
    ),
    Metric(
        "between sentences",
        "exact counts of full stops that stand between sentences",
        EXACT,
        {"kind": frozenset({"sentence"})},
        better="higher",
        main=False,
    ),
    ItemMetric(
        "indexed",
        "tallies whose last index is right",
        _mean_of("indexed", _same),
        LADDER,
        better="higher",
        main=False,
    ),
    ItemMetric(
        "copied",
        "code, or calls of the tool, that hold as many marks as the display",
        _mean_of("copied", _same),
        LADDER,
        better="higher",
    ),
    ItemMetric(
        "called", "replies that called the tool", _mean_of("called", _any), better="higher", main=False
    ),
    ItemMetric(
        "faithful",
        "calls of the tool whose text is the display, to the character",
        _mean_of("faithful", float),
        LADDER,
        better="higher",
        main=False,
    ),
)

LAYOUT_WORDS: Mapping[str, str] = {
    "spaced": "putting spaces between the marks",
    "comma": "putting commas between the marks",
    "grid": "putting the marks into a grid",
    "ragged": "breaking the marks into uneven lines",
    "grouped": "grouping the marks by five",
    "noise": "scattering the marks among letters",
}
"""Layout -> the subject of the sentence that compares it with an unbroken run."""

CONTRASTS = (
    Contrast("tally", "accuracy", "tally", "direct", "writing an index next to each mark", "exact counts"),
    Contrast("free", "accuracy", "free", "direct", "leaving the form of the answer open", "exact counts"),
    Contrast("code hint", "accuracy", "code hint", "direct", "asking for code", "exact counts"),
    Contrast("image", "accuracy", "image", "direct", "showing dots in a picture", "exact counts"),
    Contrast("tool", "accuracy", "count_characters", "direct", "giving a tool that counts", "exact counts"),
    *(
        Contrast(
            *(layout, "accuracy", layout, "run", words, "exact counts"),
            by="layout",
            match=("rung", "glyph", "n", "wording"),
        )
        for layout, words in LAYOUT_WORDS.items()
    ),
)
