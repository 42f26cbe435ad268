"""The ways to ask: for the answer alone, for working first, or without advice."""

from evals.types import Arm

ONLY, STEPS, FREE = "answer only", "step by step", "no advice"

ARMS = (
    Arm(ONLY, "{input}\nReply with that one only.", max_tokens=64),
    Arm(STEPS, "{input}\nWork it out step by step. End with a line `Answer: <that one>`.", max_tokens=1024),
    Arm(FREE, "{input}", max_tokens=512, default=False),
)
