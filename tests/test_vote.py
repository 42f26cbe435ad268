"""Votes of people: each counts once, whatever is sent twice or breaks; no name is told before its time."""

import json
import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from evals.arena import folder, journal
from evals.arena.battle import WINNERS
from evals.arena.vote import ballots, store, tally
from evals.arena.vote.dealer import Gold, Rules
from evals.arena.vote.desk import HOST
from evals.arena.vote.entries import Entry, Taken, token
from evals.errors import BadFile, BadInput
from tests.voters import MODELS, PLAIN, Here, Page, arena, here, served

ALL = Rules(overlap=1, repeats=0, checks=0)


def battles(place: Path) -> list[Any]:
    return folder.read(place).battles()


# Once


def test_a_vote_becomes_a_battle_with_the_sides_as_they_were_shown(tmp_path: Path) -> None:
    shown = arena(tmp_path, 1)
    with here(tmp_path) as server, server.page("ann") as ann:
        battle = ann.next()["battle"]
        texts = [each["raw"] for each in battle["answers"]]
        told = ann.say("vote", battle, winner="model_b", seconds=2.5, comment="clearer").json()
        names = ann.say("reveal", told["battle"]).json()["battle"]["names"]
    (found,) = battles(tmp_path)
    assert [found.model_a, found.model_b] == names
    assert [shown.answers["q/000#0", name].text for name in names] == texts
    assert (found.winner, found.judge, found.kind) == ("model_b", "ann", "human")
    assert found.notes == {"seconds": 2.5, "comment": "clearer"}
    assert found.categories == ("times",)
    assert found.style["tokens"] == (5, 5)


