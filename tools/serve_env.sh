#!/usr/bin/env bash
# Makes .serve-venv, an environment of its own with what the tests of foreign programs need: torch, transformers and its
# server (`transformers serve`), lm-eval, and this package. Needs python3 >= 3.11 with pip; takes a few minutes and 2 GB.
# Does nothing if it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=(
  "torch==2.13.0" "transformers[serving]>=5.23,<6" "lm-eval[api]==0.4.13"
  "pytest>=8.4" "pytest-xdist>=3.7" "hypothesis>=6.130"
  "--editable" "."
)

stamp="${wanted[*]} $(cksum < pyproject.toml)"  # what this package itself needs stands there

if [[ "$(cat .serve-venv/wanted 2>/dev/null)" != "$stamp" ]]; then
  [[ -x .serve-venv/bin/python ]] || python3 -m venv --clear .serve-venv
  .serve-venv/bin/python -m pip install --quiet --disable-pip-version-check "${wanted[@]}"
  echo "$stamp" > .serve-venv/wanted
fi
.serve-venv/bin/python -c 'import importlib.metadata as m; print(*(f"{p} {m.version(p)}" for p in ("torch", "transformers", "lm_eval")))'
