"""Votes of a team in a real PostgreSQL server: the same log as in a file, shared by several servers of the page.

Asked for by `-m postgres`; needs Debian's `postgresql`, which `.ci/run` installs.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from evals.arena import folder
from evals.arena.vote import store
from evals.arena.vote.entries import Entry, Taken, token
from evals.errors import BadInput
from tests.test_vote import ALL, battles
from tests.voters import Page, arena, here

pytestmark = pytest.mark.postgres

BINARIES = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/usr/bin"))


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server of this test run, on a socket in a folder of its own."""

    place: Path

    def do(self, *command: str) -> None:
        """A program of PostgreSQL's, as a user that it accepts: never as root."""
        user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run(
            [*user, str(BINARIES / command[0]), *command[1:]], check=True, capture_output=True, cwd="/"
        )

    def start(self) -> None:
        options = f"-k {self.place} -c listen_addresses='' -c fsync=off"
        self.do(
            "pg_ctl",
            "-D",
            str(self.place / "data"),
            "-o",
            options,
            "-l",
            str(self.place / "log"),
            "-w",
            "start",
        )

    def stop(self) -> None:
        self.do("pg_ctl", "-D", str(self.place / "data"), "-m", "immediate", "-w", "stop")

    def fresh(self) -> str:
        """The address of a new database."""
        name = f"votes_{uuid4().hex}"
        self.do("createdb", "-h", str(self.place), "-U", "postgres", name)
        return f"postgresql://postgres@/{name}?host={self.place}"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    place = Path(tempfile.mkdtemp(prefix="votes-"))
    if os.getuid() == 0:
        shutil.chown(place, "postgres")
    found = Cluster(place)
    found.do("initdb", "-D", str(place / "data"), "-U", "postgres", "-A", "trust", "-N")
    found.start()
    yield found
    found.stop()
    shutil.rmtree(place)


def test_a_store_takes_an_id_and_a_turn_once_whichever_server_asks(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.fresh()
    one, other = store.opened(tmp_path, url), store.opened(tmp_path, url)
    first = Entry(id="a", subject="deal", turn=0, kind="deal", person="ann", body={"left": "ü"}, at="now")
    one.append(first)
    for again in (first, Entry(id="b", subject="deal", turn=0, kind="vote", person="ann")):
        with pytest.raises(Taken):
            other.append(again)
    other.append(Entry(id="b", subject="deal", turn=1, kind="vote", person="ann"))
    assert [(entry.id, entry.body) for entry in one.since(0)] == [("a", {"left": "ü"}), ("b", {})]
    assert [entry.id for entry in one.since(one.since(0)[0].place)] == ["b"]
    one.close()
    other.close()


def test_two_servers_of_one_database_count_a_vote_once(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.fresh()
    arena(tmp_path)
    with here(tmp_path, ALL, url=url) as one, here(tmp_path, ALL, url=url) as other:
        given = one.desk.enrol("ann").token
        assert other.desk.enrol("ann").token == given
        with Page(one.home, given) as here_, Page(other.home, given) as there:
            battle = here_.next()["battle"]
            assert there.next()["battle"] == battle
            said = {"id": token(), "deal": battle["id"], "turn": 1, "kind": "vote", "winner": "tie"}
            told: list[Any] = [page.client.post("/api/say", json=said).json() for page in (here_, there)]
            assert told[0] == told[1]
            assert there.say("vote", battle, winner="model_a").status_code == 409
    assert battles(tmp_path) == [], "they lie in the database until they are copied"
    assert store.copied(url, tmp_path) == 3
    assert store.copied(url, tmp_path) == 0
    assert [each.winner for each in battles(tmp_path)] == ["tie"]


def test_a_database_that_goes_and_comes_back_loses_no_vote(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.fresh()
    arena(tmp_path)
    with here(tmp_path, ALL, url=url) as server, server.page("ann") as ann:
        battle = ann.vote()["battle"]
        second = ann.next()["battle"]
        cluster.stop()
        gone = ann.say("vote", second, winner="tie")
        assert gone.status_code == 503
        assert "cannot be used" in gone.json()["error"]
        cluster.start()
        assert ann.say("vote", second, winner="model_b").status_code == 200
        assert [deal.id for deal in server.desk.ledger.votes()] == [battle["id"], second["id"]]


def test_the_command_copies_and_says_how_people_voted(cluster: Cluster, tmp_path: Path, command: Any) -> None:
    url = cluster.fresh()
    arena(tmp_path / "arena")
    with here(tmp_path / "arena", ALL, url=url) as server, server.page("ann") as ann:
        ann.vote()
    done = command("arena", "votes", "arena", "--store", url)
    assert "3 new entries copied" in done.err
    assert "ann" in done.out
    assert len(folder.read(tmp_path / "arena").battles()) == 1


def test_a_database_that_is_not_there_is_one_sentence_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        store.opened(tmp_path, "postgresql://me:secret@127.0.0.1:9/votes")
    assert "127.0.0.1/votes cannot be used" in error.value.message
    assert "secret" not in str(error.value)