def test_what_is_sent_twice_counts_once(tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path) as server, server.page("ann") as ann:
        battle = ann.next()["battle"]
        said = {"id": token(), "deal": battle["id"], "turn": 1, "kind": "vote", "winner": "tie"}
        answers = [ann.client.post("/api/say", json=said).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(battles(tmp_path)) == 1


def test_of_two_tabs_the_first_is_heard_and_the_second_told_so(tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path) as server, server.page("ann") as one, server.page("ann") as other:
        battle = one.next()["battle"]
        assert other.next()["battle"] == battle
        assert one.say("vote", battle, winner="model_a").status_code == 200
        late = other.say("vote", battle, winner="model_b")
        assert (late.status_code, late.json()["error"]) == (409, "this pair was dealt with in another tab")
        assert other.look()["battle"]["winner"] == "model_a"
    assert [each.winner for each in battles(tmp_path)] == ["model_a"]


def test_a_hundred_requests_at_once_are_one_vote(tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path) as server, server.page("ann") as ann:
        battle = ann.next()["battle"]
        with ThreadPoolExecutor(8) as pool:
            codes = Counter(
                pool.map(lambda _: ann.say("vote", battle, winner="model_a").status_code, range(30))
            )
    assert codes == {200: 1, 409: 29}
    assert len(battles(tmp_path)) == 1


def test_two_servers_of_one_arena_count_a_vote_once(tmp_path: Path) -> None:
    arena(tmp_path)
    with (
        here(tmp_path, ALL) as one,
        here(tmp_path, ALL) as other,
        one.page("ann") as near,
        other.page("ann") as far,
    ):
        battle = near.next()["battle"]
        assert far.next()["battle"] == battle
        with ThreadPoolExecutor(2) as pool:
            said = [pool.submit(page.say, "vote", battle, winner="tie") for page in (near, far)]
        assert sorted(each.result().status_code for each in said) == [200, 409]
    assert [each.winner for each in battles(tmp_path)] == ["tie"]


def test_an_undone_vote_counts_no_more_and_the_next_does(tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path) as server, server.page("ann") as ann:
        first = ann.vote("model_a")
        assert first["undo"]["id"] == first["battle"]["id"]
        undone = ann.say("undo", first["undo"]).json()
        assert (undone["battle"]["state"], undone["done"]) == ("open", 0)
        assert battles(tmp_path) == []
        ann.say("vote", undone["battle"], winner="tie")
    assert [each.winner for each in battles(tmp_path)] == ["tie"]
    rows = sqlite3.connect(tmp_path / store.FILE)
    assert [kind for (kind,) in rows.execute("SELECT kind FROM votes ORDER BY place")] == [
        *("person", "deal", "vote", "undo", "vote")
    ]
    rows.close()


def test_a_vote_can_be_undone_from_the_next_pair_and_that_pair_comes_again(tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path) as server, server.page("ann") as ann:
        first = ann.vote()["battle"]
        second = ann.next()
        assert second["undo"]["id"] == first["id"] != second["battle"]["id"]
        again = ann.say("undo", second["undo"]).json()["battle"]
        assert (again["id"], again["turn"]) == (first["id"], 3)
        ann.say("vote", again, winner="tie")
        assert ann.next()["battle"]["id"] == second["battle"]["id"]


def test_who_has_seen_the_names_can_take_a_vote_back_and_not_vote_again(tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path) as server, server.page("ann") as ann:
        seen = ann.say("reveal", ann.vote()["battle"]).json()
        gone = ann.say("undo", seen["undo"]).json()
        assert (gone["battle"]["state"], gone["done"], gone["undo"]) == ("withdrawn", 0, None)
        again = ann.say("vote", gone["battle"], winner="model_b")
        assert (again.status_code, again.json()["error"]) == (
            409,
            "this pair is withdrawn, which leaves no vote",
        )
    assert battles(tmp_path) == []


def test_only_the_last_vote_can_be_undone(tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path) as server, server.page("ann") as ann:
        first, second = ann.vote()["battle"], ann.vote()["battle"]
        assert ann.say("undo", first).status_code == 409
        assert ann.say("undo", second).status_code == 200


def test_a_skipped_pair_counts_for_nothing_and_does_not_come_again(tmp_path: Path) -> None:
    arena(tmp_path, 1)
    with here(tmp_path) as server, server.page("ann") as ann, server.page("bob") as bob:
        skipped = ann.next()["battle"]
        told = ann.say("skip", skipped, reason="I cannot judge this").json()
        assert (told["battle"]["state"], "names" in told["battle"]) == ("skipped", False)
        rest = [ann.vote()["battle"]["id"] for _ in range(2)]
        assert skipped["id"] not in rest
        assert ann.next()["battle"] is None
        assert bob.vote()["done"] == 1, "what one has skipped is free for another"
    assert len(battles(tmp_path)) == 3


def test_a_server_that_is_killed_has_every_vote_that_it_has_answered(tmp_path: Path) -> None:
    arena(tmp_path)
    with served(tmp_path, "-a", "ann", "--checks", "0") as first:
        with Page(first.home, first.token("ann")) as ann:
            voted, opened = [ann.vote()["battle"]["id"] for _ in range(3)], ann.next()["battle"]
        first.kill()
    with served(tmp_path, "-a", "ann", "--checks", "0") as second:
        assert second.token("ann") == first.token("ann"), "the link of then is still good"
        with Page(second.home, second.token("ann")) as ann:
            assert ann.look()["battle"] == opened, "a reload shows the same pair, sides as they were"
            assert ann.look()["done"] == 3
    assert {each.id for each in battles(tmp_path)} == {f"vote/{each}" for each in voted}


# Blind


def test_no_name_is_told_before_the_vote_nor_after_it_until_it_is_asked_for(tmp_path: Path) -> None:
    arena(tmp_path)
    heard: list[str] = []

    def hear(answer: httpx2.Response) -> None:
        heard.append(f"{answer.url} {answer.headers} {answer.read().decode()}")

    with here(tmp_path, Rules(checks=0.3, repeats=0.3)) as server, server.page("ann") as ann:
        ann.client.event_hooks = {"response": [hear]}
        for _ in range(12):
            ann.vote()
        for path in ("/", "/web/main.js", "/web/api.js", "/web/vote.css", "/api/look", "/api/board"):
            ann.client.get(path)
        said = " ".join(heard)
        for model in MODELS:
            for part in (model, *model.split("/")):
                assert part not in said
        told = " ".join(each for each in heard if "/api/" in each.split()[0])
        for word in ("kind", "check", "repeat", "better", "left", "q/0"):
            assert word not in told, "nor what is a check or was seen before"
        assert ann.say("reveal", ann.look()["battle"]).json()["battle"]["names"]


def test_sides_are_drawn_anew_for_everyone(tmp_path: Path) -> None:
    arena(tmp_path, 12)
    with here(tmp_path, ALL) as server, server.page("ann") as ann, server.page("bob") as bob:
        for page in (ann, bob):
            while page.next()["battle"]:
                page.vote()
        ledger = server.desk.ledger
    sides = [{deal.match: deal.left for deal in ledger.of(name)} for name in ("ann", "bob")]
    assert sides[0].keys() == sides[1].keys()
    turned = sum(sides[0][match] != sides[1][match] for match in sides[0])
    assert 4 <= turned <= 32, "of 36, at one in a million"


def test_names_that_stand_in_an_answer_are_hidden_unless_the_question_speaks_of_them(tmp_path: Path) -> None:
    arena(
        tmp_path, 1, sirius_9b="I am Sirius-9b, not ChatGPT or Claude 4.5 Opus.", canopus_9b="Anthropology."
    )
    with here(tmp_path, ALL) as server, server.page("ann") as ann:
        while (told := ann.next())["battle"]:
            for answer in told["battle"]["answers"]:
                assert "irius-9b" not in str(answer)
                assert answer["raw"] != "I am ▒▒▒▒▒▒, not ▒▒▒▒▒▒ or ▒▒▒▒▒▒." or told["battle"]["hidden"]
            ann.vote()
    leaks = [each.notes.get("leak", False) for each in battles(tmp_path)]
    assert sorted(leaks) == [False, True, True]


def test_named_votes_are_no_battles(tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path, Rules(named=True, checks=0, repeats=0)) as server, server.page("ann") as ann:
        assert set(ann.next()["battle"]["names"]) < set(MODELS)
        assert ann.vote()["done"] == 1
    assert battles(tmp_path) == []


# Who gets what


def test_the_shared_pairs_go_to_everyone_and_each_other_to_one(tmp_path: Path) -> None:
    arena(tmp_path, 20)
    with here(tmp_path, Rules(overlap=0.3, checks=0, repeats=0)) as server:
        pages = [server.page(name) for name in ("ann", "bob", "cyd")]
        for _ in range(60):
            for page in pages:
                if page.next()["battle"]:
                    page.vote()
        for page in pages:
            page.client.close()
        count = Counter(deal.match for deal in server.desk.ledger.votes())
    assert len(count) == 60
    assert set(count.values()) == {1, 3}
    assert 8 <= sum(votes == 3 for votes in count.values()) <= 30


@pytest.mark.parametrize("active", [False, True])
def test_where_pairs_are_chosen_a_model_of_few_votes_comes_more_often_and_it_is_noted_how_likely(
    tmp_path: Path, *, active: bool
) -> None:
    arena(tmp_path, 60)
    new, dealt = MODELS[2], []
    with here(tmp_path, Rules(overlap=0, checks=0, repeats=0, active=active)) as server:
        with server.page("ann") as page:
            for _ in range(40):
                told = page.next()["battle"]
                deal = server.desk.ledger.deals[told["id"]]
                if new in (deal.left, deal.right):
                    page.say("skip", told, reason="")
                else:
                    page.say("vote", told, winner="tie")
        for number in range(20):
            with server.page(f"p{number}") as page:
                dealt.append(server.desk.ledger.deals[page.next()["battle"]["id"]])
                page.vote()
    assert all((deal.probability > 0) is active for deal in dealt)
    assert [each.notes.get("probability", 0) for each in battles(tmp_path)][-20:] == [
        deal.probability for deal in dealt
    ]
    with_new = [deal for deal in dealt if new in (deal.left, deal.right)]
    if active:
        assert with_new[0].probability > 0.4, "one of two such pairs, and hardly ever the third"
        assert min(deal.probability for deal in with_new) > max(
            (deal.probability for deal in dealt if deal not in with_new), default=0
        )


def test_goal_and_checks_and_repeats(tmp_path: Path) -> None:
    arena(tmp_path, 30)
    gold = (Gold("q/000#0", MODELS[0], MODELS[1]),)
    rules = Rules(checks=0.2, repeats=0.2, goal=40)
    with here(tmp_path, rules, gold=gold) as server, server.page("ann") as ann:
        while (told := ann.next())["battle"]:
            ann.vote()
        assert (told["done"], told["goal"], told["finished"]) == (40, 40, True)
        deals = server.desk.ledger.of("ann")
    kinds = Counter(deal.kind for deal in deals)
    assert kinds["check"] == 1, "the one that is known comes once"
    assert kinds["repeat"] >= 3
    first = {deal.match: (place, deal) for place, deal in enumerate(deals) if deal.kind == "pair"}
    for place, deal in enumerate(deals):
        if deal.kind == "repeat":
            before, other = first[deal.match]
            assert (deal.left, deal.right) == (other.right, other.left)
            assert place - before >= 5
    assert len(battles(tmp_path)) == kinds["pair"], "neither checks nor repetitions are ranked"


def test_a_check_without_gold_is_an_answer_beside_one_made_up(tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path, Rules(checks=0.5, repeats=0)) as server, server.page("ann") as ann:
        for _ in range(12):
            ann.vote()
        checks = [deal for deal in server.desk.ledger.of("ann") if deal.kind == "check"]
    assert checks
    assert all({deal.left, deal.right} == {deal.better, ""} for deal in checks)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"question": "q/000#0", "better": "nobody"}', "nobody has not answered 'q/000#0' here"),
        ('{"question": "q/000#0"}', "line 1 is damaged: "),
        ('{"question": "q/000#0", "better": "acme/sirius-9b", "wrose": "x"}', "line 1 is damaged: "),
    ],
)
def test_a_known_pair_that_is_none_names_its_line(tmp_path: Path, line: str, says: str) -> None:
    from evals.arena.vote.gold import gold

    found = arena(tmp_path, 1)
    (tmp_path / "gold.jsonl").write_text(line + "\n", "utf-8")
    with pytest.raises(BadFile, match=says):
        gold(found)


