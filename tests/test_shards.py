"""Shards, each made where nothing is known of the others, give together what one build gives."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from schemagen.config import load_config
from schemagen.session import STATE_FILE, Session
from schemagen.shards import Name, Part, divide, parts_of_tasks
from tests.conftest import IS_WHOLE, Project

MakeProject = Callable[[str], Project]
MOST = 1.25  # of the mean, what the slowest shard may be predicted to take


def copied(project: Project, make_project: MakeProject, name: str) -> Project:
    other = make_project(name)
    shutil.copytree(project.root, other.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("build", ".schemagen"))
    return other


def worst(found: dict[Name, int], parts: list[Part], count: int) -> float:
    """What the shard that has most has of the mean."""
    loads = [sum(part.cost for part in parts if found[part.name] == shard) for shard in range(1, count + 1)]
    return max(loads) * count / sum(loads)


# -- together what one build gives


def test_three_shards_give_together_what_one_build_gives(
    project: Project, make_project: MakeProject, corpus: Path
) -> None:
    files = sorted((corpus / "schemastore" / "schemas").rglob("*.json"), key=lambda file: file.name)
    for file in files[:: 2 if IS_WHOLE else 30]:
        shutil.copy(file, project.write(f"schemas/{file.name}", ""))
    project.write("schemas/broken.json", "{")
    project.config(packs=["packs/plain", "form", "markdown", "typescript"], unresolved_refs="opaque")
    whole, merged = (copied(project, make_project, name) for name in ("whole", "merged"))
    assert whole.run("generate", "-w", "2").code == 1
    shards = [copied(project, make_project, f"shard{number}") for number in (1, 2, 3)]
    broken = []
    for number, shard in enumerate(shards, 1):
        done = shard.run("generate", "-w", "2", "--shard", f"{number}/3")
        broken.append(done.code)
    assert sorted(broken) == [0, 0, 1], "what is broken is one shard's"
    made = [shard.outputs() for shard in shards]
    assert {path: data for each in made for path, data in each.items()} == whole.outputs()
    assert sum(map(len, made)) == len(whole.outputs()), "each output is made by one shard"
    taken = merged.run("merge-state", *(str(shard.root) for shard in shards))
    assert (taken.code, taken.err) == (0, "")
    assert merged.outputs() == whole.outputs()
    before = merged.mtimes()
    again = merged.run("generate", "-w", "1")
    assert again.summary.startswith("0 generated")
    assert (merged.mtimes(), merged.outputs()) == (before, whole.outputs())
    assert merged.run("generate", "-w", "1").summary == again.summary
    assert merged.run("check").out.splitlines()[-1].split(", ")[1].startswith("0 by generating")


def test_states_are_merged_into_a_checkout_that_has_the_outputs_already(
    project: Project, make_project: MakeProject
) -> None:
    merged = make_project("merged")
    for number in (1, 2):
        shard = copied(project, make_project, f"shard{number}")
        assert shard.run("generate", "--shard", f"{number}/2").code == 0
        shutil.copytree(shard.root, merged.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".schemagen"))
        shutil.copytree(shard.root / ".schemagen", merged.root / f"states/{number}")
    before = merged.mtimes()
    assert len(before) == 3
    assert merged.run("merge-state", "states/1", "states/2").out == "3 taken over, 0 fresh, 0 missing\n"
    assert merged.mtimes() == before
    assert merged.run("merge-state", "states/1").out == "0 taken over, 3 fresh, 0 missing\n"
    assert merged.generate().summary == "0 generated, 3 fresh, 0 failed"


def test_shard_removes_nothing_of_the_others_and_makes_only_what_is_stale(project: Project) -> None:
    assert project.generate().code == 0
    made = project.outputs()
    assert {project.run("generate", "--shard", f"{number}/2").out.split()[0] for number in (1, 2)} == {"0"}
    assert project.outputs() == made
    for path in ("bike.txt", "member.txt", "billing/invoice.txt"):
        (project.root / "build" / path).unlink()
    counts = [int(project.run("generate", "--shard", f"{number}/2").out.split()[0]) for number in (1, 2)]
    assert (sum(counts), project.outputs()) == (3, made)
    assert project.generate().summary == "0 generated, 3 fresh, 0 failed"


def test_dry_run_of_a_shard_names_what_the_shard_would_make(project: Project) -> None:
    told = [project.run("generate", "-n", "--shard", f"{number}/2").out.splitlines()[:-1] for number in (1, 2)]
    assert sorted(line.split(":")[0] for lines in told for line in lines) == [
        "would generate bike",
        "would generate billing/invoice",
        "would generate member",
    ]


@pytest.mark.parametrize("shard", ["0/3", "4/3", "1", "a/b", "1/0", "-1/3"])
def test_shard_that_is_none_is_refused(project: Project, shard: str) -> None:
    assert project.run("generate", f"--shard={shard}").code == 2


# -- what is merged is looked at


def test_what_was_made_of_something_else_or_edited_is_not_taken_over(
    project: Project, make_project: MakeProject
) -> None:
    shard, merged = (copied(project, make_project, name) for name in ("shard", "merged"))
    shard.generate()
    shard.write("build/bike.txt", "edited")
    merged.write("schemas/member.json", {"title": "Other", "type": "object"})
    taken = merged.run("merge-state", str(shard.root))
    assert taken.code == 1
    assert taken.out == "0 taken over, 0 fresh, 3 missing\n"
    named = {line.split(":")[0] for line in taken.errors}
    assert named == {"schemas/bike.json", "schemas/member.json", "schemas/billing/invoice.json"}
    assert not merged.exists("build")
    assert merged.generate().summary == "3 generated, 0 fresh, 0 failed"


@pytest.mark.parametrize(
    "facts",
    [
        None,
        [],
        {"outputs": None},
        {"outputs": {"build/bike.txt": None}},
        {"outputs": {"build/bike.txt": ["KEY", "../../schemas/bike.json", "plain"]}},
        {"outputs": {"build/bike.txt": ["KEY", None, 1]}, "seconds": "x", "schema": 1, "summary": 3},
        {"outputs": {"../bike.txt": ["KEY", "0" * 32, "plain"], "/etc/passwd": ["KEY", "0" * 32, "plain"]}},
    ],
)
def test_state_that_says_anything_at_all_does_no_harm(
    project: Project, make_project: MakeProject, facts: object
) -> None:
    (output,) = Session(load_config(project.root), None, print).project.tasks["bike"].outputs
    elsewhere = make_project("elsewhere")
    elsewhere.write("build/bike.txt", "anything")
    text = json.dumps({"_values_:": {"schemagen": facts}}).replace("KEY", output.key)
    from schemagen.state.log import LogWriter, Record

    log = LogWriter(elsewhere.root / STATE_FILE, 0)
    log.append(Record(b"R", b'"generate:bike"', text.encode()))
    log.flush()
    log.close()
    taken = project.run("merge-state", str(elsewhere.root))
    assert (taken.code, taken.out) == (1, "0 taken over, 0 fresh, 3 missing\n")
    assert not project.exists("build")


def test_folder_without_a_state_is_refused(project: Project) -> None:
    done = project.run("merge-state", "schemas")
    assert (done.code, len(done.errors)) == (3, 1)
    assert "[SG057]" in done.err


# -- how it is divided


def skewed(count: int, seed: int) -> list[Part]:
    """Parts of which few are much larger than most: as real schemas are, or worse."""
    dice = random.Random(seed)
    return [Part((False, f"s{at}"), f"a/s{at}.html", int(500 * dice.paretovariate(1.2))) for at in range(count)]


@pytest.mark.parametrize("count", [2, 3, 8])
@pytest.mark.parametrize("seed", range(5))
def test_no_shard_has_much_more_than_the_others(seed: int, count: int) -> None:
    parts = skewed(1000, seed)
    found = divide(parts, count)
    assert set(found.values()) == set(range(1, count + 1))
    # What cannot be cut may be more than a share by itself.
    largest = max(part.cost for part in parts) * count / sum(part.cost for part in parts)
    assert worst(found, parts, count) <= max(MOST, largest)


def test_no_shard_has_much_more_of_real_schemas(project: Project, corpus: Path) -> None:
    files = sorted((corpus / "schemastore" / "schemas").rglob("*.json"), key=lambda file: file.name)
    for file in files[:500]:
        shutil.copy(file, project.write(f"schemas/{file.name}", ""))
    project.config(packs=["packs/plain", "form", "markdown"], unresolved_refs="opaque")
    session = Session(load_config(project.root), None, print)
    parts = parts_of_tasks(session.tasks(), session.project.project_tasks, session.project.size)
    assert len(parts) > 500
    for count in (3, 8):
        assert worst(divide(parts, count), parts, count) <= MOST


def test_division_does_not_depend_on_the_order_and_stays_as_schemas_come_and_go() -> None:
    parts = skewed(1000, 1)
    found = divide(parts, 3)
    assert divide(list(reversed(parts)), 3) == found
    fewer = divide(parts[20:], 3)
    assert sum(fewer[name] != found[name] for name in fewer) < 20


def test_few_large_parts_are_dealt_evenly() -> None:
    parts = [Part((False, str(at)), str(at), 100) for at in range(6)]
    assert worst(divide(parts, 3), parts, 3) == 1
    assert set(divide(parts[:2], 8).values()) <= set(range(1, 9))
    assert divide([], 3) == {}
