"""A stand-in for GitHub's issues and comments, as a real server on loopback answers."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.stub_server import Reply, Seen

COMMENTS = re.compile(r"/repos/o/r/issues/(\d+)/comments")
COMMENT = re.compile(r"/repos/o/r/issues/comments/(\d+)")
BOT = {"type": "Bot"}


@dataclass
class Host:
    """What the repository o/r holds; `refuses` is the status of every answer, if set."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    refuses: int = 0

    def answer(self, seen: Seen) -> Reply:
        """Answer one request, as long as it carries the token."""
        if self.refuses:
            return Reply({"message": "no"}, self.refuses)
        assert seen.headers["authorization"] == "Bearer t0ken"
        asked = urlsplit(seen.path)
        page = {name: int(values[0]) for name, values in parse_qs(asked.query).items()}
        if found := COMMENT.fullmatch(asked.path):
            assert seen.method == "PATCH"
            comment = next(each for each in self.comments if each["id"] == int(found[1]))
            comment["body"] = seen.body["body"]
            return Reply(comment)
        below = self.comments if COMMENTS.fullmatch(asked.path) else self.issues
        if seen.method == "GET":
            start = page["per_page"] * (page["page"] - 1)
            return Reply(below[start : start + page["per_page"]])
        number = len(self.comments) + len(self.issues) + 1
        made = {
            "id": number,
            "number": number,
            "user": BOT,
            "html_url": f"https://host/{number}",
            **seen.body,
        }
        below.append(made)
        return Reply(made, 201)
