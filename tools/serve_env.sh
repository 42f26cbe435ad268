#!/usr/bin/env bash
# Makes .serve-venv, an environment of its own that holds a real server (`transformers serve`) for
# tests/test_real_server.py. Needs python3 >= 3.11 with pip; takes a few minutes and 1.5 GB. Does nothing if it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=("torch==2.13.0" "transformers[serving]>=5.23,<6")

if [[ "$(cat .serve-venv/wanted 2>/dev/null)" != "${wanted[*]}" ]]; then
  python3 -m venv --clear .serve-venv
  .serve-venv/bin/python -m pip install --quiet --disable-pip-version-check "${wanted[@]}"
  echo "${wanted[*]}" > .serve-venv/wanted
fi
.serve-venv/bin/transformers version
