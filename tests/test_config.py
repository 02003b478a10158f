"""The configuration: what it holds, and what is wrong with it, at which line."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemagen.config import Config, bytes_of_size, check_paths, config_schema, load_config
from schemagen.errors import ConfigError
from schemagen.model import Draft
from tests.conftest import Project


def load(tmp_path: Path, text: str) -> Config:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    return load_config(tmp_path)


def test_without_a_file_or_table_the_defaults_hold(tmp_path: Path) -> None:
    assert load_config(tmp_path) == Config(str(tmp_path))
    assert load(tmp_path, "[tool.other]\nx = 1\n") == Config(str(tmp_path))


def test_defaults_are_those_of_the_schema(tmp_path: Path) -> None:
    config = Config(str(tmp_path))
    for key, schema in config_schema()["properties"].items():
        default = schema["default"]
        value = getattr(config, key)
        if key == "format":
            assert (value, default) == ((), {})
            continue
        if key == "cache_size":
            assert value == bytes_of_size(default)
            continue
        unset = "unlimited" if key == "max_memory" else "auto"
        assert (list(value) if isinstance(value, tuple) else value or unset) == default or value == default, key


def test_every_key_is_read(tmp_path: Path) -> None:
    text = """
    [tool.schemagen]
    schemas = ["./api/", "b"]
    output = "out/"
    packs = ["form"]
    exclude = ["x/*"]
    batch_size = 10
    workers = "auto"
    unresolved_refs = "opaque"
    default_draft = "draft7"
    max_schema_bytes = 1000
    """
    assert load(tmp_path, text) == Config(
        str(tmp_path), ("api", "b"), "out", ("form",), ("x/*",), 10, None, "opaque", Draft.D7, 1000
    )


def test_auto_is_a_number_to_be_chosen_only_where_a_number_is_wanted(tmp_path: Path) -> None:
    config = load(tmp_path, '[tool.schemagen]\noutput = "auto"\nbatch_size = "auto"\nworkers = 2.0\n')
    assert (config.output, config.batch_size, repr(config.workers)) == ("auto", None, "2")


@pytest.mark.parametrize(
    ("text", "line", "column", "about"),
    [
        ("[tool.schemagen]\n# output\n  outputs = 'x'\n", 3, 3, "did you mean 'output'"),
        ("[tool.schemagen]\nzzz = 1\n", 2, 1, "known are schemas"),
        ("[tool]\nschemagen.batch_size = 'many'\n", 2, 11, 'must be a whole number from 1 up or "auto"'),
        ("[tool.schemagen]\nworkers = true\n", 2, 1, "workers"),
        ("[tool.schemagen]\nschemas = []\n", 2, 1, "schemas"),
        ('[tool.schemagen]\npacks = ["a", "a"]\n', 2, 1, "packs"),
        ('[tool.schemagen]\noutput = ""\n', 2, 1, "output"),
        ("[tool.schemagen]\nmax_schema_bytes = 0\n", 2, 1, "max_schema_bytes"),
        ('[x]\noutput = 1\n[tool.schemagen]\n"output" = 1\n', 4, 1, "output"),
        ("[tool.schemagen]\noutput = 2020-01-01\n", 2, 1, "output"),
        ("[tool.schemagen]\nschemas = [nan]\n", 2, 1, "schemas"),
        ("[tool.schemagen]\nmax_schema_bytes = inf\n", 2, 1, "max_schema_bytes"),
        ('[tool.schemagen]\noutput = "a\\u0000b"\n', 2, 1, "output"),
        ('[tool.schemagen]\ndefault_draft = "draft5"\n', 2, 1, '"2019-09"'),
        ('[tool.schemagen]\nexclude = ["""\noutput = 2 # """]\n\noutput = 1\n', 5, 1, "output"),
        ('[a]\nx = """\n[tool.schemagen]\noutput=1"""\n[tool.schemagen] # b\n\toutput=1\n', 6, 2, "output"),
        ("[tool]\nother = [{output = 1}, {}]\nschemagen = {workers = 1, output = 1}\n", 3, 27, "output"),
        ('tool."schemagen".output = 1\n', 1, 18, "output"),
        ("[tool.schemagen]\n[tool.schemagen.outputs]\n", 2, 17, "did you mean 'output'"),
        ("[tool]\nschemagen = 3\n", 2, 1, "must be a table"),
        ("[[tool.schemagen]]\nx = 1\n", 1, 8, "must be a table"),
        ("a = 1\na = 2\n", 2, 6, "TOML"),
        ("[tool.schemagen]\nx = [\n", 3, 1, "TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, line: int, column: int, about: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    location = caught.value.location
    assert about in str(caught.value)
    assert (location.path, location.line, location.column) == ("pyproject.toml", line, column)


@pytest.mark.parametrize(
    ("schemas", "output", "fine"),
    [
        ("schemas", "build", True),
        ("schemas", "schemas-build", True),
        ("schemas", "schemas", False),
        ("schemas", "schemas/out", False),
        ("src/schemas", "src", False),
        ("schemas", "link/out", False),
        ("schemas", "loop", True),
    ],
)
def test_output_and_schemas_lie_apart(tmp_path: Path, schemas: str, output: str, fine: bool) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "link").symlink_to("schemas")
    (tmp_path / "loop").symlink_to("loop")
    config = Config(str(tmp_path), (schemas,), output)
    if fine:
        check_paths(config)
    else:
        with pytest.raises(ConfigError):
            check_paths(config)


@pytest.mark.parametrize("key", ["schemas", "packs"])
def test_name_that_is_too_long_for_any_folder_names_none(project: Project, key: str) -> None:
    project.config(**{"packs": ["packs/plain"], key: ["x" * 300]})
    done = project.run("generate")
    assert done.code == 3
    assert done.errors == [f"{'x' * 300}:1:1: {done.err.partition(':1:1: ')[2].strip()}"]
    assert "no such" in done.err


def test_numbers_without_measure_are_taken_for_a_lot(project: Project) -> None:
    much = 10**30
    project.config(packs=["packs/plain"], max_schema_bytes=much, timeout=much, batch_size=much)
    assert project.run("generate", "-w", "2").code == 0
