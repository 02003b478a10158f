"""``schemagen.build`` and ``schemagen.render``, by real use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import schemagen
from schemagen import BuildResult, Problem, SchemagenError
from schemagen.errors import Location
from tests.conftest import REPOSITORY, Project


def python(project: Project, source: str) -> str:
    """What a script prints that is run with ``python -c`` in the project folder."""
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=project.root, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_build_from_a_script(project: Project) -> None:
    script = "import schemagen; r = schemagen.build(); print(r.ok, r.exit_code, *r.generated, '/', *r.fresh)"
    schemas = "schemas/bike.json schemas/billing/invoice.json schemas/member.json"
    assert python(project, script) == f"True 0 {schemas} /\n"
    assert python(project, script) == f"True 0 / {schemas}\n"
    assert project.exists("build/bike.txt")


def test_build_says_what_failed_and_where(project: Project) -> None:
    project.write("schemas/bad.json", '{\n"type": 1}')
    result = schemagen.build(project.root, workers=1)
    assert isinstance(result, BuildResult)
    assert (result.ok, result.exit_code, result.failed) == (False, 1, ("schemas/bad.json",))
    assert len(result.generated) == 3
    (problem,) = result.problems
    assert isinstance(problem, Problem)
    assert (problem.code, problem.location) == ("SG110", Location("schemas/bad.json", 2, 1, "#/type"))
    assert f"{problem}\n" == project.generate().err


def test_build_takes_other_folders_and_packs(project: Project) -> None:
    result = schemagen.build(project.root, schemas=["schemas/billing", "schemas"], output="out", packs=["markdown"])
    assert result.ok
    assert {"bike.md", "invoice.md", "member.md"} <= set(project.outputs("out"))


def test_build_that_cannot_start_says_why(project: Project) -> None:
    result = schemagen.build(project.root, packs=["nothing"])
    assert (result.exit_code, [problem.code for problem in result.problems]) == (3, ["SG020"])


def test_build_is_not_led_astray_by_modules_in_the_folder(project: Project) -> None:
    project.write("schemagen/__init__.py", "raise SystemExit('not this one')")
    project.write("json.py", "raise SystemExit('not this one')")
    assert schemagen.build(project.root).ok


def test_build_refuses_what_the_command_refuses(project: Project) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        schemagen.build(project.root, workers=0)


def test_render_of_data_text_and_file_are_what_a_build_writes(project: Project) -> None:
    project.generate()
    bike = {"title": "Bike", "description": "Two wheels", "type": "object"}
    expected = {"bike.txt": project.outputs()["bike.txt"]}
    root = project.root
    assert schemagen.render(bike, "packs/plain", name="bike", folder=root) == expected
    assert schemagen.render(project.read("schemas/bike.json"), "packs/plain", name="bike", folder=root) == expected
    assert schemagen.render(Path("schemas/bike.json"), "packs/plain", folder=root) == expected
    assert schemagen.render(root / "schemas/bike.json", root / "packs/plain", folder=root) == expected


def test_render_follows_references_of_files_and_reads_none_for_data(project: Project) -> None:
    rendered = schemagen.render(Path("schemas/billing/invoice.json"), "markdown", folder=project.root)
    assert list(rendered) == ["billing/invoice.md"]
    for ref in ("schemas/member.json", "/etc/passwd", "../project/schemas/member.json"):
        with pytest.raises(SchemagenError, match=r"SG20[12]"):
            schemagen.render({"properties": {"to": {"$ref": ref}}}, "markdown", folder=project.root)


def test_render_writes_nothing(project: Project) -> None:
    before = sorted(project.root.rglob("*"))
    schemagen.render(True, "markdown", folder=project.root)
    schemagen.render(Path("schemas/bike.json"), "markdown", folder=project.root)
    assert sorted(project.root.rglob("*")) == before


def test_render_of_a_wrong_schema_and_of_a_wrong_pack() -> None:
    with pytest.raises(SchemagenError, match="SG110"):
        schemagen.render({"type": "strnig"}, "markdown")
    with pytest.raises(ExceptionGroup) as caught:
        schemagen.render({}, "markdwn")
    assert [error.code for error in caught.value.exceptions if isinstance(error, SchemagenError)] == ["SG020"]


def test_import_is_cheap_and_names_are_found_when_they_are_asked_for(project: Project) -> None:
    script = "import sys; before = set(sys.modules); import schemagen; print(*sorted(set(sys.modules) - before))"
    assert python(project, script) == "__future__ schemagen\n"
    assert python(project, "from schemagen import build, render; print(build.__name__, render.__name__)") == (
        "build render\n"
    )
    with pytest.raises(AttributeError, match="no attribute 'bild'"):
        _ = schemagen.bild  # type: ignore[attr-defined]


def test_mypy_knows_the_types(tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(
        "import schemagen\n"
        "ok: bool = schemagen.build('x').ok\n"
        "made: dict[str, bytes] = schemagen.render({}, 'markdown')\n"
        "schemagen.build(packs=1)\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "use.py"]
    done = subprocess.run(
        command, cwd=tmp_path, env={"MYPYPATH": str(REPOSITORY), "MYPY_CACHE_DIR": str(REPOSITORY / ".mypy_cache")},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert [line.partition(": error")[0] for line in done.stdout.splitlines()[:-1]] == ["use.py:4"], done.stdout
