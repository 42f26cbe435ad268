#!/usr/bin/env bash
# Makes .peers-venv and .peers-node, environments of their own with what the benchmarks set beside ours: Inspect AI, lm-eval
# and, where npm is there, promptfoo. Needs python3 >= 3.11 with pip; takes some minutes and 1.5 GB. Does nothing if they are there.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=("inspect-ai==0.3.285" "openai>=3,<4" "lm-eval[api]==0.4.13")
if [[ "$(cat .peers-venv/wanted 2>/dev/null)" != "${wanted[*]}" ]]; then
  python3 -m venv --clear .peers-venv
  .peers-venv/bin/python -m pip install --quiet --disable-pip-version-check "${wanted[@]}"
  echo "${wanted[*]}" > .peers-venv/wanted
fi
if command -v npm >/dev/null && [[ ! -x .peers-node/node_modules/.bin/promptfoo ]]; then
  mkdir -p .peers-node
  npm install --silent --no-fund --no-audit --prefix .peers-node "promptfoo@0.121"
fi
