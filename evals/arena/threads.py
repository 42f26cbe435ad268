"""One thread: a hundred models are too few for numpy's several, which only wait for each other."""

import os
from contextlib import AbstractContextManager, nullcontext
from typing import Any

VARIABLE = "OPENBLAS_NUM_THREADS"


def one() -> AbstractContextManager[Any]:
    """A block in which numpy computes in one thread."""
    if os.environ.get(VARIABLE) == "1":  # it was never given more
        return nullcontext()
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, "blas")  # type: ignore[no-any-return]  # it has no types
