"""Safe text: what models and hosts say is untrusted, so nothing of it may steer a terminal, a page or a document."""

import re
from typing import Any

SEQUENCE = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"  # control sequences: colours, cursor, erase
    "|(?:\x1b[\\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)"  # titles, links, clipboard
    "|\x1b[ -/]*[0-~]"  # other escapes
)
BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # controls but tab and line feed
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # direction, invisible
    "\U000e0000-\U000e0fff]"  # tags and selectors that carry hidden text
)
SURROGATE = re.compile("[\ud800-\udfff]")
MARKS = re.compile(r"([\\`*_\[\]|~$])")
OPENING = re.compile(r"^(?=[-+#=])|^\d+(?=[.)])")
LINKED = re.compile(r"([@#])(?=\w)")


def clean(text: str) -> str:
    """The text without escape sequences, controls (but tab and line feed), direction overrides and hidden characters.

    Every kind of line break becomes a line feed; what is no character becomes U+FFFD.
    """
    text = BREAK.sub("\n", SEQUENCE.sub("", text))
    return SURROGATE.sub("\ufffd", HIDDEN.sub("", text))


def line(value: Any, width: int | None = None) -> str:
    """Any value as one clean line, cut to so many characters where a width is given."""
    text = " ".join(clean(str(value)).split())
    return text if width is None or len(text) <= width else text[: width - 1] + "…"


def shortened(text: str, longest: int) -> str:
    """The text clean and cut to so many characters; what is left out is counted, and is whole in the log."""
    text = clean(text)
    if len(text) <= longest:
        return text
    return f"{text[:longest]}\n… {len(text) - longest:,} more characters are in the run's log"


def markdown(value: Any) -> str:
    """Any value as one line of Markdown that shows it as it is: no table cells, code, HTML, links or mentions."""
    text = line(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = OPENING.sub(r"\g<0>\\", MARKS.sub(r"\\\1", text))
    # GitHub makes links of bare addresses, which entities break up, and of @name and #12, which only a joiner does.
    text = LINKED.sub("\\1\u2060", text)
    return text.replace("://", "&#58;//").replace("www.", "www&#46;")


def fenced(text: str) -> str:
    """A text of several lines as a block of Markdown that shows it as it is."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{clean(text).rstrip()}\n{fence}\n"


def json_text(text: str) -> str:
    """JSON whose strings hold nothing that a terminal or a page could act on: such characters become escapes."""

    def escape(match: re.Match[str]) -> str:
        units = match[0].encode("utf-16-be", "surrogatepass")
        return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))

    return re.sub(f"{HIDDEN.pattern}|{SURROGATE.pattern}|[\x0b\x0c\u2028\u2029]", escape, text)
