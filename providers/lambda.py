"""Lambda: its inference API is being wound down; what it rents are machines, on which a server of your own runs.

evals run hallucination -m 'vllm/MODEL?base_url=http://YOUR-MACHINE:8000/v1'
"""

from typing import NoReturn

from evals.errors import Unsupported
from evals.types import Capability

CAN: frozenset[Capability] = frozenset()
"""What its models can be asked for."""


def connect(_model: str, /, **_options: str) -> NoReturn:
    """No connection.

    Raises: Unsupported: always; says what to do.
    """
    raise Unsupported(
        "Lambda is winding its inference API down",
        "serve the model on a machine you rent there, and name it: -m 'vllm/MODEL?base_url=http://YOUR-MACHINE:8000/v1'",
    )