# Who may ask


@pytest.fixture(scope="module")
def open_door(tmp_path_factory: pytest.TempPathFactory) -> Any:
    place = tmp_path_factory.mktemp("door")
    arena(place)
    with here(place, PLAIN, share="a-token-for-all-of-us") as server:
        yield server


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer nobody"}, 401),
        ({"Authorization": ""}, 401),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({}, 200),
    ],
)
@pytest.mark.parametrize("path", ["/api/look", "/api/next"])
def test_who_may_ask(open_door: Here, headers: dict[str, str], status: int, path: str) -> None:
    with open_door.page("ann") as ann:
        how = "GET" if path == "/api/look" else "POST"
        answer = ann.client.request(how, path, headers=headers, json=None if how == "GET" else {})
        assert answer.status_code == status
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"winner": "A"}, 400),
        ({"winner": None}, 409),
        ({"turn": 0}, 400),
        ({"turn": 2, "winner": "tie"}, 409),
        ({"deal": "another"}, 409),
        ({"id": "short"}, 400),
        ({"seconds": -1, "winner": "tie"}, 400),
        ({"comment": "x" * 3_000, "winner": "tie"}, 400),
        ({"more": 1}, 400),
        ({"kind": "reveal"}, 409),
        ({"kind": "undo"}, 409),
        ({"kind": "delete"}, 400),
    ],
)
def test_what_is_no_vote_changes_nothing(open_door: Here, said: dict[str, Any], status: int) -> None:
    with open_door.page("ann") as ann:
        battle = ann.next()["battle"]
        whole = {"id": token(), "deal": battle["id"], "turn": battle["turn"], "kind": "vote"} | said
        assert ann.client.post("/api/say", json=whole).status_code == status
        assert ann.look()["battle"] == battle


