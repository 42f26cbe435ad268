"""Shelves find ours by bare name and the user's own by path, and never run a stranger's code unasked."""

from pathlib import Path

import pytest

from evals import shelf
from evals.errors import BadFile, NotFound


def test_a_bare_name_is_ours_even_where_the_working_folder_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hallucination").mkdir()
    (tmp_path / "hallucination" / "suite.py").write_text("raise SystemExit('a decoy was run')")
    monkeypatch.chdir(tmp_path)
    assert shelf.find("suite", "hallucination").is_relative_to(shelf.home("suite"))


def test_a_path_under_suites_falls_back_to_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shelf.find("suite", "suites/hallucination") == shelf.home("suite") / "hallucination" / "suite.py"


def test_a_path_that_exists_is_the_users_own(sums: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(sums.parent)
    assert shelf.find("suite", "./sums") == sums / "suite.py"
    assert shelf.find("suite", str(sums / "suite.py")) == sums / "suite.py"


def test_a_bare_name_that_is_no_entry_of_ours_but_a_folder_here_is_told_how_to_be_written(
    sums: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sums.parent)
    with pytest.raises(NotFound) as told:
        shelf.find("suite", "sums")
    assert "./sums" in told.value.fix


@pytest.mark.parametrize("name", ["halucination", "./nowhere", "suites/nowhere", "other/hallucination", ""])
def test_what_is_not_there_is_not_found(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotFound):
        shelf.find("suite", name)


def test_a_near_miss_suggests_the_right_name() -> None:
    with pytest.raises(NotFound, match="did you mean hallucination"):
        shelf.find("suite", "halucination")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("x = (", "SyntaxError in line 1"),
        ("import math\nmath.nothing", "AttributeError in line 2"),
        ("import no_such_module", "ModuleNotFoundError in line 1"),
    ],
)
def test_a_file_that_fails_is_named_with_its_line(code: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "suite.py"
    path.write_text(code)
    with pytest.raises(BadFile, match=said):
        shelf.load(path)


def test_files_of_one_folder_import_each_other(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("value = 7")
    (tmp_path / "suite.py").write_text("from .helper import value")
    assert shelf.load(tmp_path / "suite.py").value == 7


def test_two_folders_with_equal_file_names_stay_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "suite.py").write_text(f"name = {name!r}")
    assert [shelf.load(tmp_path / name / "suite.py").name for name in "ab"] == ["a", "b"]


def test_a_folder_without_a_suite_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"holds no suite\.py"):
        shelf.find("suite", str(tmp_path))
