"""The packs python, typeddict and pydantic: what they make, and that it reads and writes what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from schemagen.view.modules import module_path
from tests.conftest import REPOSITORY, Project
from tests.odd_names import ODD_NAMES
from tests.python_tools import PACKAGE, assert_formatted, assert_typed, make_packages, round_trips

PACKS = ["python", "typeddict", "pydantic"]
# Runs what follows it in a package that was made, as a program of its own: a warning is an error.
START = "import json\nfrom types_made.{} import *\n"


def made(project: Project, pack: str, **schemas: Any) -> Project:
    """A project with only ``schemas``, of which ``pack`` has made the package ``types_made``."""
    for name, schema in schemas.items():
        project.write(f"schemas/{name.replace('__', '/')}.json", schema)
    project.config(packs=[pack], output="types_made")
    result = project.generate()
    assert result.code == 0, result.err
    return project


def said(project: Project, program: str, module: str = "order") -> list[str]:
    """The lines that ``program`` prints, with all of the module at hand."""
    command = [sys.executable, "-W", "error", "-c", START.format(module) + program]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


ORDER = {
    "title": "Order",
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer", "description": "Its number."},
        "note": {"type": ["string", "null"], "deprecated": True},
        "int": {"type": "integer"},
        "list": {"type": "array", "items": {"enum": [1, "a", None]}},
        "due-date": {"type": "string", "format": "date"},
        "field": {"type": "boolean"},
        "lines": {
            "type": "array",
            "items": {"type": "object", "properties": {"a/b": {"type": "number"}}, "additionalProperties": False},
        },
        "from_dict": {"const": 1.5},
    },
}


@pytest.mark.parametrize("pack", PACKS)
def test_package_of_the_samples_is_formatted_typed_and_importable(pack: str, empty_project: Project) -> None:
    empty_project.config(packs=[pack], output="types_made", schemas=[str(REPOSITORY / "schemas")])
    assert empty_project.generate().code == 0
    folder = empty_project.root / "types_made"
    assert (folder / "py.typed").exists()
    assert (folder / "billing/invoice.py").exists()
    assert_formatted(folder)
    assert_typed(empty_project.root, "types_made")
    for file in folder.rglob("*.py"):
        module = file.relative_to(folder).with_suffix("").as_posix().replace("/", ".")
        if module != "__init__":
            said(empty_project, "", module)


@pytest.mark.parametrize("pack", ["python", "pydantic"])
def test_what_is_not_there_is_not_null(pack: str, empty_project: Project) -> None:
    project = made(empty_project, pack, order=ORDER)
    read, write = ("from_dict", "to_dict") if pack == "python" else ("model_validate", "model_dump")
    arguments = "" if pack == "python" else "mode='json', by_alias=True, exclude_unset=True"
    program = f"""
from types_made._schemagen import UNSET
for data in ({{"id": 1}}, {{"id": 1.0, "note": None}}, {{"id": 2, "note": "x", "due-date": "y", "more": [None]}}):
    order = Order.{read}(data)
    print(order.note is UNSET, order.note is None, order.{write}({arguments}) == data)
"""
    assert said(project, program) == ["True False True", "False True True", "False False True"]


@pytest.mark.parametrize("pack", ["python", "pydantic"])
def test_members_that_are_not_named_are_of_their_type(pack: str, empty_project: Project) -> None:
    tree = {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "additionalProperties": {"$ref": "#/$defs/part"},
    }
    part = {"anyOf": [{"type": "string"}, {"$ref": "#"}, {"type": "array", "items": {"$ref": "#/$defs/part"}}]}
    project = made(empty_project, pack, order={**tree, "$defs": {"part": part}})
    read, write = ("from_dict", "to_dict") if pack == "python" else ("model_validate", "model_dump")
    arguments = "" if pack == "python" else "mode='json', by_alias=True, exclude_unset=True"
    program = f"""
