"""What was generated once is found again: by other checkouts and branches, and never other bytes than a build makes."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.caches import Built, build, files_in, user_cache
from tests.conftest import DOIT_PLUGINS, IS_WHOLE, REPOSITORY, Project, without_right_to_read_all
from tests.faults.running import files_up_to
from tests.test_formatting import ONE

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pytest has threads; a build forks


def checkout(project: Project, name: str) -> Project:
    """The inputs of ``project`` in another folder beside it."""
    root = project.root.parent / name
    shutil.copytree(project.root, root, ignore=shutil.ignore_patterns("build", ".schemagen"))
    return Project(root, project.environment)


def counts(built: Built) -> tuple[int, int]:
    return built.generated, built.found


@pytest.fixture
def built(project: Project) -> Project:
    """Our three schemas, built once; all of it is in the cache."""
    assert counts(build(project)) == (3, 0)
    return project


@pytest.mark.parametrize("args", [("-w", "1"), ("-w", "2"), ("-w", "2", "-b", "1")])
def test_second_checkout_generates_nothing(built: Project, args: tuple[str, ...]) -> None:
    other = checkout(built, "other")
    first = build(other, *args)
    assert (first.code, *counts(first), first.warnings) == (0, 0, 3, [])
    assert other.outputs() == built.outputs()
    assert counts(build(other)) == (0, 0)  # all is fresh


@pytest.mark.parametrize("args", [(), ("-n", "2"), ("-n", "2", "-P", "thread")])
def test_second_checkout_generates_nothing_with_doit(project: Project, args: tuple[str, ...]) -> None:
    home = {"SCHEMAGEN_NO_CACHE": "", "XDG_CACHE_HOME": str(project.root.parent / "doit's")}
    project.environment.update(home)
    assert project.doit(*args).summary == "3 generated, 0 fresh, 0 failed"
    other = checkout(project, "other")
    assert other.doit(*args).summary == "0 generated, 3 from the cache, 0 fresh, 0 failed"
    assert other.outputs() == project.outputs()
    assert other.doit(*args).summary == "0 generated, 3 fresh, 0 failed"


def test_doits_own_runner_finds_what_ours_kept(built: Project) -> None:
    other = checkout(built, "other")
    other.write("pyproject.toml", other.read("pyproject.toml").removesuffix(DOIT_PLUGINS))
    other.environment.update({"SCHEMAGEN_NO_CACHE": "", "XDG_CACHE_HOME": str(built.root.parent / "cache home")})
    assert other.doit().summary == "0 generated, 3 from the cache, 0 fresh, 0 failed"
    assert other.outputs() == built.outputs()


@pytest.mark.parametrize("kind", ["fifo", "link"])
def test_file_of_the_cache_that_is_none_holds_no_build_up(built: Project, kind: str) -> None:
    victim = built.write("../victim.txt", "not ours\n")
    tally = user_cache(built) / "tally"
    tally.unlink()
    if kind == "fifo":
        os.mkfifo(tally)
    else:
        tally.symlink_to(victim)
    built.write("schemas/bike.json", {"title": "Bike", "description": "Three wheels"})
    assert build(built).code == 0
    assert "Three wheels" in built.read("build/bike.txt")
    assert victim.read_text() == "not ours\n"


def test_switching_branches_back_and_forth_generates_nothing(built: Project) -> None:
    first = built.outputs()
    built.write("schemas/bike.json", {"title": "Bike", "description": "Three wheels"})
    assert counts(build(built)) == (1, 0)
    second = built.outputs()
    for _ in range(2):
        built.write("schemas/bike.json", {"title": "Bike", "description": "Two wheels", "type": "object"})
        assert counts(build(built)) == (0, 1)
        assert built.outputs() == first
        built.write("schemas/bike.json", {"title": "Bike", "description": "Three wheels"})
        assert counts(build(built)) == (0, 1)
        assert built.outputs() == second


def test_output_that_is_gone_or_edited_comes_from_the_cache(built: Project) -> None:
    right = built.outputs()
    (built.root / "build/bike.txt").unlink()
    built.write("build/member.txt", "mine")
    again = build(built)
    assert counts(again) == (0, 2)
    assert "build/member.txt:1:1: edited since it was made: restored" in again.said
    assert built.outputs() == right


@pytest.mark.parametrize(
    "change",
    [
        lambda project: project.write("packs/plain/plain.txt.mustache", "{{title}}\n"),
        lambda project: project.write("packs/plain/partials/about.mustache", "!"),
        lambda project: project.write("schemas/member.json", {"title": "Member"}),
        lambda project: os.rename(project.root / "schemas/member.json", project.root / "schemas/person.json"),
        lambda project: project.config(packs=["packs/plain"], default_draft="draft7"),
    ],
    ids=["template", "partial", "schema", "name", "option"],
)
def test_whatever_decides_the_bytes_is_in_the_key(built: Project, change: Callable[[Project], object]) -> None:
    other = checkout(built, "other")
    other.write("schemas/billing/invoice.json", {"title": "Invoice"})
    built.write("schemas/billing/invoice.json", {"title": "Invoice"})
    build(built)
    change(other)
    found = build(other)
    clean = checkout(other, "clean")
    assert build(clean, "--no-cache", "-w", "1").found == 0
    assert other.outputs() == clean.outputs()
    assert found.generated > 0


def test_where_a_schema_lies_does_not_matter_but_what_it_refs_does(built: Project) -> None:
    other = checkout(built, "other")
    other.write("schemas/member.json", {"title": "Member", "description": "Someone", "type": "object"})
    assert counts(build(other)) == (2, 1)  # the invoice refs it
    os.makedirs(built.root.parent / "deep" / "er")
    shutil.move(other.root, built.root.parent / "deep" / "er" / "other")
    moved = checkout(Project(built.root.parent / "deep" / "er" / "other"), "moved")
    assert counts(build(moved, XDG_CACHE_HOME=str(built.root.parent / "cache home"))) == (0, 3)


def test_formatter_and_what_it_finds_beside_an_output_are_in_the_key(project: Project) -> None:
    project.write("tools/one.py", ONE).chmod(0o755)
    table = '[tool.schemagen]\npacks = ["packs/plain"]\n\n[tool.schemagen.format]\n"*" = "tools/one.py {path}"\n'
    project.write("pyproject.toml", table)
    project.write(".git/HEAD", "")
    assert counts(build(project)) == (3, 0)
    same = checkout(project, "same")
    assert counts(build(same)) == (0, 3)
    assert same.outputs() == project.outputs()
    assert all(data.startswith(b"./build/") for data in same.outputs().values())
    configured = checkout(project, "configured")
    configured.write(".onerc", "other")
    assert counts(build(configured)) == (3, 0)
    program = checkout(project, "program")
    program.write("tools/one.py", ONE + "\n").chmod(0o755)
    assert counts(build(program)) == (3, 0)
    elsewhere = checkout(project, "elsewhere")
    elsewhere.write("pyproject.toml", table.replace("[tool.schemagen]", '[tool.schemagen]\noutput = "made"', 1))
    assert counts(build(elsewhere)) == (3, 0)


def test_parts_of_documents_are_found_too(project: Project) -> None:
    def document(title: str) -> dict[str, object]:
        schemas = {"Pet": {"title": "Pet"}, "Owner": {"title": title, "items": {"$ref": "#/components/schemas/Pet"}}}
        return {"openapi": "3.1.0", "info": {"title": title}, "components": {"schemas": schemas}}

    project.config(packs=["packs/plain"], schemas=["api.json#/components/schemas/*"])
    project.write("api.json", document("Owner"))
    assert counts(build(project)) == (2, 0)
    other = checkout(project, "other")
    other.write("api.json", document("Keeper"))
    assert counts(build(other)) == (1, 1)
    assert other.read("build/api/Owner.txt").startswith("Keeper")


def test_force_generates_and_tells_of_other_bytes(built: Project) -> None:
    right = built.outputs()
    assert counts(build(built, "--force", "-w", "1")) == (3, 0)
    folder = user_cache(built)
    shutil.rmtree(folder / "index")
    (mapping,) = files_in(folder, "ac")
    (blob,) = files_in(folder, "cas")
    # Somebody else keeps other bytes for the same keys, all of it in order.
    from schemagen.cache.folder import FolderStore
    from schemagen.cache.mapping import New, decode

    group = decode(mapping.read_bytes(), mapping.name, b"")
    mapping.unlink()
    blob.unlink()
    store = FolderStore(str(folder))
    store.keep([New(key, kept.path, b"other") for key, kept in group.outputs.items()])
    store.flush()
    told = build(built, "--force", "-w", "1")
    assert (told.code, counts(told)) == (0, (3, 0))
    assert len(told.warnings) == 1
    assert "(and 2 more): what makes it is not deterministic" in told.warnings[0]
    assert built.outputs() == right


def test_options_and_environment_say_whether_and_where(built: Project) -> None:
    other, elsewhere = checkout(built, "other"), f"file://{built.root.parent}/elsewhere"

    def found(*args: str, **environment: str) -> tuple[int, int]:
        shutil.rmtree(other.root / "build", ignore_errors=True)
        shutil.rmtree(other.root / ".schemagen", ignore_errors=True)
        return counts(build(other, "-w", "1", *args, **environment))

    assert found("--no-cache") == (3, 0)
    assert found(SCHEMAGEN_NO_CACHE="1") == (3, 0)
    assert found("--cache", elsewhere, "--cache-read-only") == (3, 0)
    assert not (built.root.parent / "elsewhere").exists()
    assert found(SCHEMAGEN_CACHE=elsewhere) == (3, 0)
    assert found("--cache", elsewhere, SCHEMAGEN_NO_CACHE="1") == (0, 3)
    other.config(packs=["packs/plain"], cache=False)
    assert found() == (3, 0)
    assert found(SCHEMAGEN_CACHE=elsewhere) == (0, 3)
    other.config(packs=["packs/plain"], cache=elsewhere)
    assert found(SCHEMAGEN_CACHE_READ_ONLY="1") == (0, 3)
    assert found("--no-cache") == (3, 0)


def test_read_only_cache_is_not_touched(built: Project) -> None:
    folder = user_cache(built)
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    for file in before:
        os.utime(file, ns=(0, 0))
    other = checkout(built, "other")
    other.write("schemas/new.json", {"title": "New"})
    told = build(other, "--cache-read-only", "-w", "1")
    assert (*counts(told), told.warnings) == (1, 3, [])
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == dict.fromkeys(before, 0)


def test_what_is_used_is_given_a_new_time(built: Project) -> None:
    files = [*files_in(user_cache(built), "cas"), *files_in(user_cache(built), "ac")]
    for file in files:
        os.utime(file, ns=(0, 0))
    build(checkout(built, "other"))
    assert all(file.stat().st_mtime > 0 for file in files)


# -- a folder that is no good


def spoiled(built: Project, spoil: Callable[[Path], object]) -> Built:
    """A build of another checkout after ``spoil`` was done to the cache; its outputs are right."""
    spoil(user_cache(built))
    other = checkout(built, "other")
    told = build(other)
    assert other.outputs() == built.outputs()
    assert told.code == 0
    assert "Traceback" not in told.said
    return told


def test_missing_blob_is_a_miss_and_is_kept_again(built: Project) -> None:
    told = spoiled(built, lambda folder: shutil.rmtree(folder / "cas"))
    assert (*counts(told), told.warnings) == (3, 0, [])
    assert counts(build(checkout(built, "third"))) == (0, 3)


@pytest.mark.parametrize("kind", ["cas", "ac"])
def test_damage_is_told_once_put_aside_and_made_up_for(built: Project, kind: str) -> None:
    def spoil(folder: Path) -> None:
        for file in files_in(folder, kind):
            file.write_bytes(bytes(file.stat().st_size))

    told = spoiled(built, spoil)
    assert counts(told) == (3, 0)
    assert len(told.warnings) == 1
    assert files_in(user_cache(built), "quarantine")
    third = build(checkout(built, "third"))
    assert (*counts(third), third.warnings) == (0, 3, [])


def test_folder_that_others_may_write_to_is_not_used(built: Project) -> None:
    told = spoiled(built, lambda folder: folder.chmod(0o777))
    assert counts(told) == (3, 0)
    (warning,) = told.warnings
    assert warning == f"{user_cache(built)}:1:1: warning: the cache: it is not used: others may write to it: chmod go-w"


def test_folder_of_somebody_else_is_not_used(built: Project) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder to somebody else")
    told = spoiled(built, lambda folder: os.chown(folder, 12345, -1))
    assert counts(told) == (3, 0)
    assert "it belongs to somebody else" in told.warnings[0]


def test_shared_folder_is_used_where_its_entries_are_signed(built: Project) -> None:
    folder = built.root.parent / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    url = f"file://{folder}"
    assert "others may write to it" in build(checkout(built, "one"), "--cache", url, "-w", "1").warnings[0]
    signed = {"SCHEMAGEN_CACHE_KEY": "a key", "SCHEMAGEN_CACHE": url}
    assert counts(build(checkout(built, "two"), **signed)) == (3, 0)
    assert counts(build(checkout(built, "three"), **signed)) == (0, 3)
    wrong = build(checkout(built, "four"), **{**signed, "SCHEMAGEN_CACHE_KEY": "another"})
    assert counts(wrong) == (3, 0)
    assert len(wrong.warnings) == 1
    assert "not signed with SCHEMAGEN_CACHE_KEY" in wrong.warnings[0]


def test_folder_that_cannot_be_read_is_not_used(built: Project) -> None:
    other = checkout(built, "other")
    other.environment.update({"SCHEMAGEN_NO_CACHE": "", "XDG_CACHE_HOME": str(user_cache(built).parent)})
    user_cache(built).chmod(0)
    told = other.run("generate", "-w", "1", prefix=without_right_to_read_all())
    user_cache(built).chmod(0o700)
    assert (told.code, told.summary) == (0, "3 generated, 0 fresh, 0 failed")
    assert len(told.errors) == 1
    assert "it cannot be read" in told.err


def test_where_there_can_be_no_folder_nobody_asked_for_one(project: Project) -> None:
    project.write("file", "")
    told = build(project, XDG_CACHE_HOME=str(project.root / "file"))
    assert (told.code, *counts(told), told.warnings) == (0, 3, 0, [])
    project.write("schemas/bike.json", {"title": "Other"})
    told = build(project, "-w", "1", "--cache", f"file://{project.root}/file/cache")
    assert (told.code, *counts(told), len(told.warnings)) == (0, 1, 0, 1)


def test_full_disk_is_no_harm(project: Project) -> None:
    """No file may have more than 60,000 bytes, as on a disk that has no more room: an output has fewer, all of them
    together more. A limit on the size of files is what a process can have without a file system of its own."""
    project.write("packs/plain/plain.txt.mustache", "{{title}}: " + "long " * 6000)
    with files_up_to(60_000):
        told = build(project)
    assert (told.code, *counts(told)) == (0, 3, 0)
    assert len(told.warnings) == 1
    assert "nothing is kept in it: File too large" in told.warnings[0]
    assert len(project.outputs()) == 3


def test_limit_is_kept_by_letting_go_of_what_was_not_used(project: Project) -> None:
    project.config(packs=["packs/plain"], cache_size="20K")
    project.write("schemas/old.json", {"title": "Old", "description": "o" * 4000})
    build(project)
    for number in range(8):
        project.write("schemas/bike.json", {"title": "Bike", "description": str(number) * 4000})
        build(project)
    files = [*files_in(user_cache(project), "cas"), *files_in(user_cache(project), "ac")]
    assert sum(file.stat().st_size for file in files) <= 20 << 10
    project.write("schemas/bike.json", {"title": "Bike", "description": "0" * 4000})
    assert counts(build(project)) == (1, 0)
    project.write("schemas/bike.json", {"title": "Bike", "description": "7" * 4000})
    assert counts(build(project)) == (0, 1)


def test_two_builds_at_once_keep_the_same_and_lose_nothing(project: Project) -> None:
    projects = [checkout(project, f"checkout-{number}") for number in range(4 if IS_WHOLE else 2)]
    home = {"SCHEMAGEN_NO_CACHE": "", "XDG_CACHE_HOME": str(project.root.parent / "cache home")}
    start = threading.Barrier(len(projects))
    results = []

    def run(each: Project) -> None:
        each.environment.update(home)
        start.wait()
        results.append(each.run("generate", "-w", "1"))

    threads = [threading.Thread(target=run, args=(each,)) for each in projects]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(result.code, result.err) for result in results] == [(0, "")] * len(projects)
    assert all(each.outputs() == projects[0].outputs() for each in projects)
    assert counts(build(checkout(project, "last"))) == (0, 3)


# -- what a person sees


def test_report_and_explain_say_what_was_found(built: Project) -> None:
    other = checkout(built, "other")
    build(other, "-w", "1", "--report", "lines")
    assert other.read("lines").count('{"event": "shared"') == 3
    assert '"generated": 0, "shared": 3' in other.read("lines")
    explained = other.run("explain", "bike").out
    assert explained.splitlines()[-1].strip() == "its outputs were in the cache"
    assert '"status": "shared"' in (checkout(built, "third").run(
        "generate", "--format", "json", env={"SCHEMAGEN_NO_CACHE": "", "XDG_CACHE_HOME": str(user_cache(built).parent)}
    ).out)  # fmt: skip


def test_cache_command_says_what_is_there_checks_it_and_makes_room(built: Project) -> None:
    home = {"SCHEMAGEN_NO_CACHE": "", "XDG_CACHE_HOME": str(user_cache(built).parent)}
    said = built.run("cache", "info", env=home)
    assert said.out.splitlines()[0] == f"folder: {user_cache(built)}"
    assert "3 outputs in 1 groups" in said.out
    assert "limit 1.0 GB" in said.out
    assert built.run("cache", "verify", env=home).out == "3 outputs are as they were kept, 0 damaged\n"
    (blob,) = files_in(user_cache(built), "cas")
    blob.write_bytes(b"x" + blob.read_bytes()[1:])
    verified = built.run("cache", "verify", env=home)
    assert (verified.code, verified.out) == (1, "0 outputs are as they were kept, 1 damaged\n")
    assert "damaged: " in verified.err
    assert "2 files in quarantine" in built.run("cache", "info", env=home).out
    assert built.run("cache", "prune", "--all", env=home).code == 0
    assert "0 outputs in 0 groups" in built.run("cache", "info", env=home).out
    assert built.run("cache", "verify").errors == [
        "cache:1:1: there is no cache: an option, the environment or pyproject.toml says so [SG056]"
    ]


# -- what a build without the extra imports

WATCHED = """
import sys
{before}
from schemagen.cli import main
code = main(sys.argv[1:])
tops = {{name.partition(".")[0] for name in sys.modules}}
found = sorted(tops & {{"fsspec", "aiohttp", "s3fs", "dask", "distributed"}})
print("imported:", *found, *[name for name in sys.modules if name.startswith("schemagen.cache")])
sys.exit(code)
"""


def run_watched(project: Project, *args: str, before: str = "") -> tuple[int, str, str]:
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", WATCHED.format(before=before), *args],
        cwd=project.root,
        env={
            **os.environ,
            "SCHEMAGEN_NO_CACHE": "",
            "XDG_CACHE_HOME": str(user_cache(project).parent),
            "PYTHONPATH": str(REPOSITORY),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_build_imports_no_network_and_a_fresh_one_nothing_of_the_cache(project: Project) -> None:
    code, out, _ = run_watched(project, "generate", "-w", "1")
    assert code == 0
    assert "fsspec" not in out
    assert "schemagen.cache.folder" in out
    code, out, _ = run_watched(project, "generate")
    assert (code, out.splitlines()[1:]) == (0, ["imported:"])


@pytest.mark.parametrize(
    ("gone", "url", "line"),
    [
        ("fsspec", "s3://user:pass@bucket/x?token=1", "pip install 'schemagen[cache]'"),
        ("s3fs", "s3://bucket/x", "pip install s3fs"),
        ("aiohttp", "https://user:pass@host/x", "pip install aiohttp"),
    ],
)
def test_missing_package_stops_the_build_with_the_line_to_install_it(
    project: Project, gone: str, url: str, line: str
) -> None:
    before = f"sys.modules[{gone!r}] = None"
    code, out, err = run_watched(project, "generate", "--cache", url, before=before)
    assert code == 3
    assert line in err
    assert "[SG055]" in err
    assert "pass" not in err
    assert "imported:" not in out or "fsspec" not in out
    assert not project.exists("build")


@pytest.mark.parametrize("url", ["nowhere", "file://host/x", "file:x", "file://relative/x", "://"])
def test_what_is_no_url_stops_the_build(project: Project, url: str) -> None:
    code, _, err = run_watched(project, "generate", "--cache", url)
    assert (code, err.count("[SG054]")) == (3, 1)


def test_wrong_value_in_the_configuration_is_named_with_its_line(project: Project) -> None:
    project.config(packs=["packs/plain"], cache="nowhere")
    assert "pyproject.toml:3:1: cache: " in project.generate().err
