"""What many tests need: a small suite in a folder, and the command line as a process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("patient", deadline=None)  # how long an example takes is the machine's affair
settings.load_profile("patient")

SUITE = '''"""Adds two numbers: a small suite for tests."""
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from evals.scorer import last_integer
from evals.suite import ACCURACY, Suite
from evals.types import Arm, Contrast, Sample


@dataclass(frozen=True)
class Options:
    largest: int = 99


def samples(seed: int, n: int, options: Options) -> Iterator[Sample]:
    rng = Random(seed)
    for i in range(n):
        a, b = rng.randint(0, options.largest), rng.randint(0, options.largest)
        yield Sample(f"{i:05}", f"{a} + {b}", str(a + b), tags={"big": a + b > 99})


suite = Suite(
    name="sums",
    version="1",
    about="adding two numbers",
    samples=samples,
    arms=(
        Arm("plain", "What is {input}?"),
        Arm("steps", "What is {input}? Work step by step."),
        Arm("spare", "{input} =", default=False),
    ),
    score=last_integer,
    metrics=(ACCURACY,),
    contrasts=(Contrast("steps", "accuracy", "steps", "plain", "working step by step", "accuracy"),),
    options=Options,
    strata=("big",),
)
'''


@pytest.fixture
def sums(tmp_path: Path) -> Path:
    """The folder of a suite named sums, of a user's own."""
    folder = tmp_path / "sums"
    folder.mkdir()
    (folder / "suite.py").write_text(SUITE)
    return folder


class Evals:
    """The command line, run as a process of its own in a folder."""

    def __init__(self, cwd: Path) -> None:
        self.cwd = cwd
        self.env = {key: value for key, value in os.environ.items() if not key.endswith("_API_KEY")}

    def start(self, *args: object) -> "subprocess.Popen[str]":
        """Begin a command and return at once."""
        return subprocess.Popen(
            [sys.executable, "-m", "evals", *map(str, args)],
            cwd=self.cwd,
            env=self.env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def __call__(self, *args: object) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        process = self.start(*args)
        try:
            out, err = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.fixture
def evals(tmp_path: Path) -> Evals:
    """The command line in an empty folder."""
    return Evals(tmp_path)


ADDER = '''"""Adds for real, slowly if told so, and notes each request in a file, so that tests can count them."""
import asyncio
import os
import re

from evals.errors import ProviderError
from evals.types import Response


class Adder:
    notice = ""
    can = frozenset({"chat"})

    def __init__(self, journal, seconds, fail, long, concurrency):
        self.journal, self.seconds, self.fail, self.long = journal, seconds, fail, long
        self.concurrency = concurrency

    async def reply(self, prompt):
        text = prompt.messages[-1].content
        file = os.open(self.journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, (prompt.hash + "\\n").encode())
        os.close(file)
        await asyncio.sleep(self.seconds)
        a, b = map(int, re.search(r"(\\d+) \\+ (\\d+)", text).groups())
        if self.fail and (a + b) % self.fail == 0:
            raise ProviderError("bad_request", "this sum is refused")
        if self.long and (a + b) % self.long == 0:
            raise ProviderError("too_long", "this sum does not fit")
        return Response(str(a + b), model="adder", tokens_in=3, tokens_out=1)

    async def close(self):
        pass


def connect(model, journal="requests.txt", seconds="0", fail="0", long="0", concurrency="4"):
    return Adder(journal, float(seconds), int(fail), int(long), int(concurrency))
'''


@pytest.fixture
def adder(tmp_path: Path) -> Path:
    """A user's own provider file; each request leaves a line in requests.txt of the working folder."""
    path = tmp_path / "adder.py"
    path.write_text(ADDER)
    return path


@pytest.fixture(scope="session")
def offline(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is asked of the Hugging Face hub, nor left in the user's cache; before its libraries are imported."""
    os.environ |= {
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(tmp_path_factory.mktemp("hub")),
        "OMP_NUM_THREADS": "1",
    }
