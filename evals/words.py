"""Words: what a paired difference says, as one sentence."""

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a board has words and no runs, and is not kept waiting for what these are made of
    from evals.types import Contrast

MANY = 100_000
"""Beyond this many items, how many more would decide is no longer advice."""


DIGITS: Mapping[str, int] = {"Elo": 0}
"""Unit -> how many decimals say something; of others two."""


def contrast(row: Mapping[str, Any], declared: "Contrast") -> str:
    """A row of `contrasts` in words: "asking ... raises fabrication by 23 points (95 % CI 17 to 29, p 0.002)"."""
    if row["verdict"] == "not measured":
        return f"{declared.words}: its effect on {declared.noun} is not measured, no item counts in both"
    if row["verdict"] == "undecided":
        change = f"{declared.words} changes {declared.noun} by {_signed(row)} {_interval(row)}"
        return f"{change}: {undecided(row)}"
    verb = "raises" if row["verdict"] == "higher" else "lowers"
    return f"{declared.words} {verb} {declared.noun} by {_size(row)} {_tested(_turned(row))}"


def difference(row: Mapping[str, Any]) -> str:
    """A row of `differences` in words: "J is 0.71 higher for B than for A (95 % CI 0.62 to 0.79, p < 0.001)".

    The subject is the model that does better, where the metric says which direction is good.
    """
    name, model, baseline = row["metric"], row["model"], row["baseline"]
    if row["verdict"] == "not measured":
        return f"{name} of {model} and of {baseline} cannot be compared: no item counts for both"
    if row["verdict"] == "undecided":
        return f"{name} is {_signed(row)} for {model} against {baseline} {_interval(row)}: {undecided(row)}"
    good = row["better"] or "higher"
    if row["verdict"] != good:
        row, model, baseline = (
            {**row, "effect": -row["effect"], "low": -row["high"], "high": -row["low"]},
            baseline,
            model,
        )
    return f"{name} is {_size(row)} {good} for {model} than for {baseline} {_tested(_turned(row))}"


def compared(row: Mapping[str, Any]) -> str:
    """A row of `evals.verdict.compare` in words, of the candidate: "B is better than A in FR: 14 % against 92 %, 78 points lower (...)"."""
    name, one, other = f"{row['suite']} {row['metric']}", row["candidate"], row["baseline"]
    verdict, n = row["verdict"], items(row["n"])
    if verdict == "not measured":
        return f"{name} of {one} and of {other} cannot be compared: no item counts for both"
    if verdict == "no difference":
        told = f"{_signed(row)} (90 % CI {_ends(row, row['low_90'])} to {_ends(row, row['high_90'])})"
        return f"{name}: no difference beyond {margin(row['margin'], row['unit'])} between {one} and {other}: {told}, {n}"
    if verdict == "undecided":
        return f"{name} is {_signed(row)} for {one} against {other} {_interval(row)}: {_more(row)}"
    values = " against ".join(number(row[each], row["unit"]) for each in ("value", "baseline_value"))
    direction = "higher" if row["effect"] > 0 else "lower"
    measured = f"{values}, {_size(row)} {direction} {_tested(_turned(row))}, {n}"
    inside = abs(row["low_90"]) < row["margin"] and abs(row["high_90"]) < row["margin"]
    but = f"; the difference is within {margin(row['margin'], row['unit'])}" if inside else ""
    return f"{one} is {verdict} than {other} in {name}: {measured}{but}"


def signed(row: Mapping[str, Any]) -> str:
    """A difference with its sign and interval, as a table's cell: "+23 (17 to 29)", shares in percentage points."""
    if math.isnan(row["effect"]):
        return "–"
    shown = _ends(row, row["effect"])
    shown = shown if shown.startswith("-") else f"+{shown}"
    if math.isnan(row["low"]):
        return shown
    return f"{shown} ({_ends(row, row['low'])} to {_ends(row, row['high'])})"


def size(value: float, low: float, high: float, unit: str) -> str:
    """A difference with its interval: "6 points (95 % CI 2 to 10)"."""
    row = {
        "effect": value,
        "low": low,
        "high": high,
        "unit": unit,
        "verdict": "decided" if low > 0 else "undecided",
    }
    return f"{_points(row, _ends(row, value))} {_interval(row)}"


def p(value: float) -> str:
    """A p value as people read it: "0.02", "< 0.001", a dash where there is none."""
    if math.isnan(value):
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.2g}"


def margin(value: float, unit: str) -> str:
    """A margin as people read it: "±5 points"."""
    size = f"{100 * value:g} point{'' if value == 0.01 else 's'}" if unit == "share" else f"{value:g}"
    return f"±{size}" if unit in {"share", "points"} else f"±{size} {unit}"


def _more(row: Mapping[str, Any]) -> str:
    """Why a comparison is not decided, and about how many further items would decide it."""
    if math.isnan(row["low"]) or row["low"] > 0 or row["high"] < 0:
        return undecided(row)
    more = row["more"]
    if more is None or more > MANY:
        return f"undecided on {items(row['n'])}; to decide it would take more than {MANY:,}"
    return f"undecided on {items(row['n'])}; about {two_digits(more):,} more would decide"


