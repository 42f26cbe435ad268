#!/usr/bin/env bash
# Makes .lm-eval-venv, an environment of its own that holds lm-eval and this package for tests/test_lm_eval.py. Needs
# python3 >= 3.11 with pip; takes about a minute and 500 MB. Does nothing if it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=("lm-eval==0.4.13" "--editable" ".")

if [[ "$(cat .lm-eval-venv/wanted 2>/dev/null)" != "${wanted[*]}" ]]; then
  python3 -m venv --clear .lm-eval-venv
  .lm-eval-venv/bin/python -m pip install --quiet --disable-pip-version-check "${wanted[@]}"
  echo "${wanted[*]}" > .lm-eval-venv/wanted
fi
.lm-eval-venv/bin/python -c 'import importlib.metadata as m; print("lm-eval", m.version("lm_eval"))'
