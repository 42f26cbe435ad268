"""llama.cpp's own HTTP server, from the library that tools/llamacpp_env.sh installs, until it is told to stop.

.llamacpp-venv/bin/python tools/llamacpp_server.py FILE.gguf --port 8080 --alias NAME

What it answers is written by llama.cpp's C++ server, the one that `llama-server` starts; `chosen` says which of its options
this is. Flash attention is off, for llama.cpp's computes in half precision on a CPU whatever the weights are: with it 8 of
456 greedy replies of pocket were others than pocket's own, without it none.
"""

import argparse
import signal

import xllamacpp

CONTEXT = 512
"""Tokens that pocket reads."""

ENDS = {signal.SIGTERM, signal.SIGINT}
"""What tells it to stop."""


def chosen(model: str, port: int, alias: str, slots: int) -> xllamacpp.CommonParams:
    """As llama-server -m FILE --port PORT --alias NAME --parallel SLOTS, and the options below."""
    options = xllamacpp.CommonParams()
    options.model.path = model
    options.model_alias = {alias}
    options.hostnames = ["127.0.0.1"]
    options.port = port
    options.n_parallel = slots
    options.n_ctx = CONTEXT * slots  # --ctx-size
    options.flash_attn_type = (
        xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    )  # --flash-attn off
    options.cache_type_k = options.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32  # --cache-type-k f32 ...
    options.cpuparams.n_threads = options.cpuparams_batch.n_threads = 1  # more only wait for each other
    options.ui = False  # --no-webui
    return options


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("model", help="a GGUF file")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--alias", default="default", help="what the model is called")
    parser.add_argument("--slots", type=int, default=4, help="conversations at a time")
    parser.add_argument("--api-key", default="", help="what it wants with every request")
    given = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # before its threads start, which inherit this
    options = chosen(given.model, given.port, given.alias, given.slots)
    options.api_keys = [given.api_key] if given.api_key else []
    server = xllamacpp.Server(options)
    signal.sigwait(ENDS)
    del server


if __name__ == "__main__":
    main()
