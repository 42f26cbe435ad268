"""A recording holds a run's exchanges, no key, and all that a run needs to come out the same without a network."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from evals import frame, log
from evals.errors import BadFile, BadInput, NotFound
from evals.keeping import recording
from tests.conftest import Done, Evals
from tests.echoes import echoed
from tests.minds import calls, results, said
from tests.shapes import KEY
from tests.stub_server import Reply, Seen, Stub, chat, complaint, serving

Command = Callable[..., Done]

TALK = '''"""Sums by a tool, in two turns."""
from evals.scorer import last_integer
from evals.suite import ACCURACY, Suite
from evals.types import Arm, Sample, Tool

PARAMETERS = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}


def add(a, b):
    return str(a + b)


suite = Suite(
    name="talk",
    version="1",
    about="adding by a tool",
    samples=lambda seed, n, options: (Sample(f"{i:02}", f"{i} + {i}", str(2 * i)) for i in range(n)),
    arms=(
        Arm("tool", "What is {input}?", tools=(Tool("add", "Adds.", PARAMETERS, add),), followups=("Sure?",)),
        Arm("plain", "{input} = ?", system="Be brief."),
    ),
    score=last_integer,
    metrics=(ACCURACY,),
)
'''

CHOICES = '''"""Which of two words is likelier."""
from evals.suite import ACCURACY, Suite
from evals.types import Arm, Sample, Score


def score(sample, arm, response):
    best = max(response.likelihoods, key=lambda each: each.logprob)
    return Score("right" if best is response.likelihoods[0] else "wrong", notes={"logprob": best.logprob})


suite = Suite(
    name="choices",
    version="1",
    about="the likelier word",
    samples=lambda seed, n, options: (Sample(f"{i:02}", f"{i} is") for i in range(n)),
    arms=(Arm("pick", "{input}", choices=lambda sample: (" odd", " even"), needs=frozenset({"completion"})),),
    score=score,
    metrics=(ACCURACY,),
)
'''


def host(seen: Seen) -> Reply:
    """Wants the key; adds by its tool, repeats what it said, and refuses some prompts for good."""
    if seen.headers.get("authorization") != f"Bearer {KEY}":
        return Reply(complaint("no key"), 401)
    if "prompt" in seen.body:
        return Reply(echoed(seen.body["prompt"]))
    asked = said(seen.body)
    if asked == "3 + 3 = ?":
        return Reply(complaint(f"this is refused to {KEY}", code="content_policy_violation"), 400)
    if found := results(seen.body):
        return Reply(chat(f"It is {found[-1]}.", reasoning_content="I added."))
    if asked.startswith("What is "):
        a, b = asked.removeprefix("What is ").removesuffix("?").split(" + ")
        return calls(("add", {"a": int(a), "b": int(b)}), content="Let me add.")
    return Reply(chat(f"Yes. {asked}"))


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as server:
        server.host = host
        yield server


def suite(folder: Path, name: str, text: str) -> None:
    (folder / name).mkdir()
    (folder / name / "suite.py").write_text(text)


def frames(folder: Path) -> list[pd.DataFrame]:
    """The frames of all runs, the oldest first, in one order and without what is the day's."""
    found = [frame.read(run).frame for run in sorted((folder / "runs").iterdir())]
    return [
        each.sort_values(["sample", "arm", "repeat"], ignore_index=True).drop(columns=["at", "run"])
        for each in found
    ]


def report(done: Done) -> str:
    """What a run printed, but for the name of its folder."""
    return re.sub(r"\d{8}-\d{6}", "TIME", done.out.partition("\nrun: ")[0])


