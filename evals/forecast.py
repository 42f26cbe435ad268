"""Forecasts: what a run will ask, what that costs and how sure it will be, as a document; `evals run --dry-run` shows it."""

import math
from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from evals.document import Document, Section
from evals.estimate import BYTES, PICTURE, Bill, Estimate
from evals.money.budget import LIKELY
from evals.money.prices import dollars, said
from evals.precision import Width
from evals.view import Table, View, records, unrepeated

GUESS = f"a reply takes one in {LIKELY} of the tokens that it may, which is a guess"
MOST = "at most: all of them, if the host keeps to the limit. What is tried again after a failure is not counted."
WORST = (
    "n: items of one arm. So wide is the interval at worst: half of the replies say one thing and half the other, and all "
    "items of a cluster the same. Replies that do not count make it wider."
)


def forecast(found: Estimate, widths: Sequence[Width], about: Iterable[str]) -> Document:
    """A document with two sections, `estimate` (a row a model and bound) and `intervals` (a row an arm and metric)."""
    return Document(tuple(about), {}, (_estimate(found), _intervals(widths)), pd.DataFrame())


def sentence(bill: Bill) -> str:
    """A bill in one line: "openai/gpt-5.6: 360 requests, about $0.98, at most $3.74"."""
    many = f"{bill.model}: {_count(bill.most.requests, 'request')}"
    if bill.price is None:
        return f"{many}; what they cost is not known"
    return f"{many}, about {dollars(bill.likely.cost_usd)}, at most {dollars(bill.most.cost_usd)}"


# What is asked


def _estimate(found: Estimate) -> Section:
    table = pd.DataFrame([row for bill in found.bills for row in _rows(bill)])
    shown = pd.DataFrame(
        {
            "model": table["model"],
            "": table["bound"],
            "requests": table["requests"].map("{:,}".format),
            "tokens in": table["tokens_in"].map(_rounded),
            "tokens out": table["tokens_out"].map(_rounded),
            "cost": table["cost_usd"].map(dollars),
        }
    )
    replies = sum(bill.replies for bill in found.bills)
    batch = ", in batches where the host takes them" if found.batch else ""
    title = f"What is asked: {_count(replies, 'reply')}{batch}"
    notes = (*_prices(found.bills), _likely(found.bills), *_tokens(found.bills))
    return Section("estimate", title, table, View((Table("", unrepeated(shown, "model"), 2),), notes=notes))


def _rows(bill: Bill) -> Iterator[dict[str, object]]:
    for bound, amount in (("likely", bill.likely), ("at most", bill.most)):
        yield {
            "model": bill.model,
            "bound": bound,
            "replies": bill.replies,
            "requests": amount.requests,
            "tokens_in": amount.tokens_in,
            "tokens_out": amount.tokens_out,
            "cost_usd": math.nan if amount.cost_usd is None else amount.cost_usd,
            "price": said(bill.price) if bill.price else None,
            "tokens_by": bill.route or f"bytes / {BYTES}",
            "probed": bill.probed,
            "prompts": bill.prompts,
            "told": bill.told,
        }


def _prices(bills: Sequence[Bill]) -> Iterator[str]:
    """By which prices it is counted, and what all models cost together."""
    for bill in bills:
        if bill.price is None:
            yield f"{bill.model}: its price is not known; give it with --prices FILE, or in its name: ?price_in=1&price_out=2"
        elif not bill.price.is_free:
            yield f"{bill.model}: {said(bill.price)}"
    likely, most = ([getattr(bill, bound).cost_usd for bill in bills] for bound in ("likely", "most"))
    if len(bills) > 1 and None not in most and any(most):
        yield f"together about {dollars(sum(likely))}, at most {dollars(sum(most))}"


def _likely(bills: Sequence[Bill]) -> str:
    """By what it is told what replies likely take, and at most."""
    told = sum(bill.told for bill in bills)
    known = f"as the {_count(told, 'reply')} that are there; that {GUESS}, counts as one more in each arm"
    return f"likely: {known if told else GUESS}; {MOST}"


def _tokens(bills: Sequence[Bill]) -> Iterator[str]:
    """How the tokens of the prompts are known."""
    ways: dict[str, list[str]] = {}
    for bill in bills:
        how = f"by {bill.route}" if bill.route else f"one for {BYTES} bytes, which is a guess"
        some = f", from {bill.probed:,} of {bill.prompts:,} prompts" if bill.probed < bill.prompts else ""
        ways.setdefault(how + some, []).append(bill.model)
    for way, models in ways.items():
        whose = f" of {', '.join(models)}" if len(ways) > 1 else ""
        yield f"tokens in{whose}: {way}"
    if pictures := sum(bill.pictures for bill in bills):
        yield f"{pictures:,} pictures are shown, each counted as {PICTURE:,} tokens, which is a guess"


def _count(n: int, what: str) -> str:
    return f"{n:,} {what if n == 1 else 'replies' if what == 'reply' else what + 's'}"


def _rounded(number: int) -> str:
    """To three digits that count."""
    return f"{round(number, 3 - len(str(number))):,}" if number > 999 else str(number)


# How sure it will be


def _intervals(widths: Sequence[Width]) -> Section:
    columns = ["suite", "arm", "metric", "title", "n", "clusters", "half_width", "unit"]
    rows = [
        (each.suite, each.arm, each.metric, each.title, each.n, each.clusters, each.half, each.unit)
        for each in widths
    ]
    table = pd.DataFrame(rows, columns=columns)
    bounded = table[table["half_width"].notna()]
    view = View((Table("", _alike(bounded), 2),), notes=(WORST,)) if len(bounded) else View()
    return Section("intervals", "How sure it will be, in one arm", table, view)


def _alike(table: pd.DataFrame) -> pd.DataFrame:
    """A row a suite and width, with the names of all its metrics of that width."""
    found: dict[tuple[str, ...], list[str]] = {}
    for _, own in table.groupby(["suite", "metric"], sort=False):
        first, *_ = records(own)
        counts = (_ends(own[name], "{:,.0f}") for name in ("n", "clusters"))
        found.setdefault((first["suite"], *counts, _width(own)), []).append(first["metric"])
    names = ["suite", "metric", "n", "clusters", "95 % interval"]
    rows = [(suite, ", ".join(metrics), *others) for (suite, *others), metrics in found.items()]
    return unrepeated(pd.DataFrame(rows, columns=names), "suite")


def _width(rows: pd.DataFrame) -> str:
    if rows["unit"].iloc[0] != "share":
        return _ends(rows["half_width"], "±{:.2f}")
    return f"{_ends(100 * rows['half_width'], '±{:.1f}')} points"


def _ends(values: "pd.Series[float]", form: str) -> str:
    low, high = form.format(values.min()), form.format(values.max())
    return low if low == high else f"{low} to {high}"
