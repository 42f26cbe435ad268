"""GitHub's comments and issues: one of each that is ours, told by a mark that is not seen, and kept up to date.

Token, repository and address are those that GitHub gives to every step of a workflow (`GITHUB_TOKEN`, which the step must
be handed, `GITHUB_REPOSITORY`, `GITHUB_API_URL`, `GITHUB_EVENT_PATH`).
Source: GitHub's REST interface, version 2022-11-28: issues, and their comments.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from evals.errors import BadFile, BadInput, EvalsError

LONGEST = 65_536
"""Characters of a comment or an issue, by GitHub's own limit."""

PAGE = 100
"""How many comments or issues an answer holds at most."""

SECONDS = 30.0


class Refused(EvalsError):
    """GitHub did not do it: it cannot be reached, or the token may not, as in a pull request from a fork."""


@dataclass
class GitHub:
    """A repository at GitHub, as a step of a workflow reaches it.

    Attributes:
        repository: owner/name.
        token: what the step was handed.
        url: of the interface.
    """

    repository: str
    token: str = field(repr=False)
    url: str = "https://api.github.com"
    _client: Any = field(default=None, init=False, repr=False)

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> "GitHub":
        """The repository whose workflow this is. Raises: BadInput: no workflow, or it hands no token."""
        repository, token = (environment.get(name, "") for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN"))
        if not repository:
            raise BadInput("GITHUB_REPOSITORY is not set", "this is for a step of a GitHub workflow")
        if not token:
            raise BadInput("GITHUB_TOKEN is not set", "hand it over: env: GITHUB_TOKEN: ${{ github.token }}")
        return cls(repository, token, environment.get("GITHUB_API_URL") or cls.url)

    def __enter__(self) -> Self:
        import httpx2

        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
            "User-Agent": "behavior-evals",
        }
        self._client = httpx2.Client(headers=headers, timeout=SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def comment(self, number: int, name: str, text: str) -> str:
        """Say something below a pull request or issue, in place of what was said there under this name.

        Returns: the address of the comment. Raises: Refused.
        """
        body = marked(name, text)
        for there in self._all(f"issues/{number}/comments"):
            if _ours(there, name):
                return str(self._ask("PATCH", f"issues/comments/{there['id']}", {"body": body})["html_url"])
        return str(self._ask("POST", f"issues/{number}/comments", {"body": body})["html_url"])

    def issue(self, name: str, title: str, text: str) -> str:
        """Open an issue, or say it below the one that is open under this name.

        Returns: the address of the issue, or of the comment. Raises: Refused.
        """
        for there in self._all("issues"):
            if "pull_request" not in there and _ours(there, name):
                said = self._ask("POST", f"issues/{there['number']}/comments", {"body": text[:LONGEST]})
                return str(said["html_url"])
        return str(self._ask("POST", "issues", {"title": title, "body": marked(name, text)})["html_url"])

    def _all(self, path: str) -> Iterator[dict[str, Any]]:
        page = 1
        while found := self._ask("GET", f"{path}?per_page={PAGE}&page={page}"):
            yield from found
            if len(found) < PAGE:
                return
            page += 1

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """What GitHub answers. Raises: Refused: it does not, or says no."""
        import httpx2

        try:
            answer = self._client.request(method, f"{self.url}/repos/{self.repository}/{path}", json=body)
        except httpx2.HTTPError as error:
            raise Refused(f"{self.url} cannot be reached: {error}", "try again later") from None
        if not answer.is_success:
            raise _refusal(answer.status_code, method, path)
        return answer.json()


def _refusal(status: int, method: str, path: str) -> Refused:
    said = f"GitHub answers {status} to {method} {path.partition('?')[0]}"
    if status in {401, 403, 404}:
        need = "permissions: pull-requests: write (of an issue, issues: write)"
        return Refused(said, f"the token may not: give the job {need}")
    return Refused(said, "try again later")


def _mark(name: str) -> str:
    """What tells a comment of ours, unseen by readers. A name can hold nothing that would end it."""
    return f"<!-- evals: {''.join(each if each.isalnum() else '-' for each in name)} -->"


def marked(name: str, text: str) -> str:
    """A text as it is posted: the mark, then as many whole lines as a comment takes."""
    whole = f"{_mark(name)}\n{text}"
    if len(whole) <= LONGEST:
        return whole
    last = "\n\nThe rest is left out: a comment has at most 65,536 characters. The job's summary has all.\n"
    kept = whole[: LONGEST - len(last)]
    return kept[: kept.rfind("\n")] + last


def _ours(there: Mapping[str, Any], name: str) -> bool:
    """Whether a workflow has written it under this name; people may write our mark, and are left alone."""
    written = str(there.get("body") or "").startswith(_mark(name))
    return written and (there.get("user") or {}).get("type") == "Bot"


def pull_request(environment: Mapping[str, str] = os.environ) -> int | None:
    """The number of the pull request that the workflow runs for; None where it runs for none.

    Raises: BadFile: the event that began the workflow cannot be read.
    """
    path = environment.get("GITHUB_EVENT_PATH", "")
    if not path:
        return None
    try:
        event = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadFile(
            f"{path} is no event of GitHub's: {error}", "this is for a step of a workflow"
        ) from None
    number = event.get("pull_request", {}).get("number") if isinstance(event, dict) else None
    return int(number) if number is not None else None
