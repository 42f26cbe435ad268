"""What a reply answers, for the kinds of question that the suites ask. Every answer names the rule that read it.

    number_answer, integer_answer   a value or a count
    letters_answer                  a spelling, or one letter
    word_answer                     a word
    yes_no_answer                   a verdict
    option_answer                   which of two, by name or by comparison ("9.9 is larger than 9.11")

Each takes the visible reply with its markup still there (`Reading.normalised`), is pure, never raises, and takes time
linear in the length of the text.
"""

from evals.answers.answer import Answer, Asked
from evals.answers.graphemes import graphemes
from evals.answers.letters import letters_answer
from evals.answers.numeric import integer_answer, number_answer
from evals.answers.option import option_answer
from evals.answers.verdict import yes_no_answer
from evals.answers.word import word_answer

__all__ = [
    "Answer",
    "Asked",
    "graphemes",
    "integer_answer",
    "letters_answer",
    "number_answer",
    "option_answer",
    "word_answer",
    "yes_no_answer",
]