def test_nobody_votes_on_what_was_dealt_to_another(open_door: Here) -> None:
    with open_door.page("ann") as ann, open_door.page("bob") as bob:
        answer = bob.say("vote", ann.next()["battle"], winner="tie")
        assert (answer.status_code, answer.json()["error"]) == (409, "this pair was not dealt to you")


def test_a_body_beyond_bounds_is_refused(open_door: Here) -> None:
    with open_door.page("ann") as ann:
        assert ann.client.post("/api/say", content=b"x" * 300_000).status_code == 413


def test_whoever_has_the_link_for_all_enrols_by_a_name_that_is_free(open_door: Here) -> None:
    with httpx2.Client(base_url=open_door.home) as someone:
        share = {"share": "a-token-for-all-of-us"}
        assert someone.post("/api/join", json={"share": "guessed", "name": "eve"}).status_code == 403
        given = someone.post("/api/join", json=share | {"name": " dan  d "}).json()["token"]
        assert someone.post("/api/join", json=share | {"name": "dan d"}).status_code == 409
        assert someone.post("/api/join", json=share | {"name": "\n"}).status_code == 400
    with Page(open_door.home, given) as dan:
        assert dan.look()["person"] == "dan d"


def test_too_many_requests_are_put_off(tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path, rate=20) as server, server.page("ann") as ann:
        codes = Counter(ann.client.get("/web/vote.css").status_code for _ in range(200))
    assert codes[429] > 50
    assert codes[200] >= 60