for data in ({{"b": "x", "c": {{"a": 1, "d": ["y", {{"e": "z"}}]}}}}, {{"b": 1}}, {{"b": {{"c": [1]}}}}):
    try:
        print(Order.{read}(data).{write}({arguments}) == data)
    except ValueError:
        print("refused")
"""
    assert said(project, program) == ["True", "refused", "refused"]
    assert_typed(project.root, "types_made")


def test_data_that_is_not_of_the_type_is_refused_with_its_place(empty_project: Project) -> None:
    project = made(empty_project, "python", order=ORDER)
    program = """
from types_made._schemagen import InvalidData
for data in (
    [], {}, {"id": True}, {"id": "1"}, {"id": 1.5}, {"id": 1, "lines": [{}, {"a/b": "x"}]}, {"id": 1, "list": [True]},
    {"id": 1, "lines": [{"c": 1}]}, {"id": 1, "note": 3}, {"id": 1, "from_dict": 1},
):
    try:
        print(Order.from_dict(data))
    except ValueError as error:
        assert isinstance(error, InvalidData)
        print(error)
"""
    assert said(project, program) == [
        "the data: expected an object, not an array",
        "the data: the member 'id' is missing",
        "/id: expected an integer, not a boolean",
        "/id: expected an integer, not a string",
        "/id: expected an integer, not a number",
        "/lines/1/a~1b: expected a number, not a string",
        "/list/0: expected 1 or 'a', or expected null, not a boolean",
        "/lines/0: the member 'c' is not allowed",
        "/note: expected a string, not a number, or expected null, not a number",
        "/from_dict: expected 1.5",
    ]


def test_dataclass_is_made_and_compared_like_any_other(empty_project: Project) -> None:
    project = made(empty_project, "python", order=ORDER)
    program = """
order = Order(id=1, due_date="2026-01-01", int_=3, lines=[OrderLinesItem(a_b=1)], additional_properties={"x": 1})
print(json.dumps(order.to_dict()))
assert order == Order.from_dict(order.to_dict())
assert not hasattr(order, "__dict__")
class Mine(Order):
    pass
print(type(Mine.from_dict({"id": 1})).__name__)
"""
    assert said(project, program) == [
        '{"id": 1, "int": 3, "due-date": "2026-01-01", "lines": [{"a/b": 1}], "x": 1}',
        "Mine",
    ]


def test_union_takes_the_type_that_names_most_members(empty_project: Project) -> None:
    small = {"title": "Small", "type": "object", "required": ["a"], "properties": {"a": {}}}
    large = {"title": "Large", "type": "object", "required": ["a"], "properties": {"a": {}, "b": {"type": "string"}}}
    project = made(empty_project, "python", order={"anyOf": [small, large, {"type": "integer"}, {"type": "number"}]})
    program = """
for data in ({"a": 1}, {"a": 1, "b": "x"}, {"a": 1, "b": 2}, {"a": 1, "b": "x", "c": 1}, 1.0, 1.5):
    found = from_json(data)
    print(type(found).__name__, to_json(found) == data)
