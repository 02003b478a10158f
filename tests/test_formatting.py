"""External formatters: the last pattern that matches, many files at once, and nobody's output lost."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from schemagen.config import load_config
from schemagen.errors import ConfigError
from schemagen.formatters import parse_formatter
from tests.conftest import DOIT_PLUGINS, Project
from tests.node_tools import npm_packages

# Rewrites the files it is given, and notes down how it was called. What holds a word from the environment fails.
MANY = """\
#!/usr/bin/env python3
import os, pathlib, sys, time
if sys.argv[1:] == ["--version"]:
    pathlib.Path("asked").open("a").write("asked\\n")
    print("many 1.0")
    sys.exit()
pathlib.Path("calls").open("a").write(" ".join(sys.argv[1:]) + "\\n")
for name in sys.argv[1:]:
    file = pathlib.Path(name)
    text = file.read_text()
    if os.environ.get("CRASH", "\\0") in text:
        sys.exit(f"{name}: cannot format this")
    if os.environ.get("HANG", "\\0") in text:
        time.sleep(1000)
    file.write_text(f"many: {text}")
"""
ONE = """\
#!/usr/bin/env python3
import sys
text = sys.stdin.read()
if "--crash" in sys.argv and "Bike" in text:
    sys.exit(3)
sys.stdout.write(f"{sys.argv[-1]}: {text}")
"""


@pytest.fixture
def formatted(project: Project) -> Project:
    """Our three schemas, with formatters at hand."""
    for name, source in (("many.py", MANY), ("one.py", ONE)):
        project.write(f"tools/{name}", source).chmod(0o755)
    return project


def formats(project: Project, *lines: str, **values: object) -> None:
    rest = "".join(f"{key} = {json.dumps(value)}\n" for key, value in {"packs": ["packs/plain"], **values}.items())
    table = "\n".join(lines)
    project.write("pyproject.toml", f"[tool.schemagen]\n{rest}\n[tool.schemagen.format]\n{table}\n\n{DOIT_PLUGINS}")


def calls(project: Project) -> list[list[str]]:
    lines = project.read("calls").splitlines() if project.exists("calls") else []
    (project.root / "calls").unlink(missing_ok=True)
    return [line.split(" ") for line in lines]


def leftovers(project: Project) -> list[Path]:
    return list(project.root.rglob("*schemagen-tmp*"))


def many_schemas(project: Project, count: int) -> None:
    for number in range(count):
        project.write(f"schemas/more/s{number:03}.json", {"title": f"S{number:03}", "description": "d"})


@pytest.mark.parametrize(
    "run", [("-w", "1"), ("-w", "2"), ("doit",), ("doit", "-n", "2"), ("doit", "-n", "2", "-P", "thread")]
)
def test_many_files_are_formatted_in_few_runs(formatted: Project, run: Sequence[str]) -> None:
    many_schemas(formatted, 20)
    formats(formatted, '"*.txt" = "tools/many.py {paths}"')
    done = formatted.doit(*run[1:]) if run[0] == "doit" else formatted.run("generate", *run)
    assert (done.code, done.summary, done.err) == (0, "23 generated, 0 fresh, 0 failed", "")
    assert formatted.read("build/bike.txt") == "many: Bike: Two wheels\n"
    told = calls(formatted)
    assert sum(map(len, told)) == 23
    assert len(told) <= (23 if "thread" in run else 6)
    assert all(path.startswith("./build/") and path.endswith(".txt") for paths in told for path in paths)
    assert leftovers(formatted) == []
    assert formatted.generate().summary == "0 generated, 23 fresh, 0 failed"
    assert formatted.run("check").out.startswith("23 outputs checked by recorded digest, 0 by generating")


def test_check_without_state_formats_too(formatted: Project) -> None:
    many_schemas(formatted, 20)
    formats(formatted, '"*.txt" = "tools/many.py {paths}"', '"more/*" = "tools/one.py {path}"')
    formatted.generate()
    calls(formatted)
    (formatted.root / ".schemagen/log").unlink()
    done = formatted.run("check")
    assert (done.code, done.out.splitlines()) == (
        0, ["0 outputs checked by recorded digest, 23 by generating them in memory, 0 not as they should be"]
    )  # fmt: skip
    assert len(calls(formatted)) == 1
    assert leftovers(formatted) == []


def test_one_file_goes_through_stdin_and_the_last_pattern_counts(formatted: Project) -> None:
    formats(
        formatted, '"*" = "tools/many.py {paths}"', '"b*" = "tools/one.py --file={path}"', '"billing/*" = ""'
    )  # fmt: skip
    assert formatted.generate().code == 0
    assert formatted.read("build/bike.txt") == "--file=./build/bike.txt: Bike: Two wheels\n"
    assert formatted.read("build/billing/invoice.txt") == "Invoice: \n"
    assert formatted.read("build/member.txt") == "many: Member: A person\n"


def test_names_of_schemas_are_never_options_and_no_shell_reads_them(formatted: Project) -> None:
    names = ["--version", "-rf", "$(touch pwned)", "a; touch pwned", "x {paths}", "y{path}"]
    for name in names:
        formatted.write(f"schemas/{name}.json", {"title": "T", "description": "d"})
    for command in ("tools/many.py {paths}", "tools/one.py {path}"):
        formats(formatted, f'"*" = "{command}"')
        done = formatted.generate()
        assert (done.code, done.err) == (0, "")
        assert not formatted.exists("pwned")
        for name in names:
            start = "many" if "{paths}" in command else f"./build/{name}.txt"
            assert formatted.read(f"build/{name}.txt") == f"{start}: T: d\n"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_formatter_that_crashes_names_the_file_and_leaves_the_old_output(formatted: Project, workers: str) -> None:
    many_schemas(formatted, 20)
    formats(formatted, '"*.txt" = "tools/many.py {paths}"')
    formatted.generate()
    before = formatted.read("build/more/s007.txt")
    for number in range(20):
        formatted.write(f"schemas/more/s{number:03}.json", {"title": f"S{number:03}", "description": "new"})
    formatted.environment["CRASH"] = "S007"
    calls(formatted)
    done = formatted.run("generate", "-w", workers)
    assert (done.code, done.summary) == (1, "19 generated, 3 fresh, 1 failed")
    said = (
        "build/more/s007.txt:1:1: tools/many.py ended with exit code 1: build/more/s007.txt: cannot format this [SG410]"
    )
    assert done.errors == [said]
    assert formatted.read("build/more/s007.txt") == before
    assert formatted.read("build/more/s008.txt") == "many: S008: new\n"
    assert len(calls(formatted)) < 20
    assert leftovers(formatted) == []
    check = formatted.run("check")
    assert check.code == 1
    assert said in check.out
    del formatted.environment["CRASH"]
    assert formatted.generate().summary == "1 generated, 22 fresh, 0 failed"


def test_formatter_of_one_that_crashes_or_hangs_fails_its_schema_alone(formatted: Project) -> None:
    formats(formatted, '"*.txt" = "tools/one.py --crash {path}"')
    done = formatted.generate()
    assert (done.code, done.errors) == (1, ["build/bike.txt:1:1: tools/one.py ended with exit code 3 [SG410]"])
    formats(formatted, '"*.txt" = "tools/many.py {paths}"', timeout=1)
    formatted.environment["HANG"] = "Bike"
    done = formatted.run("generate", "-w", "2")
    assert done.errors == ["build/bike.txt:1:1: tools/many.py had not done it after 1 seconds [SG411]"]
    assert formatted.read("build/member.txt") == "many: Member: A person\n"
    assert leftovers(formatted) == []


def test_output_for_the_project_is_formatted(formatted: Project) -> None:
    manifest = formatted.read("packs/plain/pack.toml")
    formatted.write(
        "packs/plain/pack.toml",
        manifest + '\n[[outputs]]\ntemplate = "all.txt.mustache"\npath = "all.txt"\nper = "project"\n',
    )
    formatted.write("packs/plain/all.txt.mustache", "{{#schemas}}{{title}} {{/schemas}}")
    formats(formatted, '"*.txt" = "tools/many.py {paths}"')
    assert formatted.generate().code == 0
    assert formatted.read("build/all.txt").startswith("many: Bike ")
    (formatted.root / ".schemagen/log").unlink()
    assert formatted.run("check").code == 0


# -- what is made again, and when


def generated(project: Project) -> int:
    return int(project.generate().summary.partition(" ")[0])


def test_command_program_version_and_listed_files_are_part_of_the_key(formatted: Project) -> None:
    formatted.write("style.cfg", "wide")
    formats(formatted, '"*.txt" = "tools/many.py {paths}"', format_files=["style.cfg"])
    assert generated(formatted) == 3
    assert generated(formatted) == 0
    formatted.write("tools/many.py", MANY.replace("many: ", "MANY: ")).chmod(0o755)
    assert generated(formatted) == 3
    assert formatted.read("build/bike.txt").startswith("MANY: ")
    formatted.write("style.cfg", "narrow")
    assert generated(formatted) == 3
    formats(formatted, '"*.txt" = "python3 tools/many.py {paths}"', format_files=["style.cfg"])
    assert generated(formatted) == 3
    formatted.write("tools/many.py", MANY).chmod(0o755)  # a file that the command names
    assert generated(formatted) == 3
    formats(formatted, '"*.md" = "python3 tools/many.py {paths}"')
    assert generated(formatted) == 3
    assert formatted.read("build/bike.txt") == "Bike: Two wheels\n"


def test_explain_says_which_formatter_changed(formatted: Project) -> None:
    formats(formatted, '"*.txt" = "tools/many.py {paths}"')
    formatted.generate()
    formats(formatted, '"*.txt" = "tools/one.py {path}"')
    told = formatted.run("explain", "bike").out
    assert "what formats build/bike.txt changed (tools/many.py {paths} (many 1.0) -> tools/one.py {path} (" in told


def test_version_is_asked_for_once_for_as_long_as_the_program_stays(formatted: Project) -> None:
    formats(formatted, '"*.txt" = "tools/many.py {paths}"')
    formatted.generate()
    formatted.generate()
    formatted.run("generate", "--force")
    formatted.run("check")
    assert formatted.read("asked") == "asked\n"
    os.utime(formatted.root / "tools/many.py")
    assert formatted.generate().summary == "0 generated, 3 fresh, 0 failed"
    assert formatted.read("asked") == "asked\nasked\n"
    formatted.write(".schemagen/formatters", "damaged{")
    assert formatted.run("generate", "--force").code == 0


def test_program_that_comes_earlier_on_the_path_is_noticed(formatted: Project) -> None:
    formats(formatted, '"*.txt" = "fmt {paths}"')
    for folder in ("first", "second"):
        (formatted.root / folder).mkdir()
    path = f"{formatted.root}/first{os.pathsep}{formatted.root}/second{os.pathsep}{os.environ['PATH']}"
    formatted.environment["PATH"] = path
    formatted.write("second/fmt", MANY).chmod(0o755)
    assert generated(formatted) == 3
    assert generated(formatted) == 0
    formatted.write("first/fmt", MANY.replace("many: ", "first: ")).chmod(0o755)
    assert generated(formatted) == 3
    assert formatted.read("build/bike.txt").startswith("first: ")
    formatted.environment["PATH"] = f"{formatted.root}/second{os.pathsep}{os.environ['PATH']}"
    assert generated(formatted) == 3
    assert formatted.read("build/bike.txt").startswith("many: ")
    assert generated(formatted) == 0


def test_state_of_another_checkout_spares_all_work(formatted: Project, tmp_path: Path) -> None:
    formats(formatted, '"*.txt" = "tools/many.py {paths}"')
    formatted.generate()
    other = Project(tmp_path / "other")
    shutil.copytree(formatted.root, other.root, copy_function=shutil.copy)
    assert generated(other) == 0


def test_edited_outputs_are_seen_for_what_they_are(formatted: Project) -> None:
    formats(formatted, '"*.txt" = "tools/many.py {paths}"')
    formatted.generate()
    formatted.write("build/bike.txt", "mine")
    done = formatted.generate()
    assert (done.errors, done.code) == (["build/bike.txt:1:1: edited since it was made: restored"], 0)


def test_output_folder_that_leads_outside_gets_no_temporary_file(formatted: Project) -> None:
    outside = formatted.root.parent / "outside"
    outside.mkdir()
    (formatted.root / "build").mkdir()
    (formatted.root / "build/billing").symlink_to(outside)
    formats(formatted, '"*.txt" = "tools/many.py {paths}"')
    done = formatted.generate()
    assert [line[-7:] for line in done.errors] == ["[SG403]"]
    assert all("outside" not in path for paths in calls(formatted) for path in paths)


def test_mode_of_an_output_is_kept(formatted: Project) -> None:
    formats(formatted, '"*.txt" = "tools/many.py {paths}"')
    formatted.generate()
    (formatted.root / "build/bike.txt").chmod(0o640)
    formatted.write("schemas/bike.json", {"title": "Bicycle", "description": ""})
    formatted.generate()
    assert stat.S_IMODE((formatted.root / "build/bike.txt").stat().st_mode) == 0o640


# -- commands that are wrong


@pytest.mark.parametrize("command", ["a 'b", "a --x={paths}", "{path} x", "a {paths} {path}"])
def test_command_that_is_wrong_is_refused_at_its_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[tool.schemagen.format]\n"*.a" = "cat"\n"*.b" = {json.dumps(command)}\n')
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert (caught.value.code, caught.value.location.line, caught.value.location.column) == ("SG040", 3, 1)


def test_program_that_is_not_there_is_named_with_its_line(formatted: Project) -> None:
    formats(formatted, '"*.txt" = "no-such-program {paths}"')
    done = formatted.generate()
    assert done.code == 3
    assert done.errors == ["pyproject.toml:5:1: there is no program 'no-such-program' to format *.txt with [SG041]"]


def test_version_is_that_of_what_comes_before_the_options() -> None:
    assert parse_formatter("*", "npx prettier --write {paths}").version_arguments == ["prettier", "--version"]
    assert parse_formatter("*", "gofmt").version_arguments == ["--version"]


def test_prettier(formatted: Project, pytestconfig: pytest.Config) -> None:
    cache = pytestconfig.cache
    assert cache is not None
    prettier = npm_packages(cache, "prettier@3.6.2") / ".bin/prettier"
    formatted.write("packs/ts/thing.ts.mustache", "export   const title = {{ts_title}}\n")
    formatted.write(".prettierrc", '{"singleQuote": true}')
    for words in ("--write --log-level=warn {paths}", "--stdin-filepath {path}"):
        formats(formatted, f'"*.ts" = "{prettier} {words}"', packs=["packs/ts"], format_files=[".prettierrc"])
        done = formatted.run("generate")
        assert (done.code, done.err) == (0, "")
        assert formatted.read("build/bike.ts") == "export const title = 'Bike';\n"
    formatted.write("packs/ts/thing.ts.mustache", "export const = {{ts_title}}\n")
    done = formatted.run("generate")
    assert done.code == 1
    assert all(line.startswith("build/") and "SyntaxError" in line and line.endswith("[SG410]") for line in done.errors)