def test_only_files_of_the_page_are_served(open_door: Here) -> None:
    with open_door.page("ann") as ann:
        for path in ("/web/..%2fserver.py", "/web/%2e%2e/desk.py", "/web/nothing.js", "/votes.sqlite"):
            assert ann.client.get(path).status_code == 404


# The log


def test_a_store_takes_an_id_and_a_turn_once(tmp_path: Path) -> None:
    log = store.opened(tmp_path)
    one = Entry(id="a", subject="deal", turn=0, kind="deal", person="ann", body={"left": "x"}, at="now")
    log.append(one)
    for again in (one, Entry(id="b", subject="deal", turn=0, kind="vote", person="ann")):
        with pytest.raises(Taken):
            log.append(again)
    log.append(Entry(id="b", subject="deal", turn=1, kind="vote", person="ann"))
    assert [(entry.place, entry.id, entry.body) for entry in log.since(0)] == [
        (1, "a", {"left": "x"}),
        (4, "b", {}),
    ] or [entry.id for entry in log.since(0)] == ["a", "b"]
    assert [entry.id for entry in log.since(log.since(0)[0].place)] == ["b"]
    log.close()


def test_a_file_that_is_no_log_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / store.FILE).write_bytes(
        b"not a database at all, and longer than a header of one hundred bytes" * 4
    )
    with pytest.raises(BadFile, match=r"votes\.sqlite is no database of votes"):
        store.opened(tmp_path)


def test_another_database_than_postgresql_is_refused_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        store.opened(tmp_path, "mysql://me:secret@there/votes")
    assert "secret" not in str(error.value)


def test_votes_on_an_answer_that_is_gone_are_an_error_and_no_tie(tmp_path: Path) -> None:
    arena(tmp_path, 1)
    with here(tmp_path) as server, server.page("ann") as ann:
        ann.vote()
    path = tmp_path / "answers.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if json.loads(line)["model"] == MODELS[0]), "utf-8")
    with pytest.raises(BadFile, match="which is not in this arena"):
        battles(tmp_path)


