"""A real model whose weights were disturbed on purpose regresses; the same model with other items does not."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from evals import shelf
from tests.conftest import Evals

STAGE = shelf.home("provider") / "pocket" / "weights" / "honest"
PROVIDER = '''"""pocket's honest stage from another folder."""

from pathlib import Path

from evals import shelf

pocket = shelf.load(shelf.find("provider", "pocket"))


def connect(model: str) -> "pocket.Pocket":
    return pocket.Pocket("honest", pocket.Runtime(Path(model)))
'''
ASKED = ("hallucination", "--arm", "neutral", "-n", 120, "--quiet")


@pytest.fixture
def honest(evals: Evals) -> Path:
    """A run of the honest stage, saved as baseline.json."""
    (evals.cwd / "elsewhere.py").write_text(PROVIDER)
    done = evals("run", *ASKED, "-m", "pocket/honest")
    assert done.returncode == 0, done.stderr
    assert evals("baseline", "save", done.stdout.strip()).returncode == 0
    return Path(done.stdout.strip())


def disturbed(folder: Path, noise: float) -> None:
    """A copy of the weights with Gaussian noise, in parts of each matrix's own spread."""
    shutil.copytree(STAGE, folder)
    rng = np.random.default_rng(0)
    weights = load_file(STAGE / "model.safetensors")
    save_file(
        {
            name: (each + noise * each.std() * rng.standard_normal(each.shape)).astype(each.dtype)
            for name, each in weights.items()
        },
        folder / "model.safetensors",
    )


@pytest.mark.usefixtures("honest")
def test_a_model_whose_weights_were_disturbed_regresses(evals: Evals) -> None:
    disturbed(evals.cwd / "damaged", 0.5)
    done = evals("run", *ASKED, "-m", "./elsewhere.py/damaged")
    assert done.returncode == 0, done.stderr
    gate = evals("gate", done.stdout.strip(), "--baseline", "baseline.json", "--format", "json")
    assert gate.returncode == 1, gate.stdout
    found = {each["metric"]: each["verdict"] for each in json.loads(gate.stdout)["verdicts"]}
    assert "regress" in (found["FR"], found["J"])


@pytest.mark.usefixtures("honest")
def test_the_same_weights_from_elsewhere_do_not(evals: Evals) -> None:
    done = evals("run", *ASKED, "-m", f"./elsewhere.py/{STAGE}", "--seed", 7)
    assert done.returncode == 0, done.stderr
    gate = evals("gate", done.stdout.strip(), "--baseline", "baseline.json")
    assert "REGRESS" not in gate.stdout
    assert gate.returncode in (0, 3)
