"""The benchmark's sums as a task of Inspect AI."""

from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import match
from inspect_ai.solver import generate


@task
def sums(data: str) -> Task:
    """The sums of a JSONL file, the last number of the answer against the target."""
    return Task(dataset=json_dataset(data), solver=generate(), scorer=match(numeric=True))
