"""Winners: the labels of Chatbot Arena for who won a battle."""

from typing import Literal, get_args

Winner = Literal["model_a", "model_b", "tie", "tie (bothbad)"]
"""Who won; `a` is the answer that was shown first, or on the left."""

WINNERS: tuple[Winner, ...] = get_args(Winner)
BOTH_BAD: Winner = "tie (bothbad)"
