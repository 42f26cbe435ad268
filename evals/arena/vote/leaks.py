"""Leaks: names of models and of those who make them, which would tell who has answered."""

import re
from collections.abc import Iterable

HIDDEN = "▒▒▒▒▒▒"
"""What stands in place of a name; equally long for all of them."""

MAKERS = (
    "OpenAI",
    "ChatGPT",
    r"GPT[- ]?\d\w*(?:[-.]\w+)*",
    "Anthropic",
    r"Claude(?:[- ](?:\d|Opus|Sonnet|Haiku|Instant)[\w.-]*)*",
    "DeepMind",
    r"Gemini(?:[- ]\d[\w.-]*)?",
    r"Gemma(?:[- ]?\d[\w.-]*)?",
    "Google Bard",
    "Meta AI",
    r"Llama(?:[- ]?\d[\w.-]*)?",
    "Mistral AI",
    r"Mi[sx]tral(?:[- ]?\d[\w.-]*)?",
    "Alibaba Cloud",
    r"Qwen[\w.-]*",
    "Tongyi Qianwen",
    r"DeepSeek[\w.-]*",
    "Moonshot AI",
    r"Kimi(?:[- ]K\d[\w.-]*)?",
    "Zhipu AI",
    r"(?:Chat)?GLM[- ]?\d[\w.-]*",
    "Cohere",
    r"Command R\+?",
    r"Grok(?:[- ]?\d[\w.-]*)?",
    "xAI",
    r"Phi-\d[\w.-]*",
    r"OLMo[\w.-]*",
    r"Vicuna[\w.-]*",
    r"Falcon[- ]?\d+B[\w.-]*",
    "MiniMax",
    "Microsoft Copilot",
)
"""Patterns of what models call themselves and their makers, as of 2026; a new one needs a line here."""

TELLING = re.compile(r"[\d._:-]")
"""What tells the name of a model from a word of the language."""


class Names:
    """The names that are hidden in an arena's answers.

    Args: models: as they were typed; of `provider/model` the last part too where it is no plain word ("honest").
    """

    def __init__(self, models: Iterable[str]) -> None:
        own: set[str] = set()
        for model in models:
            name = model.partition("?")[0]
            own |= {model, name}
            last = name.rpartition("/")[2]
            if len(last) > 3 and TELLING.search(last):
                own.add(last)
        exact = [re.escape(name) for name in sorted(own, key=len, reverse=True) if name]
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join((*exact, *MAKERS))})(?!\w)", re.IGNORECASE)

    def hide(self, text: str, asked: str = "") -> tuple[str, bool]:
        """A text without names, and whether there were any; what the question itself speaks of tells nothing."""
        known = {found[0].casefold() for found in self._pattern.finditer(asked)}
        hidden = False

        def cover(found: re.Match[str]) -> str:
            nonlocal hidden
            if found[0].casefold() in known:
                return found[0]
            hidden = True
            return HIDDEN

        return self._pattern.sub(cover, text), hidden
