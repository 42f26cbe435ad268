"""The items of the suite hallucination: nothing invented is known, what is real stays real, and all of it is repeatable."""

import importlib
import json
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from itertools import islice
from random import Random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from evals.pseudoword import LetterModel
from evals.suite import FIXED_SEED, load, render
from evals.types import Sample, Score
from suites.hallucination import audit, evidence, known, metrics, people, suite, things, words
from suites.hallucination.arms import ARMS, WAYS, wordings
from suites.hallucination.entity import Entity, Fresh, rows_of

DOMAINS = [domain for domain in get_args(suite.Domain) if domain != "all"]
WORDS = st.text("abcde", min_size=1, max_size=7)


SLOW = {"people H", "books", "papers", "products", "medicines"}
"""Kinds of which fewer are checked here; all but the last are named by the surnames of tier D."""


@cache
def drawn(n: int, domain: suite.Domain = "people", seed: int = FIXED_SEED) -> list[Sample]:
    return suite.samples(seed, n, suite.Options(domain))


@cache
def first(kind: str, n: int) -> list[Entity]:
    return list(islice(Fresh(audit.KINDS[kind](Random("tests"))), n))


# Which samples there are


def test_the_suite_loads_by_path_and_its_names_fit_together() -> None:
    assert load("suites/hallucination").name == "hallucination"


def test_the_quick_size_is_mostly_made_up_people_and_famous_ones() -> None:
    assert Counter(sample.tags["tier"] for sample in drawn(60)) == suite.PEOPLE


@pytest.mark.parametrize(("n", "each"), [(400, 50), (1600, 200)])
def test_the_larger_sizes_have_equal_tiers(n: int, each: int) -> None:
    assert Counter(sample.tags["tier"] for sample in drawn(n)) == dict.fromkeys("ABCDEFGH", each)


@pytest.mark.parametrize("domain", get_args(suite.Domain))
def test_fewer_samples_are_the_beginning_of_more(domain: suite.Domain) -> None:
    assert drawn(70, domain)[:30] == drawn(30, domain)


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_has_as_many_different_samples_as_asked_for(domain: suite.Domain) -> None:
    samples = drawn(200, domain)
    assert len({sample.id for sample in samples}) == len(samples) == 200
    assert {sample.tags["domain"] for sample in samples} == {domain}


def test_all_domains_take_turns() -> None:
    assert [sample.tags["domain"] for sample in drawn(20, "all")] == ["people", *things.INVENT] * 2


def test_another_seed_invents_other_people() -> None:
    ones, others = (
        {s.input for s in drawn(200, seed=seed) if s.tags["tier"] in {"D", "H"}} for seed in (1, 2)
    )
    assert not ones & others


def test_nobody_is_asked_about_twice_in_the_same_words() -> None:
    asked = [(sample.input, sample.tags["tier"], sample.tags["paraphrase"]) for sample in drawn(1600)]
    premises = [sample.fields["question"] for sample in drawn(1600) if sample.tags["tier"] == "G"]
    people_asked = [each for each in asked if each[1] != "G"]
    assert len(set(people_asked)) == len(people_asked)
    assert len(set(premises)) == len(premises) == 200


def test_the_three_paraphrases_are_asked_equally_often() -> None:
    counts = Counter((sample.tags["tier"], sample.tags["paraphrase"]) for sample in drawn(1600))
    assert set(counts.values()) <= {66, 67}


@pytest.mark.parametrize("domain", DOMAINS)
def test_what_is_real_can_be_identified_and_what_is_not_has_a_reason(domain: suite.Domain) -> None:
    for sample in drawn(60, domain):
        if sample.tags["kind"] in ("real", "premise"):
            assert sample.target
            assert "evidence" not in sample.fields
        else:
            proof = json.loads(sample.fields["evidence"])
            assert sample.target is None
            assert float(proof["bound"]) < evidence.LIMIT
            assert proof["rule"]
            assert proof["checks"]


def test_a_tier_without_more_leaves_its_turn_to_the_others() -> None:
    counts = Counter(sample.tags["tier"] for sample in drawn(400, "books"))
    assert counts == {"A": 48, "B": 42, "C": 36, "D": 274}


# What is sent