"""
    names = [line.split()[0] for line in said(project, program)]
    assert names[0] == names[2] != names[1] == names[3]
    assert names[4:] == ["float", "float"]
    assert all(line.endswith(" True") for line in said(project, program))


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("first", ["a", "b.c"])
def test_modules_that_refer_to_each_other_can_be_imported_from_both_sides(
    pack: str, first: str, empty_project: Project
) -> None:
    tree = {"type": "array", "items": {"$ref": "#/$defs/tree"}}
    a = {
        "type": "object",
        "properties": {"b": {"$ref": "b/c.json"}, "d": {"$ref": "#/$defs/tree"}},
        "$defs": {"tree": tree},
    }
    c = {"anyOf": [{"$ref": "../a.json"}, {"type": "array", "items": {"$ref": "../a.json#/$defs/tree"}}]}
    project = made(empty_project, pack, a=a, b__c=c)
    program = {
        "python": "from types_made.a import A\nassert A.from_dict({'b': {'b': [[[]]]}}).b.b == [[[]]]",
        "pydantic": "from types_made.a import A\nassert A.model_validate({'b': {'b': [[[]]]}}).b.root.b.root == [[[]]]",
        "typeddict": "from types_made.a import A\nA(b={'b': [[[]]]})",
    }
    said(project, program[pack], first)
    assert_typed(project.root, "types_made")
    assert_formatted(project.root / "types_made")


def test_typed_dict_has_the_keys_of_the_data(empty_project: Project) -> None:
    project = made(
        empty_project, "typeddict", order=ORDER, bike={"type": "object", "properties": {"bell": {"type": "boolean"}}}
    )
    assert "class Bike(TypedDict):\n    bell: NotRequired[bool]\n" in project.read("types_made/bike.py")
    keys = "print(sorted(Order.__required_keys__), sorted(Order.__optional_keys__))"
    assert said(project, keys) == [
        "['id'] ['due-date', 'field', 'from_dict', 'int', 'lines', 'list', 'note']",
    ]


@pytest.mark.parametrize("pack", PACKS)
def test_descriptions_and_deprecations_are_documented(pack: str, empty_project: Project) -> None:
    text = made(empty_project, pack, order=ORDER).read("types_made/order.py")
    assert "Its number." in text
    assert "Deprecated." in text
    assert '"""Types of the schema order, made by schemagen."""' in text


# -- names


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("billing/invoice", "billing/invoice"),
        ("Billing/tax-rate", "billing/tax_rate"),
        ("3d", "n3d"),
        ("class", "class_"),
        ("a.b.schema", "a_b"),
        ("__init__", "init"),
        ("_schemagen", "schemagen"),
        ("日本/語", "日本/語"),
    ],
)
def test_every_part_of_the_path_of_a_module_is_a_name(name: str, path: str) -> None:
    assert module_path(name) == path
    assert all(part.isidentifier() and not part.startswith("_") for part in path.split("/"))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ("a-b", "a_b"),
            "output build/a_b.py (pack python) collides with build/a_b.py of schemas/a-b.json (pack python)",
        ),
        (("a", "a/b"), "output build/a/b.py (pack python) collides with build/a.py of schemas/a.json (pack python)"),
    ],
)
def test_modules_that_would_hide_each_other_stop_the_build(
    names: tuple[str, str], message: str, empty_project: Project
) -> None:
    for name in names:
        empty_project.write(f"schemas/{name}.json", {})
    empty_project.config(packs=["python"])
    result = empty_project.generate()
    assert result.code == 3
    assert message in result.err
    assert not empty_project.exists("build")


def odd_schema() -> dict[str, Any]:
    """Odd names as keys, as titles and as names of definitions, which all that is below is called after."""
    return {
        "type": "object",
        "properties": {key: {"type": "integer"} for key in ODD_NAMES},
        "required": ODD_NAMES[::2],
        "$defs": {
            key: {"type": "object", "title": key, "properties": {key: {"type": "object", "properties": {key: {}}}}}
            for key in ODD_NAMES
        },
    }


@pytest.mark.parametrize("pack", PACKS)
def test_odd_names_are_names(pack: str, tmp_path: Path) -> None:
    assert len(set(ODD_NAMES)) >= 80
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/odd.json").write_text(json.dumps(odd_schema()))
    module = make_packages(tmp_path, tmp_path / "schemas", [pack], is_faithful=True)[pack]["odd"]
    folder = tmp_path / pack
    assert_formatted(folder)
    assert_typed(folder, PACKAGE)
    if pack != "typeddict":
        values = {key: number for number, key in enumerate(ODD_NAMES)}
        assert round_trips(folder, [module.case([values])]) == []
        # Each has a field of its own: none is among those that are not named.
        names = [member["py_identifier"] for member in module.view["py_declarations"][0]["py_members"]]
        assert len(names) == len(set(names)) == len(set(ODD_NAMES))
        assert all(name.isidentifier() for name in names)


def test_names_do_not_change_when_a_schema_grows(empty_project: Project) -> None:
    project = made(empty_project, "python", order=ORDER)
    before = project.read("types_made/order.py")
    grown = {**ORDER, "properties": {**ORDER["properties"], "Due_Date": {}}}  # type: ignore[dict-item]
    project.write("schemas/order.json", grown)
    assert project.generate().code == 0
    assert "    due_date: str | Unset = UNSET\n" in before
    after = project.read("types_made/order.py")
    assert "    due_date: str | Unset = UNSET\n" in after
    assert "    due_date_2: Any = UNSET\n" in after


# -- packs of one's own


def test_part_of_the_templates_can_be_changed(project: Project) -> None:
    project.write("packs/ours/pack.toml", 'name = "ours"\nextends = "python"\n')
    partial = "class {{py_identifier}}:\n{{#py_members}}\n    {{py_field}}  # {{py_key}}\n{{/py_members}}\n"
    project.write("packs/ours/partials/class.mustache", partial)
    project.config(packs=["packs/ours"])
    assert project.generate().code == 0
    assert '    to: _member.Member | Unset = UNSET  # "to"\n' in project.read("build/billing/invoice.py")


def test_module_and_view_can_be_read_in_one_template(project: Project) -> None:
    template = "{{title}} {{#py_module}}{{title}} {{py_identifier}}{{/py_module}}\n"
    project.write("packs/plain/plain.txt.mustache", template)
    project.config(packs=["packs/plain"])
    assert project.generate().code == 0
    assert project.read("build/billing/invoice.txt") == "Invoice Invoice Invoice\n"


def test_faithful_types_take_what_is_no_object(project: Project) -> None:
    project.write("schemas/bike.json", {"properties": {"bell": {}}})
    project.write("pyproject.toml", '[tool.schemagen]\npacks = ["python"]\n')
    assert project.generate().code == 0
    assert "class Bike(JsonObject):" in project.read("build/bike.py")
    project.write(
        "pyproject.toml", '[tool.schemagen]\npacks = ["python"]\noptions = { python = { faithful = true } }\n'
    )
    assert project.generate().code == 0
    assert "Bike: TypeAlias = " in project.read("build/bike.py")


# -- schemas that ask for much


def deep_schemas() -> dict[str, tuple[Any, Any]]:
    """Schemas that are as deep as JSON may be, each with a value."""
    arrays: Any = {"type": "null"}
    objects: Any = {"type": "boolean"}
    array: Any = None
    object_: Any = True
    fixed: Any = 1
    for _ in range(60):
        arrays = {"anyOf": [{"type": "array", "items": arrays}, {"type": "string"}]}
        objects = {"type": "object", "properties": {"a": objects}}
        array, object_, fixed = [array], {"a": object_}, [[fixed]]
    pairs = {"type": "array", "prefixItems": [arrays, {"type": "object", "additionalProperties": arrays}]}
    return {
        "arrays": (arrays, array),
        "objects": (objects, object_),
        "fixed": ({"type": "object", "properties": {"a": {"const": fixed}}}, {"a": fixed}),
        "pairs": (pairs, [array, {"x": array}]),
    }


@pytest.mark.parametrize("pack", PACKS)
def test_deep_types_are_made_of_shallow_ones(pack: str, tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    for name, (schema, _) in deep_schemas().items():
        (tmp_path / f"schemas/{name}.json").write_text(json.dumps(schema))
    made = make_packages(tmp_path, tmp_path / "schemas", [pack], is_faithful=False)[pack]
    folder = tmp_path / pack
    for file in (folder / PACKAGE).glob("*.py"):
        compile(file.read_bytes(), str(file), "exec")
    assert_formatted(folder)
    if pack != "typeddict":
        cases = [made[name].case([value]) for name, (_, value) in deep_schemas().items()]
        assert round_trips(folder, cases) == []
