#!/usr/bin/env bash
# Makes .llamacpp-venv, an environment of its own that holds llama.cpp's server, prebuilt (tools/llamacpp_server.py), for
# tests/test_real_server.py. Needs python3 >= 3.11 with pip; takes some ten seconds and 130 MB. Does nothing if it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=("xllamacpp==2026.10.11549")

if [[ "$(cat .llamacpp-venv/wanted 2>/dev/null)" != "${wanted[*]}" ]]; then
  python3 -m venv --clear .llamacpp-venv
  .llamacpp-venv/bin/python -m pip install --quiet --disable-pip-version-check "${wanted[@]}"
  echo "${wanted[*]}" > .llamacpp-venv/wanted
fi
.llamacpp-venv/bin/python -c 'import xllamacpp; print("llama.cpp, by xllamacpp", xllamacpp.__version__)'
