"""Step 2: a model that runs on and writes the next turn itself is cut where its own turn ends."""

import re

_LEADING = re.compile(
    r"\A\s*(?:<s>|<\|begin_of_text\|>|<\|im_start\|>\s*assistant|<\|start\|>\s*assistant(?:<\|message\|>)?"
    r"|<\|start_header_id\|>\s*assistant\s*<\|end_header_id\|>|<start_of_turn>\s*model|<\|assistant\|>|\[/INST\])\s*"
)
_TOKEN = re.compile(
    r"<\|(?:im_end|im_start|eot_id|eom_id|end_of_text|endoftext|end|return|start|user|assistant|system|eos"
    r"|start_header_id)\|>|</s>|<s>|\[/?INST\]|<(?:end|start)_of_turn>|<｜(?:end▁of▁sentence|User|Assistant)｜>"
)
_ROLE = re.compile(
    r"\n[ \t]*(?:\*\*|#{1,4} )?(?:Q|Question|User|Human|Frage|Pregunta|Domanda|Pergunta|问|問|質問)\d{0,3} ?[:：]"
)
"""A new line that opens the user's next turn; at the very start of a reply it is an echo, not a leak."""


def cut(text: str) -> tuple[str, str]:
    """The model's own turn, stripped, and the rule that cut it (empty if nothing was cut)."""
    lead = _LEADING.match(text)
    own = (text[lead.end() :] if lead else text).strip()
    ends = [leak.start() for leak in (_TOKEN.search(own), _ROLE.search(own)) if leak]
    if not ends:
        return own, ""
    return own[: min(ends)].strip(), "turns: cut where another turn begins"
