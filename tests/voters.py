"""What tests of votes need: an arena with plain and hostile answers, and the command that serves it as a process."""

import asyncio
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any, Self

import httpx2
from aiohttp import web

from evals.arena import folder
from evals.arena.answers import Answer, Question
from evals.arena.folder import Arena
from evals.arena.vote import store
from evals.arena.vote.dealer import Gold, Rules
from evals.arena.vote.desk import Desk
from evals.arena.vote.entries import token
from evals.arena.vote.live import live
from evals.arena.vote.server import Service, application

MODELS = ("acme/sirius-9b", "acme/canopus-9b", "zeta/vega-large")
"""Names that stand in no question and no answer, so that one on the page has leaked."""

HOSTILE = (
    "<script>document.title='harmed'</script> <img src=x onerror=\"document.title='harmed'\"> "
    "<svg onload=alert(1)> <iframe src='javascript:alert(2)'></iframe> <style>*{display:none}</style>\n\n"
    "[press](javascript:alert(3)) ![picture](http://127.0.0.1:9/spy.png) "
    '<a href="javascript:alert(4)">x</a> $\\text{<img src=x onerror=alert(5)>}$ $\\href{javascript:alert(6)}{y}$\n\n'
    "turned \u202eround\u202c, zero\u200bwidth, tag\U000e0041s, null\x00, \x1b[31mred, עברית\n\n"
    '```html\n<script>alert(7)</script>\n```\n\n<form action="http://127.0.0.1:9/"><button>x</button></form>'
)
RICH = (
    "## Why\n\nA **ball** falls by $s = \\frac{1}{2} g t^2$:\n\n\\[ \\int_0^t g\\,\\tau\\,d\\tau = \\frac{g t^2}{2} \\]\n\n"
    "1. drop it\n2. wait\n\n| t | s |\n|---|---|\n| 1 | 4.9 |\n| 2 | 19.6 |\n\n```python\nprint(9.81 / 2 * 2**2)\n```\n"
)
HUGE = "word " * 200_000


def arena(path: Path, questions: int = 20, **special: str) -> Arena:
    """An arena in which three models have answered so many questions.

    Args: special: model's part after the slash (`_` for `-`) -> what it answers to the first question.
    """
    asked = [
        Question(id=f"q/{i:03}#0", text=f"What is {i} times 7?", categories=("times",))
        for i in range(questions)
    ]
    answers = [
        Answer(question=question.id, model=model, text=f"Reply {place}: it is {place * 7 + size}.")
        for place, question in enumerate(asked)
        for size, model in enumerate(MODELS)
    ]
    texts = {name.replace("_", "-"): text for name, text in special.items()}
    answers = [
        Answer(question=each.question, model=each.model, text=texts[each.model.partition("/")[2]])
        if each.question == asked[0].id and each.model.partition("/")[2] in texts
        else each
        for each in answers
    ]
    return folder.add(path, asked, answers)


@dataclass
class Served:
    """A server of the page as a process. Attributes: links: name -> link; said: what it printed."""

    process: "subprocess.Popen[str]"
    links: dict[str, str] = field(default_factory=dict)
    said: str = ""

    @property
    def home(self) -> str:
        """The address of the page."""
        return next(iter(self.links.values())).partition("#")[0]

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait()

    def token(self, name: str) -> str:
        """What a person's requests carry."""
        return self.links[name].partition("#token=")[2]


@contextmanager
def served(place: Path, *options: str, port: int = 0) -> Iterator[Served]:
    """`evals arena vote`, up to its last line and then to the end of the block."""
    command = [
        sys.executable,
        "-u",
        "-m",
        "evals",
        "arena",
        "vote",
        str(place),
        "--port",
        str(port),
        *options,
    ]
    process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout
    found = Served(process)
    try:
        for line in process.stdout:
            found.said += line
            if match := re.match(r" +(.+?) +(http://\S+#token=\S+)", line):
                found.links[match[1]] = match[2]
            if line.startswith("Ctrl-C"):
                break
        else:
            raise AssertionError(found.said)
        yield found
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


PLAIN = Rules(repeats=0, checks=0)
"""Pairs alone."""


class Page:
    """What the page does, without a browser: asks and says, with a person's token."""

    def __init__(self, home: str, token: str) -> None:
        self.client = httpx2.Client(base_url=home, headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def look(self) -> dict[str, Any]:
        """What is before this person."""
        found: dict[str, Any] = self.client.get("/api/look").json()
        return found

    def next(self) -> dict[str, Any]:
        """The next pair."""
        found: dict[str, Any] = self.client.post("/api/next", json={}).json()
        return found

    def say(self, kind: str, about: dict[str, Any], **more: Any) -> httpx2.Response:
        """Something about a pair, in words of its own each time."""
        said = {"id": token(), "deal": about["id"], "turn": about["turn"], "kind": kind, **more}
        return self.client.post("/api/say", json=said)

    def vote(self, winner: str = "model_a") -> dict[str, Any]:
        """A vote on the next pair."""
        told = self.say("vote", self.next()["battle"], winner=winner)
        assert told.status_code == 200, told.text
        found: dict[str, Any] = told.json()
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()


@dataclass
class Here:
    """The page served in this process. Attributes: home: its address; desk: behind it."""

    home: str
    desk: Desk

    def page(self, name: str) -> Page:
        """A person's page."""
        return Page(self.home, self.desk.enrol(name).token)


@contextmanager
def here(  # noqa: PLR0913  what tests want otherwise
    place: Path,
    rules: Rules = PLAIN,
    *,
    share: str = "",
    gold: tuple[Gold, ...] = (),
    rate: float = 1_000,
    asked: tuple[str, ...] = (),
    url: str = "",
) -> Iterator[Here]:
    """The page of an arena, on a free port."""
    found = folder.add(place, (), ())
    votes = store.opened(place, url)
    models = live(asked, print) if asked else None
    desk = Desk(found, votes, rules, gold, asked)
    loop = asyncio.new_event_loop()
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
    runner = web.AppRunner(application(Service(desk, hosts, share, rate, models)), access_log=None)

    async def start() -> None:
        await runner.setup()
        await web.SockSite(runner, listening).start()

    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield Here(f"http://127.0.0.1:{port}", desk)
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        if models:
            asyncio.run_coroutine_threadsafe(models.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        votes.close()
