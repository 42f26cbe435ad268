"""The scripts of docs/scale.md make what they say of dask's own deployers: a job of Slurm's, a specification for Kubernetes."""

import subprocess
import sys
from typing import Any

import pytest

from tests.test_docs import ROOT, blocks

pytestmark = pytest.mark.deployers


def made_by(what: str, last: str) -> dict[str, Any]:
    """The names that a script of the page has set before its line that begins with `last`, which needs the real thing."""
    (code,) = [
        text
        for language, _, text in blocks(ROOT / "docs" / "scale.md")
        if what in text and language == "python"
    ]
    found: dict[str, Any] = {}
    exec(code[: code.index(f"\n{last}")], found)  # noqa: S102  the page's own
    return found


def test_the_page_submits_workers_to_slurm() -> None:
    cluster = made_by("SLURMCluster", "cluster.scale")["cluster"]
    with cluster:
        script = cluster.job_script()
    assert "#SBATCH --gres=gpu:1" in script
    assert f"dask_worker {cluster.scheduler_address}" in script


def test_the_page_specifies_what_kubernetes_starts() -> None:
    parts = made_by("KubeCluster", "cluster = ")["spec"]["spec"]
    started = {role: parts[role]["spec"]["containers"][0] for role in ("scheduler", "worker")}
    for role, container in started.items():
        assert container["args"][:2] == ["dask", role]
        help_of = subprocess.run(
            [sys.executable, "-m", *container["args"][:2], "--help"],
            text=True,
            capture_output=True,
            check=True,
        )
        named = [option for option in container["args"][2:] if option.startswith("--")]
        assert not [option for option in named if option not in help_of.stdout]
    assert started["worker"]["envFrom"] == [{"secretRef": {"name": "keys"}}]
    assert "envFrom" not in started["scheduler"]
