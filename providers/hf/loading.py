"""Gets a model of the Hugging Face hub, or of a folder, into memory; whatever goes wrong is one sentence."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from evals import safe
from evals.errors import BadFile, BadInput, EvalsError, FailureKind, NotFound, ProviderError, Unsupported

from .decoder import Decoder

NAME = "hf"
HUB_SECONDS = 10.0
"""How long the hub has to say whether it has a model."""
WEIGHTS = ("*.safetensors", "*.bin")


class Options(BaseModel):
    """The options of a model's name (`?key=value`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wire: Literal["chat", "completion"] | None = None
    device: str = Field(default="auto", min_length=1)
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    batch: int = Field(default=1, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=10, allow_inf_nan=False)
    max_tokens: int | None = Field(default=None, ge=1)
    thinking: bool | None = None
    revision: str | None = Field(default=None, min_length=1)
    trust_remote_code: bool = False


def load(name: str, options: Options) -> Decoder:
    """The model, ready on its device.

    Args: name: of the hub, or the path of a folder (`./folder`), for which the network is never used.
    Raises: EvalsError: a library, the folder, the weights, the network or memory is missing, or the model is of a kind
        that does not continue texts.
    """
    _check_folder(name)
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # theirs is off as well, unless the user has it on
    try:
        import torch
        import transformers
    except ImportError as error:
        raise Unsupported(
            f"{NAME} runs models in this process by transformers and torch, and {error.name} is not installed",
            "pip install 'behavior-evals[hf]'",
        ) from None
    _quieten(transformers)
    device = _device(torch, options.device)
    dtype: Any = options.dtype
    if dtype == "auto" and device == "cpu":
        dtype = "float32"  # fewer bits are slower on most processors, and round more
    told: dict[str, Any] = {
        "trust_remote_code": options.trust_remote_code,
        "local_files_only": is_folder(name) or not _reached(name, options.revision),
        **({"revision": options.revision} if options.revision else {}),
    }
    where = str(Path(name).expanduser()) if is_folder(name) else name
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(where, **told)
        model = transformers.AutoModelForCausalLM.from_pretrained(where, dtype=dtype, **told)
        model = model.to(device).eval()
    except Exception as error:
        raise explained(name, error) from error
    return _decoder(transformers, model, tokenizer, options.batch)


def is_folder(name: str) -> bool:
    """Whether a model is named by a path: that alone makes it a folder, not that one happens to lie here."""
    return name.startswith((".", "/", "~")) or Path(name).is_absolute()


def _check_folder(name: str) -> None:
    if not name:
        raise BadInput(
            f"{NAME} runs many models and none is named",
            f"write -m {NAME}/Qwen/Qwen3-0.6B, or {NAME}/./FOLDER",
        )
    if not is_folder(name):
        return
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise NotFound(f"there is no folder {name}", "name the folder that holds config.json and the weights")
    if not (folder / "config.json").is_file():
        raise BadFile(
            f"folder {name} has no config.json: it is no model of transformers", "name the folder that has"
        )
    if not any(next(folder.glob(pattern), None) for pattern in WEIGHTS):
        raise BadFile(
            f"folder {name} has no weights ({', '.join(WEIGHTS)})", "put them beside its config.json"
        )


def _reached(name: str, revision: str | None) -> bool:
    """Whether the hub answers; where it does not, what is on this disk is loaded without asking again and again.

    Raises: ProviderError: it knows no such model.
    """
    from huggingface_hub import HfApi

    try:
        HfApi().model_info(name, revision=revision, timeout=HUB_SECONDS)
    except Exception as error:  # noqa: BLE001  of whatever client the library has
        meant = explained(name, error)
        if isinstance(meant, ProviderError) and meant.kind == "not_found":
            raise meant from None
        return False
    return True


def _quieten(transformers: Any) -> None:
    """Its warnings and its bar of loading stay off the terminal; the hub's bars of downloads do not."""
    import logging

    from huggingface_hub.utils.tqdm import enable_progress_bars

    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    enable_progress_bars()


