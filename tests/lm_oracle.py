"""lm-eval itself on pocket, by a model class of its own: what tests hold our runs of its tasks against.

Run in the environment of tools/serve_env.sh:  python -m tests.lm_oracle FOLDER TASK STAGE SHOTS|- chat|text
Writes one JSON object: `results` as lm-eval prints them, and of each item and filter its `arguments` and metrics.
"""

import asyncio
import json
import sys
from typing import Any

import lm_eval
import numpy as np
from lm_eval.api.model import TemplateLM
from lm_eval.tasks import TaskManager

from evals.provider import ModelName, connect
from evals.types import Message, Prompt


class PocketLM(TemplateLM):
    """A stage of pocket. Where a continuation begins is found as lm-eval finds it: by the tokens of the text alone."""

    tokenizer_name = "pocket"

    def __init__(self, stage: str) -> None:
        super().__init__()
        self.name = ModelName.parse(f"pocket/{stage}")
        self.runtime: Any = getattr(connect(self.name), "runtime")  # noqa: B009

    @property
    def eot_token_id(self) -> int:
        return int(self.runtime.tokenizer.get_vocab()["<|bos|>"])

    def tok_encode(self, string: str, add_special_tokens: bool | None = None, **_: Any) -> list[int]:
        return list(self.runtime.plain(string))[1 if add_special_tokens is False else 0 :]

    def _loglikelihood_tokens(self, requests: Any, **_: Any) -> list[tuple[float, bool]]:
        return [self._one(context, continuation) for _, context, continuation in requests]

    def _one(self, context: list[int], continuation: list[int]) -> tuple[float, bool]:
        network, read = self.runtime.network, np.array([[*context, *continuation][:-1]])
        states = network.forward(read, np.arange(read.shape[1])[None], network.cache(*read.shape))
        logits = (states[0, len(context) - 1 :] @ network.head).astype(np.float64)
        logprobs = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
        chosen = logprobs[np.arange(len(continuation)), continuation]
        return float(chosen.sum()), bool((logits.argmax(axis=-1) == continuation).all())

    def loglikelihood_rolling(self, requests: Any, disable_tqdm: bool = False) -> list[float]:
        raise NotImplementedError

    def apply_chat_template(
        self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True
    ) -> str:
        return json.dumps(chat_history)

    def generate_until(self, requests: Any, disable_tqdm: bool = False) -> list[str]:
        async def replies() -> list[str]:
            provider = connect(self.name)
            try:
                said = await asyncio.gather(*(provider.reply(_prompt(*each.args)) for each in requests))
                return [each.text for each in said]
            finally:
                await provider.close()

        return asyncio.run(replies())


def _prompt(context: str, settings: dict[str, Any]) -> Prompt:
    told = {"max_tokens": settings["max_gen_toks"], "stop": tuple(settings["until"]), "temperature": 0.0}
    if not context.startswith("[{"):
        return Prompt(text=context, **told)
    turns = json.loads(context)
    return Prompt(tuple(Message(turn["role"], turn["content"]) for turn in turns), **told)


def main(folder: str, task: str, stage: str, shots: str, form: str) -> None:
    """Evaluate one task."""
    found = lm_eval.simple_evaluate(
        model=PocketLM(stage),
        tasks=[task],
        task_manager=TaskManager(include_path=folder, include_defaults=False),
        num_fewshot=None if shots == "-" else int(shots),
        apply_chat_template=form == "chat",
        fewshot_as_multiturn=False,
        bootstrap_iters=0,
    )
    samples = [
        {
            "id": str(each["doc_id"]),
            "filter": each["filter"],
            "arguments": each["arguments"],
            "metrics": {name: each[name] for name in each["metrics"]},
        }
        for each in found["samples"][task]
    ]
    print(json.dumps({"results": found["results"][task], "samples": samples}, default=str))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