@pytest.mark.parametrize("domain", get_args(suite.Domain))
def test_every_arm_asks_about_the_entity_by_name(domain: suite.Domain) -> None:
    for sample in drawn(60, domain):
        for arm in ARMS:
            text = render(arm, sample).messages[-1].content
            assert sample.input in text
            assert not re.search(r"[{}]|\s{2}|None", text)


def test_every_way_of_asking_has_three_wordings_and_no_two_are_alike() -> None:
    for section, ways in wordings().items():
        if section != "system":
            assert tuple(ways) == WAYS
            assert all(len(set(texts)) == 3 for texts in ways.values())
    assert set(wordings()) == {"people", "locks", "premises", "system", *things.INVENT}


def test_the_arms_are_four_ways_with_each_system_sentence_and_one_doubt() -> None:
    names = [arm.name for arm in ARMS]
    ways = ["neutral", "presuming", "asking", "open"]
    assert names == [*ways, *(f"{w} idk" for w in ways), *(f"{w} must" for w in ways), "neutral sure"]
    assert [arm.name for arm in ARMS if arm.default] == [*ways, "neutral idk", "neutral must"]


def test_the_same_seed_gives_the_same_bytes_in_every_process() -> None:
    code = "from suites.hallucination.audit import digest; print(digest('people', 400), digest('all', 30))"
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": "."},
        )
        for hash_seed in ("1", "2")
    ]
    one, other = (run.communicate()[0] for run in runs)
    assert [run.returncode for run in runs] == [0, 0]
    assert re.fullmatch(rb"[0-9a-f]{64} [0-9a-f]{64}\s+", one)
    assert one == other


# What is made up


@pytest.mark.parametrize("kind", audit.KINDS)
def test_nothing_made_up_is_known_or_common_or_taught_to_the_embedded_model(kind: str) -> None:
    n = 3000 if kind == "people D" else 500 if kind in SLOW else 1000
    found = audit.audit(kind, Fresh(audit.KINDS[kind](Random("tests"))), n)
    assert found.sound, found
    assert found.made == n or kind in ("people E", "people F")
    assert found.made >= 200
    assert found.repeated <= n // 100


@pytest.mark.parametrize(
    ("name", "listed", "common"),
    [
        ("Albert Einstein", True, True),
        ("Akira Kurosawa", True, False),
        ("John Smithson", True, True),
        ("Mary Quilander", False, False),
    ],
)
def test_the_audit_finds_what_it_looks_for(name: str, listed: bool, common: bool) -> None:
    planted = Entity(name, "made-up", "D", "people", words=(people.surname(name),))
    assert audit.is_listed(planted) == listed
    assert audit.is_common(planted) == common


def test_what_is_known_or_came_before_is_passed_over() -> None:
    names = ["Mary Quilander", "Albert Einstein", "Ann Quilander", "Ann Tompermont"]
    planted = [Entity(name, "made-up", "D", "people", words=(people.surname(name),)) for name in names]
    fresh = Fresh(planted)
    assert [entity.name for entity in fresh] == ["Mary Quilander", "Ann Tompermont"]
    assert (fresh.known, fresh.repeated) == (1, 1)


def test_no_draw_hits_the_real_more_often_than_the_evidence_says() -> None:
    for chance in audit.chances():
        assert chance.sound, chance


def test_made_up_surnames_look_as_likely_as_those_of_obscure_people() -> None:
    surprise = words.lexicon("surnames").surprise
    made_up = [surprise(entity.words[0]) for entity in first("people D", 1000)]
    real = [surprise(people.surname(entity.name)) for entity in people.real("C")]
    assert ks_2samp(made_up, real).statistic < 0.08


def test_made_up_people_fill_all_tenths_of_likelihood_alike() -> None:
    made_up = first("people D", 1000)
    assert set(Counter(entity.tags["decile"] for entity in made_up).values()) <= set(range(95, 106))
    assert all(people.decile(entity.words[0]) == entity.tags["decile"] for entity in made_up)


def test_made_up_people_have_the_roles_of_obscure_ones() -> None:
    roles = Counter(entity.tags["role"] for entity in people.real("C"))
    made_up = islice(people.invented(Random(0)), roles.total())
    assert Counter(entity.tags["role"] for entity in made_up) == roles