@pytest.mark.parametrize(
    ("name", "options", "status"),
    [
        ("talk", "temperature=0.3&price_in=1&price_out=2", 3),
        ("choices", "wire=completion&logprobs=true", 0),
    ],
)
def test_a_replay_needs_no_key_and_no_server_and_comes_out_the_same(
    command: Command, monkeypatch: pytest.MonkeyPatch, name: str, options: str, status: int
) -> None:
    suite(Path(), name, {"talk": TALK, "choices": CHOICES}[name])
    with serving() as server:
        server.host = host
        model = f"openai-compatible/m?base_url={server.url}&key_env=PLACE_API_KEY&{options}"
        args = ("run", f"./{name}", "-m", model, "-n", 6, "--concurrency", 1)
        monkeypatch.setenv("PLACE_API_KEY", KEY)
        recorded = command(*args, "--record", "kept.jsonl")
    assert recorded.status == status, recorded.err
    text = Path("kept.jsonl").read_text()
    assert KEY not in text
    assert "uthorization" not in text
    monkeypatch.delenv("PLACE_API_KEY")
    replayed = command(*args, "--replay", "kept.jsonl")
    assert replayed.status == status, replayed.err
    assert report(replayed) == report(recorded)
    first, second = frames(Path())
    pd.testing.assert_frame_equal(first, second)
    assert len(first) == (12 if name == "talk" else 6)


def test_a_replay_writes_the_same_log_each_time_but_for_the_time(
    command: Command, sums: Path, adder: Path
) -> None:
    args = ("run", "./sums", "-m", "./adder.py/m", "-n", 5, "--repeat", 2, "--quiet")
    assert command(*args, "--record", "kept.jsonl").status == 0
    adder.unlink()
    for _ in range(2):
        done = command(*args, "--replay", "kept.jsonl")
        assert done.status == 0, done.err
    logs = [path.read_text().splitlines() for path in Path().glob("runs/*/replies.jsonl")]
    told = [[{**json.loads(line), "at": ""} for line in log] for log in logs]
    assert len(told) == 3
    assert sum(each == told[0] for each in told) >= 2
    assert all(sorted(map(str, each)) == sorted(map(str, told[0])) for each in told)


