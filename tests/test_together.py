"""What is asked at the same time is worked on together, beside the event loop, and each gets its own answer."""

import asyncio
import sys
import threading
import time
from collections.abc import Sequence

import pytest

from evals.hush import hushed
from evals.pacing.deadline import SEEN, SHORTEST
from evals.plan import Request, plan
from evals.provider import ModelName, connect
from evals.run import Runner, lines
from evals.together import Together


def squares(lists: list[list[int]]) -> Together[int, int]:
    def work(asked: Sequence[int]) -> list[int | Exception]:
        lists.append(list(asked))
        return [ValueError(number) if number < 0 else number * number for number in asked]

    return Together(work, 4)


async def all_of(together: Together[int, int], numbers: Sequence[int]) -> list[int | BaseException]:
    return await asyncio.gather(*map(together.ask, numbers), return_exceptions=True)


def test_what_is_asked_at_once_is_worked_on_in_lists_of_so_many_and_in_order() -> None:
    lists: list[list[int]] = []
    assert asyncio.run(all_of(squares(lists), range(6))) == [0, 1, 4, 9, 16, 25]
    assert lists == [[0, 1, 2, 3], [4, 5]]


def test_an_exception_in_an_answers_place_is_for_its_asker_alone() -> None:
    one, failed, three = asyncio.run(all_of(squares([]), [1, -2, 3]))
    assert (one, three) == (1, 9)
    assert isinstance(failed, ValueError)


def test_a_list_that_fails_as_a_whole_fails_for_all_and_the_next_is_worked_on() -> None:
    def work(asked: Sequence[int]) -> list[int | Exception]:
        if 0 in asked:
            raise KeyError("no zero")
        return list(asked)

    async def both() -> tuple[list[int | BaseException], int]:
        together: Together[int, int] = Together(work, 4)
        return await all_of(together, [0, 1]), await together.ask(2)

    failed, after = asyncio.run(both())
    assert [type(each) for each in failed] == [KeyError, KeyError]
    assert after == 2


def test_the_loop_goes_on_while_work_is_done() -> None:
    async def watched() -> int:
        started, ticks = threading.Event(), 0

        def work(asked: Sequence[int]) -> list[int | Exception]:
            started.set()
            time.sleep(0.05)
            return list(asked)

        task = asyncio.ensure_future(Together[int, int](work, 1).ask(1))
        while not task.done():
            await asyncio.sleep(0.005)
            ticks += started.is_set()
        return ticks

    assert asyncio.run(watched()) > 2


def test_who_waits_when_it_is_closed_is_cancelled() -> None:
    async def closed() -> list[int | BaseException]:
        together = Together[int, int](list, 1)
        asked = [asyncio.ensure_future(together.ask(number)) for number in range(3)]
        await asyncio.sleep(0)
        together.close()
        return await asyncio.gather(*asked, return_exceptions=True)

    assert [type(each) for each in asyncio.run(closed())] == [asyncio.CancelledError] * 3


def test_a_hushed_thread_prints_nothing_and_others_do(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        with hushed():
            print("a bar")  # noqa: T201
            print("a warning", file=sys.stderr)  # noqa: T201
            done.set()
            go.wait(5)
        print("after")  # noqa: T201

    done, go = threading.Event(), threading.Event()
    thread = threading.Thread(target=work)
    thread.start()
    done.wait(5)
    print("our own")  # noqa: T201
    go.set()
    thread.join()
    said = capsys.readouterr()
    assert (said.out, said.err) == ("our own\nafter\n", "")


@pytest.mark.parametrize(("model", "within"), [("pocket/bluff", True), ("openai-compatible/m", False)])
def test_a_slow_reply_of_a_model_within_the_process_is_not_taken_to_hang(model: str, within: bool) -> None:
    name = f"{model}?base_url=http://127.0.0.1:1/v1" if not within else model
    made = plan(Request(suites=("dots",), models=(name,), size=1))
    provider = connect(ModelName.parse(name))
    runner = Runner({}, lambda _: None, lambda _: None)
    deadline = lines(made, {name: provider}, runner)[name].limiter.deadline
    for _ in range(SEEN):
        deadline.see(0.1)
    assert deadline.seconds == (None if within else SHORTEST)
