"""A plugin of pytest: the fixture `evals_run`, by which a claim about a model's behaviour is one test.

def test_no_worse(evals_run):
    assert_no_worse(evals_run("hallucination", "pocket/honest"), "baseline.json", margin="5pp")

Every pytest loads it where this package is installed: it imports nothing until the fixture is called.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from evals.log import Run


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--evals-out DIR`."""
    parser.getgroup("evals").addoption(
        "--evals-out",
        metavar="DIR",
        help="keep run folders of evals there, and go on with those that were cut short; without it they are temporary",
    )


@pytest.fixture(scope="session")
def evals_run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> "Callable[..., Run]":
    """Give the run of a suite, a model and options, which is asked for now.

    Such as `evals_run("hallucination", "pocket/honest", size=20)`.

    What was asked before in this session is not asked again. Further options: seed, arms, settings, repeat, as of
    evals.testing.asking.
    """
    kept = request.config.getoption("--evals-out")
    out = Path(kept) if kept else tmp_path_factory.mktemp("evals")
    found: dict[str, Run] = {}

    def run(suite: str, model: str = "pocket", **options: Any) -> "Run":
        from evals.testing import asking, run_suite

        asked = asking(suite, model, **options)
        if asked.digest not in found:
            found[asked.digest] = run_suite(asked, out)
        return found[asked.digest]

    return run
