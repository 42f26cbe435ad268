"""An arm that a model cannot take is left out with one line: planned out beforehand, or after its host's first refusal."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals import log
from evals.plan import LeftOut, Request, plan, sentences
from evals.reporting import load, report
from tests.conftest import Evals
from tests.minds import refuses
from tests.stub_server import Reply, Stub, chat, serving

SUITE = '''"""Counts letters, as text, as a picture and with a tool."""
from evals.scorer import last_integer
from evals.suite import Suite
from evals.types import Arm, Contrast, Image, Sample, Tool


def samples(seed, n, options):
    return [Sample(f"{i:03}", "x" * (i % 5 + 1), str(i % 5 + 1)) for i in range(n)]


def pictures(sample):
    return (Image.of(sample.input.encode()),)


COUNT = Tool(
    "count", "counts", {"type": "object", "properties": {"text": {"type": "string"}}}, lambda text: str(len(text))
)

suite = Suite(
    name="looks",
    version="1",
    about="counting",
    samples=samples,
    arms=(
        Arm("text", "How many x? {input}"),
        Arm("picture", "How many x are in the picture?", images=pictures),
        Arm("tool", "How many x? Use the tool. {input}", tools=(COUNT,)),
    ),
    score=last_integer,
    contrasts=(Contrast("seeing", "accuracy", "picture", "text", "showing a picture", "accuracy"),),
)
'''

EYES = '''"""Sees pictures, if told so; text is misread."""
from evals.types import Response


class Eyes:
    notice, concurrency = "", 4

    def __init__(self, can):
        self.can = frozenset({"chat", *can})

    async def reply(self, prompt):
        (image,) = prompt.images or (None,)
        with open("requests.txt", "a") as file:
            file.write("picture\\n" if image else "text\\n")
        return Response(str(len(image.data)) if image else "7")

    async def close(self):
        pass


def connect(model, can="images"):
    return Eyes([name for name in can.split(",") if name])
'''


@pytest.fixture
def looks(evals: Evals) -> Evals:
    """The command line in a folder with the suite and the provider."""
    (evals.cwd / "looks").mkdir()
    (evals.cwd / "looks" / "suite.py").write_text(SUITE)
    (evals.cwd / "eyes.py").write_text(EYES)
    return evals


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as server:
        yield server


def the_run(folder: Path) -> log.Run:
    (run,) = (folder / "runs").iterdir()
    return log.read_run(run)


SEES, BLIND = "./eyes.py/m?can=images,tools", "./eyes.py/m?can="


def test_what_a_model_cannot_take_is_left_out_with_one_line_each_and_nothing_is_missing(looks: Evals) -> None:
    done = looks("run", "./looks", "-m", BLIND, "-m", SEES, "-n", 20)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("takes no images") == 1
    assert f"{BLIND} takes no images: arm picture of suite looks is left out" in done.stderr
    assert f"{BLIND} calls no tools: arm tool of suite looks is left out" in done.stderr
    assert "80 replies planned" in done.stderr
    run = the_run(looks.cwd)
    assert (len(run.replies), run.about.planned, run.missing, bool(run.about.finished)) == (80, 80, 0, True)
    assert {reply.key.arm for reply in run.replies if reply.key.model == BLIND} == {"text"}
    assert not [reply for reply in run.replies if reply.failure]


def test_going_on_asks_nothing_that_was_left_out(looks: Evals) -> None:
    looks("run", "./looks", "-m", BLIND, "-n", 20)
    asked = (looks.cwd / "requests.txt").read_text()
    again = looks("run", "--resume", the_run(looks.cwd).folder)
    assert again.returncode == 0, again.stderr
    assert "20 replies planned, 20 of them answered before" in again.stderr
    assert (looks.cwd / "requests.txt").read_text() == asked


def test_reports_on_models_with_different_arms_compare_only_what_both_were_asked(looks: Evals) -> None:
    looks("run", "./looks", "-m", BLIND, "-m", SEES, "-n", 20, "--quiet")
    rows = load(the_run(looks.cwd).folder)
    summary = rows.pipe(report("summary"))
    assert set(zip(summary["model"], summary["arm"], strict=True)) == {
        (BLIND, "text"), (SEES, "text"), (SEES, "picture"), (SEES, "tool")
    }  # fmt: skip
    assert summary.set_index(["model", "arm"])["value"][SEES, "picture"] == 1.0
    found = rows.pipe(report("contrasts"))
    between = found[found["compared"] == "models"]
    assert set(between["effect"]) == {0.0}  # on text alone both are always wrong
    within = found[found["name"] == "seeing"]
    assert within[["model", "effect"]].to_numpy().tolist() == [[SEES, 1.0]]


def test_a_report_says_what_was_left_out(looks: Evals) -> None:
    looks("run", "./looks", "-m", BLIND, "-n", 5, "--quiet")
    done = looks("report", the_run(looks.cwd).folder, "--format", "json")
    assert (
        f"{BLIND} takes no images: arm picture of suite looks is left out" in json.loads(done.stdout)["about"]
    )


def test_a_model_for_which_nothing_is_left_is_an_error_before_anything_is_sent(looks: Evals) -> None:
    done = looks("run", "./looks", "-m", BLIND, "-m", SEES, "--arm", "picture")
    assert done.returncode == 2
    assert f"{BLIND} takes no images, which arm 'picture' of suite looks needs" in done.stderr
    assert not (looks.cwd / "runs").exists()
    assert not (looks.cwd / "requests.txt").exists()


def host(stub: Stub) -> str:
    return f"openai-compatible/m?base_url={stub.url}"


def test_what_a_host_refuses_is_left_out_from_there_on(looks: Evals, stub: Stub) -> None:
    stub.mind = refuses("this model does not support image input or tools")
    done = looks("run", "./looks", "-m", host(stub), "-n", 40)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("takes no images, says its host: arm picture of suite looks is left out") == 1
    assert done.stderr.count("calls no tools, says its host: arm tool of suite looks is left out") == 1
    assert "does not support image input" in done.stdout
    run = the_run(looks.cwd)
    failures = [reply for reply in run.replies if reply.failure]
    assert sorted((reply.key.arm, reply.failure.kind) for reply in failures if reply.failure) == [
        ("picture", "unsupported"), ("tool", "unsupported")
    ]  # fmt: skip
    assert (run.about.planned, run.missing, bool(run.about.finished)) == (40, 0, True)
    refused = [
        seen
        for seen in stub.seen
        if "tools" in seen.body or isinstance(seen.body["messages"][0]["content"], list)
    ]
    assert len(refused) <= 16  # those that were in flight when the first refusal came
    before = len(stub.seen)
    assert looks("run", "--resume", run.folder).returncode == 0
    assert len(stub.seen) == before


def test_a_host_that_refuses_the_only_arm_ends_the_run(looks: Evals, stub: Stub) -> None:
    stub.mind = refuses("No endpoints found that support image input", 404)
    done = looks("run", "./looks", "-m", host(stub), "--arm", "picture", "-n", 40)
    assert done.returncode == 2
    assert "m of openai-compatible takes no images" in done.stderr
    assert len(stub.seen) <= 16
    stub.mind = lambda _body: Reply(chat("3"))  # the server was mended meanwhile
    again = looks("run", "./looks", "-m", host(stub), "--arm", "picture", "-n", 40)
    assert again.returncode == 0, again.stderr
    run = the_run(looks.cwd)
    assert (len(run.replies), run.missing, run.about.left_out) == (40, 0, ())


def test_a_denied_capability_is_planned_out(looks: Evals, stub: Stub) -> None:
    stub.mind = refuses("never asked")
    done = looks("run", "./looks", "-m", f"{host(stub)}&images=no&tools=no", "-n", 5)
    assert done.returncode == 0, done.stderr
    assert len(stub.seen) == 5


def test_sentences_put_arms_of_one_reason_together() -> None:
    out = [LeftOut("m", "s", arm, "takes no images") for arm in "abc"] + [
        LeftOut("m", "s", arm, "calls no tools") for arm in "de"
    ]
    assert sentences(out) == [
        "m takes no images: arms a, b and c of suite s are left out",
        "m calls no tools: arms d and e of suite s are left out",
    ]


def test_a_plan_without_an_arm_is_shorter_by_its_replies(sums: Path) -> None:
    made = plan(Request(suites=(str(sums),), models=("a", "b"), size=3, repeat=2))
    less = made.without(LeftOut("a", "sums", "steps", "takes no images"))
    assert (len(made), len(less), less.size("a"), less.size("b")) == (24, 18, 6, 12)
    for model in ("a", "b"):
        assert len(list(less.jobs(model))) == less.size(model)
        assert all(less.asks(job.key) for job in less.jobs(model))
    gone = {job.key for job in made.jobs("a")} - {job.key for job in less.jobs("a")}
    assert {key.arm for key in gone} == {"steps"}
    assert not any(less.asks(key) for key in gone)