def test_made_up_surnames_have_eight_letters_and_none_is_within_one_edit_of_a_listed_one() -> None:
    listed = known.surname_shares()
    for entity in first("people D", 40):
        (word,) = entity.words
        assert len(word) >= 8
        assert not neighbours(word) & set(listed)


def neighbours(word: str) -> set[str]:
    """The word and all words one edit away, letters a to z."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    dropped = {a + b[1:] for a, b in cuts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    changed = {a + c + b[1:] for a, b in cuts if b for c in letters}
    return dropped | swapped | changed | {a + c + b for a, b in cuts for c in letters}


def test_a_near_miss_is_one_or_two_edits_from_the_famous_name_it_names() -> None:
    for entity in first("people E", 60):
        near, wrong = people.surname(entity.fields["neighbours"]), people.surname(entity.name)
        assert wrong != near
        assert wrong in neighbours(near) or neighbours(wrong) & neighbours(near)
        assert entity.name.split()[:-1] == entity.fields["neighbours"].split()[:-1]


def test_a_blend_takes_one_name_from_each_of_two_famous_people() -> None:
    for entity in first("people F", 200):
        one, other = entity.fields["neighbours"].split(";")
        assert entity.name == f"{one.split()[0]} {other.split()[-1]}"


@pytest.mark.parametrize(
    "name",
    [
        "Alexandre Humboldt",
        "Mikhail Chekhov",
        "Nicolaus Linnaeus",
        "Ludwig Pasteur",
        "Henri Fermi",
        "James Orwell",
    ],
)
def test_a_blend_that_somebody_may_have_borne_is_not_made(name: str) -> None:
    assert name not in {entity.name for entity in people.blends(Random(0))}


def test_nobody_is_on_the_closed_list_that_a_locked_person_is_put_on() -> None:
    for entity in first("people H", 300):
        assert entity.name not in entity.fields["holders"].split(";")
        assert entity.evidence is not None
        assert any(entity.fields["holders"] in check for check in entity.evidence.checks)
        assert re.search(r"\d{4}", entity.fields["claim"])


def test_every_closed_list_of_people_is_used() -> None:
    lists = {row["list"] for row in rows_of("locks.csv")}
    assert lists - set(people.CLAIMS) == {"element"}
    assert {entity.fields["role"] for entity in first("people H", 60)} == {
        role for role, _ in people.CLAIMS.values()
    }


def test_no_module_has_a_made_up_member_in_this_python_either() -> None:
    for entity in first("api", 2000):
        module, _, member = entity.name.rpartition(".")
        assert not hasattr(importlib.import_module(module), member)


def test_the_shipped_members_cover_the_standard_library_of_this_python() -> None:
    for module, listed in known.stdlib().items():
        members = vars(importlib.import_module(module))
        public = {name for name in members if not name.startswith("_")}
        submodules = {
            name for name in public if f"{module}.{name}" in sys.modules
        }  # there once anybody imports them
        assert public - submodules <= listed


def test_every_real_member_exists() -> None:
    for entity in (entity for tier in "ABC" for entity in things.real("api", tier)):  # type: ignore[arg-type]
        module, _, member = entity.name.rpartition(".")
        assert member in known.stdlib()[module]


def test_real_packages_are_on_the_index_and_real_species_in_the_encyclopaedia() -> None:
    rows = [row for row in rows_of("things.csv") if row["domain"] == "packages"]
    assert all(row["name"] in known.packages() for row in rows)


@pytest.mark.parametrize("domain", things.INVENT)
def test_each_domain_has_forty_real_things_of_three_degrees_of_fame(domain: str) -> None:
    rows = [row for row in rows_of("things.csv") if row["domain"] == domain]
    assert Counter(row["tier"] for row in rows) == {"A": 16, "B": 14, "C": 12}
    for row in rows:
        keywords = row["accept"].split(";")
        shown = set(known.fold(f"{row['name']} {row['author']} {row['country']}").split())
        assert keywords == [word.strip().lower() for word in keywords]
        assert not any(known.fold(word) and set(known.fold(word).split()) <= shown for word in keywords)


@pytest.mark.parametrize(("word", "coarse"), [("mcniggleton", True), ("quilander", False)])
def test_a_coarse_word_is_never_invented(word: str, coarse: bool) -> None:
    assert words.is_coarse(word) == coarse


# What it stands on


@given(st.sets(WORDS, min_size=1, max_size=60))
def test_a_hash_filter_never_misses_a_member(texts: set[str]) -> None:
    made = known.HashFilter.of(texts, 0.01)
    assert all(text in made for text in texts)


def test_a_hash_filter_takes_about_the_promised_share_of_strangers_for_members() -> None:
    made = known.HashFilter.of((f"member {i}" for i in range(5000)), 0.01)
    wrong = sum(f"stranger {i}" in made for i in range(20_000)) / 20_000
    assert 0.006 < wrong < 0.014
    assert 0.006 < made.wrong < 0.014


@pytest.mark.parametrize("shipped", [known.anything(), known.packages()])
def test_the_shipped_filters_say_yes_wrongly_once_in_a_thousand(shipped: known.HashFilter) -> None:
    assert 0.0009 < shipped.wrong < 0.0011


@pytest.mark.parametrize(
    "word", ["einstein", "paris", "ibuprofen", "acanthus", "svensson", "albert einstein"]
)
def test_people_places_medicines_and_living_things_are_known(word: str) -> None:
    assert word in known.anything()


@given(WORDS, WORDS)
def test_one_edit_is_always_seen_as_near(word: str, other: str) -> None:
    near = {word, *neighbours(word)}
    assert known.is_near(other, known.deletions([word])) or other not in near


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Gödel", "godel"),
        ("Łukasiewicz", "lukasiewicz"),
        ("O’Neill-Smith", "o neill smith"),
        ("Straße", "strasse"),
    ],
)
def test_folding_leaves_plain_letters(text: str, folded: str) -> None:
    assert known.fold(text) == folded


def test_the_chance_of_a_draw_is_the_share_of_draws() -> None:
    model = LetterModel.learn(["ab", "ab", "ac", "b"], order=3)
    rng = Random(1)
    draws = Counter(model.invent(rng, 1, 9) for _ in range(8000))
    assert model.chance("ab") == pytest.approx(0.5)
    assert draws["ab"] / 8000 == pytest.approx(model.chance("ab"), abs=0.02)
    assert model.chance("ca") == 0


# What is counted


def test_a_turn_goes_to_who_is_furthest_behind() -> None:
    given_so_far: dict[str, int] = {"A": 0, "D": 0}
    order = ""
    for _ in range(8):
        tier = suite.due({"A": 1, "D": 3}, given_so_far)  # type: ignore[arg-type]
        given_so_far[tier] += 1
        order += tier
    assert order[:4].count("D") == 3
    assert order[4:6] == "AA"


def professed(*answers: str) -> list[Score]:
    return [Score("fabricated", notes={"professions": answer}) for answer in answers]


@pytest.mark.parametrize(
    ("answers", "value"),
    [
        (["painter", "composer"], 1.0),
        (["painter;poet", "poet"], 0.0),
        (["painter", "", "painter"], 0.0),
        (["painter", ""], None),
        ([], None),
    ],
)
def test_two_lives_contradict_each_other_if_no_profession_agrees(
    answers: list[str], value: float | None
) -> None:
    assert metrics.contradiction(professed(*answers)) == value


@pytest.mark.parametrize(
    ("pairs", "value"),
    [([("fabricated", "abstained"), ("right", "right")], 0.5), ([("error", "right")], None), ([], None)],
)
def test_a_flip_is_another_outcome_after_the_doubt(pairs: list[tuple[str, str]], value: float | None) -> None:
    assert metrics.flip([Score(last, notes={"first": earlier}) for earlier, last in pairs]) == value


@pytest.mark.parametrize("threshold", [0.5, 0.75, 0.9])
def test_answering_pays_only_above_the_threshold(threshold: float) -> None:
    points = metrics.penalised(threshold)
    assert threshold * points["right"] + (1 - threshold) * points["fabricated"] == pytest.approx(0)
    assert points["abstained"] == 0


def test_saying_flatly_that_there_is_no_such_person_is_right_or_wrong_like_any_other_claim() -> None:
    points = metrics.penalised(0.75)
    assert (points["corrected"], points["denied"]) == (points["right"], points["wrong"])


def test_a_rate_leaves_out_what_could_not_be_judged() -> None:
    assert not {"unparsed", "truncated", "error"} & set(metrics.share("fabricated"))