def items(n: int, item: str = "item") -> str:
    """A number of items: "1 item", "1,482 items"."""
    return f"{n:,} {item}{'' if n == 1 else 's'}"


def undecided(row: Mapping[str, Any]) -> str:
    """Why a difference is not decided, and about how many items would decide it."""
    n = items(row["n"])
    if row["low"] > 0 or row["high"] < 0:
        kind = "corrected for many comparisons" if row["p_adjusted"] > row["p"] else "by the exact test"
        return f"undecided on {n}: chance is not ruled out (p {row['p_adjusted']:.2g}, {kind})"
    if math.isnan(row["low"]):
        return f"undecided on {n}, which are not two independent ones"
    if row["effect"] == 0:
        return f"undecided on {n}, which show none"
    if row["needed"] is None or row["needed"] > MANY:
        return f"undecided on {n}; a difference so small would take more than {MANY:,}"
    return f"undecided on {n}; about {two_digits(max(row['needed'], row['n'] + 1)):,} would decide"


def two_digits(count: float) -> int:
    """Rounded up to two digits that count: 389 is 390."""
    step = int(10 ** max(0, math.floor(math.log10(count)) - 1))
    return math.ceil(count / step) * step


def share(value: float) -> str:
    """A share as per cent: "23 %"; near an end but not at it, as many decimals as say so: "0.4 %", "99.8 %"."""
    percent = 100 * value
    if math.isnan(percent):
        return "–"
    if 0 < percent < 1:
        return f"{percent:.1g} %"
    if 99 < percent < 100:
        return f"{100 - float(f'{100 - percent:.1g}'):g} %"
    return f"{_plain(percent, 0)} %"


def number(value: float, unit: str) -> str:
    """A metric's value as people read it, its unit left to the legend: "23 %" or "0.71"; a dash where there is none."""
    if math.isnan(value):
        return "–"
    return share(value) if unit == "share" else _plain(value, DIGITS.get(unit, 2))


def change(value: float, low: float, high: float) -> str:
    """A difference of two shares: "by +23 points (17 to 29)"; what does not differ for sure is said to be undecided."""
    if math.isnan(value):
        return "by an amount that was not measured"
    ends = [f"{round(100 * end) + 0:+d}" for end in (value, low, high)] if not math.isnan(low) else []
    if not ends:
        return f"by {round(100 * value) + 0:+d} points (no interval)"
    unsure = ", undecided" if low <= 0 <= high else ""
    return f"by {ends[0]} points ({ends[1]} to {ends[2]}{unsure})"


def changes(values: Iterable[float]) -> str:
    """Differences of shares of several models: "by -2 to +22 points"; empty without any."""
    points = [round(100 * value) + 0 for value in values if not math.isnan(value)]
    return f"by {min(points):+d} to {max(points):+d} points" if points else ""


def interval(value: float, low: float, high: float, unit: str) -> str:
    """A value with its interval: "23 % (17 to 29)"."""
    if math.isnan(low):
        return number(value, unit)
    ends = (number(end, unit).removesuffix(" %") for end in (low, high))
    return f"{number(value, unit)} ({' to '.join(ends)})"


def _size(row: Mapping[str, Any]) -> str:
    """How large the effect is, without its sign: "23 points", "0.71"."""
    text = _ends(row, abs(row["effect"]))
    return _points(row, text)


def _signed(row: Mapping[str, Any]) -> str:
    text = _ends(row, row["effect"])
    return _points(row, text if text.startswith("-") else f"+{text}")


def _points(row: Mapping[str, Any], text: str) -> str:
    if row["unit"] == "points":
        return text
    if row["unit"] != "share":
        return f"{text} {row['unit']}"
    return f"{text} point" if text.lstrip("+-") == "1" else f"{text} points"


def _turned(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row with an interval that counts in the direction of the effect, so that both ends are positive."""
    return row if row["effect"] > 0 else {**row, "low": -row["high"], "high": -row["low"]}


def _interval(row: Mapping[str, Any]) -> str:
    if math.isnan(row["low"]):
        return "(no interval)"
    return f"(95 % CI {_ends(row, row['low'])} to {_ends(row, row['high'])})"


def _tested(row: Mapping[str, Any]) -> str:
    """The interval with the p of the test, corrected where many comparisons are made."""
    p = row["p_adjusted"]
    said = "p < 0.001" if p < 0.001 else f"p {p:.2g}"
    return f"{_interval(row).removesuffix(')')}, {said})"


def _ends(row: Mapping[str, Any], value: float) -> str:
    """A number of this row, with as many decimals as keep an interval that excludes 0 from being shown as touching it."""
    scale, digits = (100, 0) if row["unit"] == "share" else (1, DIGITS.get(row["unit"], 2))
    nearest = min(abs(row["low"]), abs(row["high"])) if row["verdict"] != "undecided" else 1.0
    while digits < 4 and round(scale * nearest, digits) == 0:
        digits += 1
    return _plain(scale * value, digits)


def _plain(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text