def test_every_verdict_reaches_the_battles(tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path) as server, server.page("ann") as ann:
        for winner in WINNERS:
            ann.vote(winner)
    assert [each.winner for each in battles(tmp_path)] == list(WINNERS)
    assert len(list(ballots.read(tmp_path).votes())) == 4


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--host", "0.0.0.0"), "others reach 0.0.0.0 too"),  # noqa: S104  it must be refused
        (("--host", "0.0.0.0", "--share-token", "short"), "could be guessed"),  # noqa: S104
        (("--store", "redis://x"), "no address of a PostgreSQL database"),
        (("-a", " "), "--annotator is empty"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(
    tmp_path: Path, command: Any, options: tuple[str, ...], says: str
) -> None:
    arena(tmp_path / "arena", 1)
    with pytest.raises(BadInput, match=says):
        command("arena", "vote", "arena", *options)


def test_an_arena_without_answers_that_differ_is_not_served(tmp_path: Path, command: Any) -> None:
    arena(tmp_path / "arena", 1, **{name.partition("/")[2].replace("-", "_"): "same" for name in MODELS})
    with pytest.raises(BadInput, match="nothing to vote on"):
        command("arena", "vote", "arena")


def test_the_board_of_an_arena_counts_its_votes(tmp_path: Path, command: Any) -> None:
    arena(tmp_path / "arena", 10)
    with here(tmp_path / "arena", ALL) as server, server.page("ann") as ann:
        for _ in range(12):
            ann.vote()
    done = command("arena", "rank", "arena")
    assert "12 battles of 3 models" in done.out


def test_a_vote_on_an_answer_whose_model_was_seen_before_is_marked(tmp_path: Path) -> None:
    arena(tmp_path, 1)
    with here(tmp_path, ALL) as server, server.page("ann") as ann:
        ann.vote()
        ann.say("reveal", ann.vote()["battle"])
        ann.vote()
    assert [each.notes.get("known", False) for each in battles(tmp_path)] == [False, False, True]


def test_names_can_be_kept_from_everyone(tmp_path: Path) -> None:
    arena(tmp_path, 1)
    with here(tmp_path, Rules(reveals=False, checks=0, repeats=0)) as server, server.page("ann") as ann:
        refused = ann.say("reveal", ann.vote()["battle"])
    assert (refused.status_code, refused.json()["error"]) == (409, "names are not shown here")


# The board on the page


def test_the_board_is_hidden_until_one_is_done_and_shown_to_whoever_runs_the_page(tmp_path: Path) -> None:
    arena(tmp_path, 4)
    rules = Rules(goal=3, overlap=1, checks=0, repeats=0)
    with here(tmp_path, rules) as server, server.page("ann") as ann, server.page("bob") as bob:
        host = Page(server.home, server.desk.enrol(HOST, host=True).token)
        ann.vote()
        assert ann.client.get("/api/board").status_code == 403
        assert host.client.get("/api/board").json()["battles"] == 1
        assert host.client.post("/api/next", json={}).status_code == 409
        for page in (ann, ann, bob, bob, bob):
            page.vote()
        shown = ann.client.get("/api/board").json()
        whole = host.client.get("/api/board?style=1&category=times").json()
        host.client.close()
    assert "people" not in shown
    (group,) = shown["groups"]
    assert {each["model"] for each in group["standings"]} <= set(MODELS)
    assert shown["battles"] == whole["battles"] == 6
    assert [(each["name"], each["votes"]) for each in whole["people"]] == [("ann", 3), ("bob", 3)]
    assert whole["agreement"]["pairs"] == 3, "the shared ones come in one order"


def test_the_tally_tells_habits_checks_and_steadiness(tmp_path: Path) -> None:
    arena(tmp_path, 30)
    with here(tmp_path, Rules(overlap=1, checks=0.2, repeats=0.2, goal=60)) as server:
        with server.page("left") as left, server.page("good") as good:
            while left.next()["battle"]:
                left.vote("model_a")
            while (told := good.next())["battle"]:
                texts = [each["raw"] for each in told["battle"]["answers"]]
                best = (
                    "model_a" if not texts[0].startswith("the the") and max(texts) == texts[0] else "model_b"
                )
                if texts[1].startswith("the the"):
                    best = "model_a"
                good.say("vote", told["battle"], winner=best, seconds=4)
        given = battles(tmp_path)
        rows = {row["name"]: row for row in tally.people(server.desk.ledger, given)}
        found = tally.agreement(given)
    assert rows["left"]["left"][0] == 1
    assert rows["left"]["same"][0] == 0 < rows["left"]["same"][1]
    assert 0 < rows["left"]["checks"][0] < rows["left"]["checks"][1]
    assert rows["good"]["same"][0] == rows["good"]["same"][1] > 0
    assert rows["good"]["checks"][0] == rows["good"]["checks"][1] > 0
    assert rows["good"]["seconds"] == 4
    assert rows["good"]["ties"][0] == 0
    ((one,), alpha) = found["two"], found["alpha"]
    assert one["pairs"] == found["pairs"] >= 30
    assert -0.5 < one["kappa"][0] < 0.5
    assert alpha[1] <= alpha[0] <= alpha[2]


def test_the_time_of_a_vote_is_left_out_where_it_is_not_wanted(tmp_path: Path) -> None:
    arena(tmp_path, 1)
    with here(tmp_path, Rules(timed=False, checks=0, repeats=0)) as server, server.page("ann") as ann:
        ann.say("vote", ann.next()["battle"], winner="tie", seconds=3)
    assert [each.notes for each in battles(tmp_path)] == [{}]


def test_the_command_tells_how_people_vote_and_agree(tmp_path: Path, command: Any) -> None:
    arena(tmp_path / "arena")
    assert "nobody has voted yet" in command("arena", "votes", "arena").out
    with here(tmp_path / "arena", ALL) as server:
        for name, winner in (("ann", "model_a"), ("bob", "tie")):
            with server.page(name) as page:
                for _ in range(10):
                    page.vote(winner)
    done = command("arena", "votes", "arena")
    assert "ann and bob" in done.out
    assert "Two people say the same of 0 %" in done.out
    told = json.loads(command("arena", "votes", "arena", "--json").out)
    assert next(row["left"][0] for row in told["people"]) == 1
    assert [row["ties"][0] for row in told["people"]] == [0, 1]
    assert told["agreement"]["two"][0]["pairs"] == 10


def test_the_command_and_the_board_tell_who_does_not_look_and_how_judges_agree_with_people(
    tmp_path: Path, command: Any
) -> None:
    arena(tmp_path / "arena", 40)
    with here(tmp_path / "arena", ALL) as server:
        for name in ("ann", "bob", "cyd", "dan"):
            with server.page(name) as page:
                for _ in range(60):
                    told = page.next()["battle"]
                    values = [int(each["raw"].rstrip(".").rpartition(" ")[2]) for each in told["answers"]]
                    better = "model_a" if values[0] < values[1] else "model_b"
                    worse = "model_b" if better == "model_a" else "model_a"
                    page.say("vote", told, winner=worse if name == "dan" else better)
        given = battles(tmp_path / "arena")
        with journal.Writer(tmp_path / "arena" / "battles.jsonl") as log:
            log.append(
                replace(each, id=f"rule/{each.id}", judge="rule", kind="rule")
                for each in given
                if each.judge == "ann"
            )
        host = Page(server.home, server.desk.enrol(HOST, host=True).token)
        shown = host.client.get("/api/board").json()
        host.client.close()
    assert [each["name"] for each in shown["suspects"]] == ["dan"]
    ((rule,), people) = shown["agreement"]["judges"], shown["agreement"]["alike"]
    assert (rule["judge"], rule["pairs"]) == ("rule", 240)
    assert people[0] == 0.5
    assert rule["alike"][0] == 0.75
    said = command("arena", "votes").out
    assert "Flagged as not looking, or voting the other way: dan." in said
    assert "judges and rules with people" in said


def test_of_no_votes_nobody_is_suspected() -> None:
    assert tally.suspects([]) == []
