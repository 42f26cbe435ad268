# The habits of this repository. `just` lists them.

default:
    @just --list

# the tests that need nothing but this checkout
test *args:
    uv run pytest {{args}}

# style and types
lint:
    uv run ruff check .
    uv run ruff format --check .
    uv run mypy

# mend what can be mended without thought
fix:
    uv run ruff check --fix .
    uv run ruff format .

# four suites through real servers that serve pocket's weights
real-server:
    bash tools/llamacpp_env.sh
    bash tools/serve_env.sh
    uv run pytest -m real_server -n 0

# the same at quick size through both, as the table in docs/providers.md: some seven minutes
agreement *servers:
    bash tools/llamacpp_env.sh
    bash tools/serve_env.sh
    uv run python -m tools.agreement {{servers}}

# suites run by lm-eval itself
lm-eval:
    bash tools/serve_env.sh
    uv run pytest -m lm_eval -n 0

# models in this process, and the same scores as lm-eval's
in-process:
    bash tools/serve_env.sh
    .serve-venv/bin/python -m pytest -n 0 -m in_process tests/test_in_process.py tests/test_same_scores.py

# what a pull request must pass, from nothing
ci:
    bash .ci/run

# the page of commands, the files for CI and the tables of columns and of providers, from the program itself
docs:
    uv run python -m tools.commands_page
    uv run python -m tools.ci_page
    uv run python -m tools.columns_table
    uv run python -m tools.providers_table

# the tables of docs/statistics.md, simulated anew
coverage:
    uv run python -m tools.coverage_tables

# the tables of docs/ranking.md, simulated anew: about a minute
ranking:
    uv run python -m tools.ranking_tables

# what a leaderboard costs beside arena-rank, LMArena's own package, in an environment of its own
arena-bench *args:
    test -d .arena-venv || (uv venv .arena-venv --python 3.11 && uv pip install --python .arena-venv/bin/python arena-rank==0.1.1 pyarrow)
    uv run python -m benchmarks.arena {{args}}

# what our command costs beside bare loops, as ratios; needs aiohttp and openai, which the checkout has
bench *args:
    uv run python -m benchmarks.speed {{args}}

# runs through faults of a host
faults *args:
    uv run python -m benchmarks.faults {{args}}
