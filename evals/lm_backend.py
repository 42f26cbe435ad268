"""Sets up a backend of lm-eval by its name and options; what it prints of itself stays off the terminal."""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from evals import safe
from evals.errors import BadInput, Unsupported

NAME = "lm-eval"


def backends() -> list[str]:
    """The names that lm-eval has. Raises: Unsupported: it is not installed."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # what backends bring has some
    try:
        from lm_eval import models
        from lm_eval.api.registry import model_registry
    except ImportError as error:
        raise Unsupported(
            f"{NAME} runs models by lm-eval, and {error.name} is not installed",
            "pip install 'behavior-evals[lm-eval]'",
        ) from None
    logging.getLogger("lm_eval").setLevel(logging.CRITICAL)
    return sorted({*models.MODEL_MAPPING, *model_registry})


def made(name: str, options: Mapping[str, str]) -> Any:
    """The backend. Raises: Unsupported: a package is missing. BadInput: it cannot be set up so."""
    from lm_eval.api.registry import get_model
    from lm_eval.utils import handle_arg_string

    try:
        kind: Callable[..., Any] = get_model(name)
        _quieten()
        lm = kind(
            **_device(kind, options), **{key: handle_arg_string(value) for key, value in options.items()}
        )
        getattr(lm, "header", None)  # with the key, of which a backend of a host says here that it is not set
    except ImportError as error:
        raise Unsupported(
            f"backend {name} of lm-eval needs more than is installed: {line(error)}",
            "install it: pip install 'lm-eval[api]' for servers, 'lm-eval[hf]', 'lm-eval[vllm]', ... for the rest",
        ) from None
    except Exception as error:  # noqa: BLE001  a backend is its authors' code
        raise BadInput(
            f"backend {name} of lm-eval cannot be set up: {line(error)}",
            "correct the options after ?, which are those of --model_args",
        ) from None
    return lm


def _device(kind: Callable[..., Any], options: Mapping[str, str]) -> dict[str, str]:
    """The processor, for a backend that would take a GPU where there is none."""
    wants = signature(kind).parameters.get("device")
    if wants is None or wants.default != "cuda" or "device" in options:
        return {}
    import torch

    return {} if torch.cuda.is_available() else {"device": "cpu"}


def _quieten() -> None:
    """Keep the warnings and the bar of loading of transformers off the terminal, where the backend has brought it."""
    if "transformers" in sys.modules:
        from transformers import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()


def has_template(lm: Any) -> bool:
    """Whether the backend's tokenizer has a chat template, and the backend gives conversations in it."""
    if not hasattr(lm, "_loglikelihood_tokens") or not getattr(
        getattr(lm, "tokenizer", None), "chat_template", None
    ):
        return False
    return type(lm.apply_chat_template([{"role": "user", "content": "Hello"}])) is str


def line(error: BaseException) -> str:
    return safe.line(f"{type(error).__name__}: {error}", 300)