def _device(torch: Any, wanted: str) -> str:
    """The device's name; a GPU if there is one. Raises: BadInput: there is no such device."""
    if wanted == "auto":
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.empty(1, device=wanted)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise BadInput(
            f"device={wanted} of {NAME} cannot be used: {_line(error)}", "write device=cpu, or leave it out"
        ) from None
    return wanted


def _decoder(transformers: Any, model: Any, tokenizer: Any, rows: int) -> Decoder:
    """The model with nothing left of how its authors would have it sampled, but for the tokens that end a reply."""
    told = (model.generation_config.eos_token_id, model.config.get_text_config().eos_token_id)
    ends = dict.fromkeys(token for each in (*told, tokenizer.eos_token_id) for token in _listed(each))
    pad = tokenizer.pad_token_id
    model.generation_config = transformers.GenerationConfig(
        eos_token_id=list(ends) or None, pad_token_id=next(iter(ends), 0) if pad is None else pad
    )
    config = model.config.get_text_config()
    names = ("max_position_embeddings", "n_positions", "n_ctx")
    context = next((found for name in names if (found := getattr(config, name, None))), None)
    return Decoder(model, tokenizer, tuple(ends), context, rows)


def _listed(tokens: int | list[int] | None) -> list[int]:
    return [] if tokens is None else [tokens] if isinstance(tokens, int) else list(tokens)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a failure is known by, in the names and words of it and its causes, and what it means."""

    known_by: str
    kind: FailureKind
    words: str
    fix: str


MEANINGS = (
    _Meaning(
        "trust_remote_code",
        "bad_request",
        "{name} comes with code of its own, which is not run unasked",
        "add ?trust_remote_code=yes if you trust its authors",
    ),
    _Meaning(
        "GatedRepoError",
        "auth",
        "{name} is gated",
        "ask for access on its page of the hub, then: hf auth login",
    ),
    _Meaning(
        "RepositoryNotFoundError|RevisionNotFoundError|HFValidationError",
        "not_found",
        "the hub knows no model {name}, or none that your login may see",
        "correct the name; a folder is written hf/./FOLDER",
    ),
    _Meaning(
        "LocalEntryNotFoundError|OfflineModeIsEnabled|ConnectError|ConnectTimeout",
        "unreached",
        "{name} is not on this disk, and the hub cannot be reached",
        "mend the network (or unset HF_HUB_OFFLINE), or name a folder: hf/./FOLDER",
    ),
    _Meaning(
        "nrecognized configuration class|does not recognize this architecture",
        "unsupported",
        "{name} is of no kind of model that this transformers continues texts with",
        "choose another, or a newer transformers",
    ),
)


def explained(name: str, error: BaseException) -> EvalsError:
    """What a failure of the libraries means."""
    said = _said(error)
    meanings = (each for each in MEANINGS if re.search(each.known_by, said))
    if full := short_of_memory(name, error):
        return full
    if found := next(meanings, None):
        return ProviderError(found.kind, found.words.format(name=name), found.fix)
    return BadFile(f"{name} cannot be loaded: {_line(error)}", "mend it, or name another model")


def short_of_memory(name: str, error: BaseException) -> ProviderError | None:
    """The sentence for a failure that is a want of memory; None if it is not."""
    if not re.search("OutOfMemory|out of memory|allocate memory|MemoryError", _said(error)):
        return None
    return ProviderError(
        "bad_request",
        f"{name} does not fit in memory: {_line(error)}",
        "take ?batch=1, ?dtype=bfloat16 or a smaller model, or end what else uses the memory",
    )


def _said(error: BaseException | None) -> str:
    """The names and words of a failure and of its causes."""
    found = []
    while error is not None:
        found.append(f"{type(error).__name__} {error}")
        error = error.__cause__ or error.__context__
    return "\n".join(found)


def _line(error: BaseException) -> str:
    return safe.line(str(error) or type(error).__name__, 200)
