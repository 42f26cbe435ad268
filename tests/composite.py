"""Runs the shell steps of a composite action one after the other, as GitHub's runner does; what it `uses` is left out.

Source: GitHub's reference of workflow commands, of `shell: bash` (`bash --noprofile --norc -eo pipefail FILE`), and of
status functions: a step without one runs only while none has failed.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
STATUS = ("always()", "cancelled()", "failure()")


@dataclass
class Ran:
    """What became of an action.

    Attributes:
        logs: step name -> what it printed, both streams in order.
        statuses: step name -> exit status.
        left: names of the steps that use another action.
        outputs: of the action.
        summary: of the job, as Markdown.
    """

    logs: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def failed(self) -> bool:
        return any(self.statuses.values())


class Runner:
    """A runner in a folder of its own.

    Args: folder: the checkout. github: the context of that name. environment: GITHUB_* and others that steps see.
    """

    def __init__(self, folder: Path, github: Mapping[str, str], environment: Mapping[str, str]) -> None:
        self.folder, self.github = folder, github
        self.files = folder.parent / f"{folder.name}-runner"
        self.files.mkdir(exist_ok=True)
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        self.environment = {"PATH": path, "HOME": str(self.files), "GITHUB_ACTIONS": "true", **environment}

    def run(self, action: Path, given: Mapping[str, str]) -> Ran:
        """Run an action with these inputs."""
        read = yaml.safe_load(action.read_text("utf-8"))
        unknown = given.keys() - read["inputs"].keys()
        assert not unknown, f"the action has no input {unknown}"
        inputs = {name: given.get(name, about.get("default", "")) for name, about in read["inputs"].items()}
        context: dict[str, Any] = {
            "github": self.github,
            "inputs": {name: self._filled(value, {"github": self.github}) for name, value in inputs.items()},
            "steps": {},
        }
        ran = Ran()
        summary = self._fresh("summary")
        for step in read["runs"]["steps"]:
            if self._due(step, context, failed=ran.failed):
                self._step(step, context, ran)
        ran.summary = summary.read_text("utf-8")
        ran.outputs = {name: self._filled(about["value"], context) for name, about in read["outputs"].items()}
        return ran

    def _due(self, step: Mapping[str, Any], context: Mapping[str, Any], *, failed: bool) -> bool:
        condition = str(step.get("if", "")).removeprefix("${{").removesuffix("}}").strip()
        if failed and not any(name in condition for name in STATUS):
            return False
        return not condition or bool(evaluated(condition, context))

    def _step(self, step: Mapping[str, Any], context: dict[str, Any], ran: Ran) -> None:
        if "uses" in step:
            ran.left.append(step["name"])
            return
        assert step["shell"] == "bash"
        told = self._fresh("output")
        handed = {name: self._filled(value, context) for name, value in step.get("env", {}).items()}
        files = {"GITHUB_OUTPUT": told, "GITHUB_STEP_SUMMARY": self.files / "summary"}
        script = self.files / "script.sh"
        script.write_text(step["run"], "utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.folder,
            env={**self.environment, **{name: str(path) for name, path in files.items()}, **handed},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        ran.logs[step["name"]], ran.statuses[step["name"]] = done.stdout, done.returncode
        if "id" in step:
            lines = (line.partition("=") for line in told.read_text("utf-8").splitlines())
            context["steps"][step["id"]] = {"outputs": {name: value for name, _, value in lines}}

    def _fresh(self, name: str) -> Path:
        path = self.files / name
        path.write_text("")
        return path

    @staticmethod
    def _filled(text: str, context: Mapping[str, Any]) -> str:
        return EXPRESSION.sub(lambda found: str(evaluated(found[1], context)), text)


def evaluated(expression: str, context: Mapping[str, Any]) -> Any:
    """An expression of ours: names, texts, ==, !=, &&, || and the status functions; an unknown name is an empty text."""
    told = {"always()": True, "cancelled()": False}
    parts = re.findall(r"'[^']*'|==|!=|&&|\|\||!|[\w.-]+(?:\(\))?", expression)
    words = {"&&": "and", "||": "or", "!": "not", "==": "==", "!=": "!="}
    said = " ".join(
        words.get(part) or (part if part.startswith("'") else repr(told.get(part, looked_up(part, context))))
        for part in parts
    )
    return eval(said, {"__builtins__": {}})  # noqa: S307  of our own action.yml, made of literals and operators above


def looked_up(name: str, context: Mapping[str, Any]) -> Any:
    found: Any = context
    for part in name.split("."):
        found = found.get(part, "") if isinstance(found, Mapping) else ""
    return found
