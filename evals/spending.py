"""Spending: what the replies of a session may take and have taken, held against its budget."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from evals.errors import BadInput
from evals.estimate import Amount, Bill, at_most
from evals.money.budget import Budget
from evals.money.prices import Price
from evals.money.purse import OPTIONS, Purse, Teller, Unit, amount, number
from evals.types import Prompt, Reply, Response


def payable(budget: Budget, models: Iterable[str], prices: Mapping[str, Price]) -> None:
    """Refuse to bound a cost that is not known.

    Raises: BadInput: a model's price is not known.
    """
    unknown = [model for model in models if model not in prices]
    if budget.cost_usd is not None and unknown:
        raise BadInput(
            f"--max-cost bounds what is not known: the price of {' and '.join(unknown)}",
            "give it with --prices FILE, or bound the tokens: --max-tokens N",
        )


def purse(budget: Budget, prices: Mapping[str, Price], before: Iterable[Reply] = ()) -> Purse:
    """The purse of a run, with what its earlier processes have taken out of it, as far as that is known."""
    made = Purse(budget, _teller(prices))
    for reply in before if made.meters else ():
        made.recall(reply)
    return made


def _teller(prices: Mapping[str, Price]) -> Teller:
    def most(model: str, prompt: Prompt) -> dict[Unit, float]:
        found = at_most(prompt, prices.get(model))
        cost = math.inf if found.cost_usd is None else found.cost_usd
        return {"cost_usd": cost, "tokens": found.tokens_in + found.tokens_out}

    def taken(model: str, response: Response) -> dict[Unit, float | None]:
        cost, price = response.cost_usd, prices.get(model)
        read, written = response.tokens_in, response.tokens_out
        if cost is None and price is not None:
            cost = price.cost(read, written)
        return {"cost_usd": cost, "tokens": None if read is None or written is None else read + written}

    return Teller(most, taken)


# Beforehand


class Allowance(NamedTuple):
    """How far a bound reaches, in a sentence, and whether it likely is too little."""

    is_short: bool
    sentence: str


def allowances(found: Purse, bills: Iterable[Bill]) -> Iterator[Allowance]:
    """What each bound of a purse allows of what these bills ask."""
    asked = list(bills)
    replies = sum(bill.replies for bill in asked)
    for unit, meter in found.meters.items() if replies else ():
        left = max(0.0, meter.most - meter.taken)
        likely, most = (
            sum(_of(unit, getattr(bill, bound)) for bill in asked) for bound in ("likely", "most")
        )
        before = f", of which {number(unit, meter.taken)} are spent," if meter.taken else ""
        bound = f"{OPTIONS[unit]}: {amount(unit, meter.most)}{before}"
        if left >= most:
            yield Allowance(False, f"{bound} will do, even if every reply takes as much as it may")
        elif left >= likely:
            worst = _share(left, most, replies)
            yield Allowance(False, f"{bound} will likely do, and at worst for {worst}")
        else:
            some = _share(left, likely, replies)
            yield Allowance(
                True, f"{bound} will likely do for {some}, which likely take {amount(unit, likely)}"
            )


def _of(unit: Unit, found: Amount) -> float:
    if unit == "tokens":
        return found.tokens_in + found.tokens_out
    return math.inf if found.cost_usd is None else found.cost_usd


def _share(left: float, needed: float, replies: int) -> str:
    return f"about {math.floor(replies * left / needed):,} of the {replies:,} replies to come"
