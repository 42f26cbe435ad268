"""The plugin of pytest: a claim about behaviour is one test, and whoever makes none pays nothing."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import Evals

CLAIMS = """
from evals import assert_no_worse

FEW = {"size": 60, "arms": ["neutral"]}

def test_as_good(evals_run):
    assert_no_worse(evals_run("hallucination", "scripted/right", **FEW), "baseline.json", margin="20pp")

def test_not_asked_twice(evals_run):
    first, again = (evals_run("hallucination", "scripted/right", **FEW) for _ in range(2))
    assert first is again
    assert not first.missing

def test_worse(evals_run):
    assert_no_worse(evals_run("hallucination", "scripted/idk", **FEW), "baseline.json", margin="20pp")
"""


def real_pytest(folder: Path, *args: str) -> "subprocess.CompletedProcess[str]":
    alone = ("-p", "no:cacheprovider", "-p", "no:xdist", "-W", "error")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *alone, *args],
        cwd=folder,
        text=True,
        capture_output=True,
        check=False,
    )


def test_a_claim_is_one_test_that_passes_or_says_in_a_sentence_what_is_worse(
    evals: Evals, tmp_path: Path
) -> None:
    run = evals("run", "hallucination", "-m", "scripted/right", "-n", 60, "--arm", "neutral", "--quiet")
    assert evals("baseline", "save", run.stdout.strip()).returncode == 0
    (tmp_path / "test_claims.py").write_text(CLAIMS)
    done = real_pytest(tmp_path, "--evals-out", "kept")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 2 passed" in done.stdout
    assert "hallucination J: 0.00 against 1.00, worse by 1.00" in done.stdout
    assert "__tracebackhide__" not in done.stdout
    assert len(list((tmp_path / "kept").glob("*/run.json"))) == 2


def test_without_a_folder_nothing_is_left_beside_the_tests(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text(
        "def test_one(evals_run):\n    assert evals_run('spelling', 'scripted/idk', size=1).replies\n"
    )
    assert real_pytest(tmp_path, f"--basetemp={tmp_path / 'base'}").returncode == 0
    assert not list(tmp_path.glob("*/run.json"))
    assert list(tmp_path.glob("base/evals0/*/run.json"))


def test_what_cannot_be_asked_is_one_sentence_of_the_test(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("def test_one(evals_run):\n    evals_run('spellin')\n")
    done = real_pytest(tmp_path)
    assert done.returncode == 1
    assert "did you mean spelling?" in done.stdout


def test_the_plugin_imports_nothing_heavy() -> None:
    heavy = {"pandas", "numpy", "pydantic", "asyncio", "click"}
    code = "import sys, pytest; was = set(sys.modules); import evals.pytest_plugin; print(*set(sys.modules) - was)"
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True)
    assert "evals.pytest_plugin" in done.stdout.split()
    assert not heavy & set(done.stdout.split())
