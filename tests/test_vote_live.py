"""Live votes: two models answer what a person asks, and which of them is the quicker is not to be seen."""

from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from evals.arena import folder
from evals.arena.vote.entries import token
from evals.errors import BadInput
from tests.voters import Page, here

PROVIDER = '''"""Answers at once or later, in another case, or not at all."""
import asyncio

from evals.errors import ProviderError
from evals.types import Response


class Model:
    can = frozenset({"chat"})
    concurrency = 4
    notice = ""

    def __init__(self, name):
        self.name = name

    async def reply(self, prompt):
        if self.name == "broken":
            raise ProviderError("bad_request", "secretive-broken says no")
        await asyncio.sleep({"slow": 0.4}.get(self.name, 0))
        text = prompt.messages[-1].content
        return Response(text.upper() if self.name == "slow" else text.title())

    async def close(self):
        pass


def connect(model):
    return Model(model)
'''


@pytest.fixture
def models(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "own.py"
    path.write_text(PROVIDER, "utf-8")
    return {name: f"{path}/{name}" for name in ("quick", "slow", "broken")}


def put(page: Page, text: str, name: str = "") -> Any:
    return page.client.post("/api/ask", json={"id": name or token(), "text": text})


def test_both_answers_come_together_when_the_later_has_ended_and_the_vote_is_a_battle(
    tmp_path: Path, models: dict[str, str]
) -> None:
    place = tmp_path / "new"
    with here(place, asked=(models["quick"], models["slow"])) as server, server.page("ann") as ann:
        assert ann.next()["battle"] is None
        start = monotonic()
        answer = put(ann, "what is up")
        assert monotonic() - start >= 0.4
        battle = answer.json()["battle"]
        assert {each["raw"] for each in battle["answers"]} == {"What Is Up", "WHAT IS UP"}
        assert "own.py" not in answer.text
        assert ann.look()["battle"] == battle, "a reload shows the same"
        upper = "model_a" if battle["answers"][0]["raw"].isupper() else "model_b"
        ann.say("vote", battle, winner=upper)
    (found,) = folder.read(place).battles()
    assert (found.model_a if upper == "model_a" else found.model_b) == models["slow"]
    assert found.categories == ("live",)


def test_sides_are_drawn_for_each_question(tmp_path: Path, models: dict[str, str]) -> None:
    with here(tmp_path / "new", asked=(models["quick"], models["slow"])) as server:
        left = set()
        for person in range(4):
            with server.page(f"p{person}") as page:
                left |= {
                    put(page, f"question {each}").json()["battle"]["answers"][0]["raw"].isupper()
                    for each in range(4)
                }
    assert left == {True, False}, "at one in thirty thousand"


def test_a_question_sent_again_is_asked_once(tmp_path: Path, models: dict[str, str]) -> None:
    with here(tmp_path / "new", asked=(models["quick"], models["slow"])) as server, server.page("ann") as ann:
        name = token()
        assert put(ann, "one", name).json() == put(ann, "one", name).json()
        assert len(server.desk.arena.questions) == 1


def test_a_model_that_does_not_answer_is_not_named_to_the_page(
    tmp_path: Path, models: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        here(tmp_path / "new", asked=(models["quick"], models["broken"])) as server,
        server.page("ann") as ann,
    ):
        answer = put(ann, "one")
        assert answer.status_code == 409
        assert (
            answer.json()["error"] == "one of the models has not answered; ask again, or ask something else"
        )
        assert ann.look()["battle"] is None
    assert "secretive-broken says no" in capsys.readouterr().out


def test_what_was_asked_live_is_dealt_to_nobody_else(tmp_path: Path, models: dict[str, str]) -> None:
    place = tmp_path / "new"
    with here(place, asked=(models["quick"], models["slow"])) as server, server.page("ann") as ann:
        put(ann, "my own affair")
    with here(place) as server, server.page("bob") as bob:
        assert bob.next()["battle"] is None


def test_so_many_questions_at_once_are_put_off(tmp_path: Path, models: dict[str, str]) -> None:
    asked = (models["quick"], str(models["quick"]) + "?")
    with here(tmp_path / "new", asked=asked) as server, server.page("ann") as ann:
        codes = [put(ann, f"question {each}").status_code for each in range(9)]
        assert codes[:6] == [200] * 6
        assert set(codes[6:]) == {409}
        assert put(ann, " ").status_code == 400
        assert put(ann, "x" * 30_001).status_code == 400


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--live",), "--live and -m belong together"),
        (("-m", "pocket/bluff"), "--live and -m belong together"),
        (("--live", "-m", "pocket/bluff"), "needs two models"),
        (("--live", "-m", "pocket/bluff", "-m", "pocket/base"), "only continues texts"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(command: Any, options: tuple[str, ...], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        command("arena", "vote", "new", *options)
