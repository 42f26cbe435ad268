"""Many plain things made at once, without the search for cycles: they have none, and it takes as long as making them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """No search for cycles within the block; what is made in it is looked at later, if it is there still."""
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()