def test_the_tokens_that_were_seen_are_in_it(command: Command) -> None:
    args = ("run", "spelling", "-m", "pocket/honest", "-n", 5, "--quiet")
    assert command(*args, "--record", "kept.jsonl").status == 0
    assert command(*args, "--replay", "kept.jsonl").status == 0
    first, second = frames(Path())
    assert first["display_tokens"].notna().all()
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.usefixtures("sums", "adder")
class TestSums:
    def run(self, command: Command, *more: object, n: int = 5) -> Done:
        return command("run", "./sums", "-m", "./adder.py/m", "-n", n, "--quiet", *more)

    def asked(self) -> int:
        path = Path("requests.txt")
        return len(path.read_text().splitlines()) if path.exists() else 0

    def test_what_is_not_in_it_is_named_and_never_sent(self, command: Command) -> None:
        self.run(command, "--record", "kept.jsonl")
        Path("requests.txt").unlink()
        words = "kept.jsonl holds no exchange of ./adder.py/m for sample 00005, arm 'plain', repeat 0"
        with pytest.raises(BadInput, match=re.escape(words)) as told:
            self.run(command, "--replay", "kept.jsonl", n=7)
        assert "--record" in told.value.fix
        assert self.asked() == 0

    def test_a_changed_prompt_is_not_in_it(self, evals: Evals, command: Command, sums: Path) -> None:
        self.run(command, "--record", "kept.jsonl")
        path = sums / "suite.py"
        path.write_text(path.read_text().replace("What is {input}?", "How much is {input}?"))
        done = evals("run", "./sums", "-m", "./adder.py/m", "-n", 5, "--quiet", "--replay", "kept.jsonl")
        assert done.returncode == 2
        assert "sample 00000, arm 'plain'" in done.stderr

    def test_the_same_run_makes_the_same_file(self, command: Command) -> None:
        for name in ("a.jsonl", "b.jsonl"):
            self.run(command, "--record", name)
        assert Path("a.jsonl").read_bytes() == Path("b.jsonl").read_bytes()
        head, *lines = map(json.loads, Path("a.jsonl").read_text().splitlines())
        assert list(head["models"]) == ["./adder.py/m"]
        assert len(lines) == 10
        assert lines[0]["prompt"]["messages"][0]["content"].startswith("What is ")
        assert len({line["hash"] for line in lines}) == 10

    def test_a_run_that_was_cut_short_and_resumed_is_recorded_whole(
        self, evals: Evals, command: Command
    ) -> None:
        process = evals.start(
            "run", "./sums", "-m", "./adder.py/m?seconds=0.05", "-n", 50, "--quiet", "--record", "kept.jsonl"
        )
        while self.asked() < 20:
            assert process.poll() is None
        process.kill()
        process.communicate()
        (run,) = Path("runs").iterdir()
        done = command("run", "--resume", run, "--quiet", "--record", "kept.jsonl")
        assert done.status == 0, done.err
        assert len(recording.read(Path("kept.jsonl")).exchanges) == 100

    def test_what_was_answered_before_it_was_recorded_is_said_to_be_missing(self, command: Command) -> None:
        command("run", "./sums", "-m", "./adder.py/m?fail=5", "-n", 20, "--quiet")
        (run,) = Path("runs").iterdir()
        done = command("run", "--resume", run, "--record", "kept.jsonl")
        assert "kept.jsonl will lack" in done.err

    def test_a_replayed_run_is_not_gone_on_with(self, command: Command) -> None:
        self.run(command, "--record", "kept.jsonl", n=3)
        with pytest.raises(BadInput):
            self.run(command, "--replay", "kept.jsonl", n=4)
        assert self.run(command, n=4).status == 0
        assert len(list(Path("runs").iterdir())) == 3
        (replayed,) = (run for run in Path("runs").iterdir() if log.read_about(run).replayed)
        with pytest.raises(BadInput) as told:
            command("run", "--resume", replayed)
        assert "run it anew" in told.value.fix

    def test_from_a_cache_it_is_recorded_all_the_same(self, command: Command) -> None:
        self.run(command, "--cache", "kept")
        self.run(command, "--cache", "kept", "--record", "kept.jsonl")
        assert self.asked() == 10
        assert len(recording.read(Path("kept.jsonl")).exchanges) == 10

    def test_what_cannot_be_written_at_the_end_is_made_of_what_is_kept(
        self, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = Path("away")
        folder.mkdir()
        head = recording.Head
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(recording, "Head", lambda models: (folder.rename("gone"), head(models))[1])
            with pytest.raises(BadInput, match="No such file or directory") as told:
                self.run(command, "--record", "away/kept.jsonl")
        (run,) = Path("runs").iterdir()
        assert f"evals run --resume {run} --record FILE" in told.value.fix
        assert command("run", "--resume", run, "--record", "kept.jsonl", "--quiet").status == 0
        assert self.asked() == 10
        assert len(recording.read(Path("kept.jsonl")).exchanges) == 10

    @pytest.mark.parametrize(
        ("file", "words"), [("sums", "it is a folder"), ("none/kept.jsonl", "No such file or directory")]
    )
    def test_it_does_not_begin_where_it_cannot_be_written(
        self, command: Command, file: str, words: str
    ) -> None:
        with pytest.raises(BadInput, match=f"{file} cannot be written: {words}"):
            self.run(command, "--record", file)
        assert not Path("runs").exists()
        assert self.asked() == 0


def test_a_recording_that_could_not_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept.jsonl").mkdir()
    with pytest.raises(BadInput, match="cannot be written: Is a directory"):
        recording.write(tmp_path / "kept.jsonl", {}, ())
    assert [each.name for each in tmp_path.iterdir()] == ["kept.jsonl"]


HEAD = '{"models":{"m":{"can":["chat"]}}}\n'


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (None, NotFound, "there is no recording"),
        ("", BadFile, "is no recording"),
        ('{"a": 1}\n', BadFile, "is no recording"),
        ('{"models":{},"recording":9}\n', BadFile, "format 9"),
        (HEAD + '{"hash": 3}\n', BadFile, "line 2 is damaged"),
        (HEAD, NotFound, "was not recorded with the model pocket"),
    ],
)
def test_what_is_no_recording_is_one_sentence(
    command: Callable[..., Done], text: str | None, error: type[Exception], words: str
) -> None:
    if text is not None:
        Path("kept.jsonl").write_text(text)
    with pytest.raises(error, match=words):
        command("run", "dots", "--replay", "kept.jsonl")
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--replay", "a", "--record", "b"),
        ("--replay", "a", "--cache", "b"),
        ("--replay", "a", "--batch"),
        ("--record", "no/such/folder/a"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(
    command: Callable[..., Done], options: tuple[str, ...]
) -> None:
    with pytest.raises(BadInput):
        command("run", "dots", "-n", 1, *options)
