"""The pages of whole projects: real schemas, links between pages, every keyword, what a change makes again."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from schemagen.config import Config
from schemagen.model import Resolution, Schema
from schemagen.packs import Output, load_pack
from schemagen.refs import Library
from schemagen.sources import find_schemas, read_schema
from schemagen.view.root import build_view
from tests.conftest import COUNTED, REPOSITORY, Project, parts
from tests.test_markdown_pack import OUR_HTML

PARTS = 16
ANCHOR = re.compile(r'<a id="([a-z0-9-]+)"></a>')
LINK = re.compile(r"(?<!\\)\]\((?!https?:)([^)\s]*)\)")
FENCE = re.compile(r"^(`{3,}).*?^\1$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
CELL_END = re.compile(r"(?<!\\)(?:\\\\)*\|")


@cache
def page_template() -> Output:
    return load_pack("markdown", REPOSITORY).outputs[0]


class RealPages:
    """The pages of all real schemas, made as they are asked for."""

    def __init__(self, corpus: Path) -> None:
        config = Config(root=str(corpus / "schemastore"), schemas=("schemas",), unresolved_refs="opaque")
        self.schemas = [read_schema(found, config) for found in find_schemas(config)]
        self._library = Library(self.schemas, config)
        self._names = {schema.path: schema.name for schema in self.schemas}
        self.page = cache(self._page)

    def resolved(self, schema: Schema) -> Resolution:
        resolution = self._library.resolve(schema)
        return replace(resolution, names={path: self._names[path] for path in resolution.files})

    def _page(self, name: str) -> str:
        schema = next(schema for schema in self.schemas if schema.name == name)
        view = build_view(schema, self.resolved(schema), page_template().names_read)
        return page_template().render(view).decode()

    @cache  # noqa: B019  # as long as the tests of this module run
    def anchors(self, name: str) -> frozenset[str]:
        return frozenset(ANCHOR.findall(FENCE.sub("", self.page(name))))


@pytest.fixture(scope="module")
def real(corpus: Path) -> RealPages:
    return RealPages(corpus)


def rows_of_tables(text: str) -> Iterator[list[str]]:
    """The rows of each table, with its head."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if line.startswith("| ---"):
            end = next(at for at in range(index, len(lines) + 1) if at == len(lines) or not lines[at].startswith("|"))
            yield lines[index - 1 : end]


def check_page(page: str, name: str, anchors: Callable[[str], frozenset[str]]) -> int:
    """Check tables, anchors and links of a page; answers how many links lead to other pages."""
    text = FENCE.sub("", page)
    for rows in rows_of_tables(text):
        assert len({len(CELL_END.findall(row)) for row in rows}) == 1, (name, rows)
    own = ANCHOR.findall(text)
    assert len(own) == len(set(own)), name
    count = 0
    for link in LINK.findall(CODE.sub("`x`", text)):
        way, _, anchor = link.partition("#")
        if not way:
            assert anchor in own, (name, link)
            continue
        assert way.endswith(".md"), (name, link)
        other = posixpath.normpath(posixpath.join(posixpath.dirname(name), way.removesuffix(".md")))
        assert anchor in anchors(other), (name, link)
        count += 1
    return count


@pytest.mark.long
@pytest.mark.parametrize("part", parts(PARTS))
def test_pages_of_all_real_schemas_are_sound(real: RealPages, part: int, record_property: Any) -> None:
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    links = with_example = 0
    schemas = real.schemas[part::PARTS]
    for schema in schemas:
        page = real.page(schema.name)
        links += check_page(page, schema.name, real.anchors)
        with_example += "No example could be made" not in page
        tokens = parser.parse(page)
        inline = [child for token in tokens for child in token.children or []]
        assert not [token for token in tokens if token.type == "html_block"], schema.path
        assert all(OUR_HTML.fullmatch(child.content) for child in inline if child.type == "html_inline"), schema.path
        assert not [child for child in inline if child.type in {"image", "s_open"}], schema.path
        columns = []
        for token in tokens:
            if token.type == "tr_open":
                columns.append(0)
            columns[-1:] = [columns[-1] + 1] if token.type in {"td_open", "th_open"} else columns[-1:]
        assert sum(columns) == sum(len(CELL_END.findall(row)) - 1 for row in parsed_rows(page)), schema.path
    record_property(f"{COUNTED}pages of real schemas", len(schemas))
    record_property(f"{COUNTED}of them with a valid example", with_example)
    record_property(f"{COUNTED}links between them", links)
    assert with_example >= 0.95 * len(schemas)


def parsed_rows(text: str) -> Iterator[str]:
    for rows in rows_of_tables(FENCE.sub("", text)):
        yield from (row for row in rows if not row.startswith("| ---"))


# -- links between pages

SHOP = {
    "schemas/shop/order.json": {
        "title": "Order",
        "properties": {
            "to": {"$ref": "../people.json"},
            "lines": {"type": "array", "items": {"$ref": "parts.json#/$defs/line"}},
            "name": {"$ref": "../people.json#/properties/name"},
            "own": {"$ref": "#/$defs/Thing One"},
        },
        "$defs": {
            "Thing One": {"type": "string"},
            "thing one": {"type": "null"},
            "unused": {"$ref": "#/$defs/beyond"},
            "beyond": {"$ref": "../people.json#/definitions/nick"},
        },
    },
    "schemas/shop/parts.json": {"$defs": {"line": {"type": "object"}, "other": {}}},
    "schemas/people.json": {
        "title": "People & co",
        "properties": {"name": {"type": "string", "minLength": 2}, "friend": {"$ref": "#"}},
        "definitions": {"nick": {"type": "string"}},
    },
}


@pytest.fixture
def shop(empty_project: Project) -> Project:
    for path, schema in SHOP.items():
        empty_project.write(path, schema)
    empty_project.config(packs=["markdown"])
    assert empty_project.generate().code == 0
    return empty_project


def check_project(project: Project) -> None:
    pages = {path: data.decode() for path, data in project.outputs().items() if path != "schemas.md"}

    def anchors(name: str) -> frozenset[str]:
        return frozenset(ANCHOR.findall(FENCE.sub("", pages[f"{name}.md"])))

    for path, page in pages.items():
        check_page(page, path.removesuffix(".md"), anchors)
    assert set(LINK.findall(project.read("build/schemas.md"))) == set(pages)


def test_refs_to_other_schemas_are_links_to_their_pages(shop: Project) -> None:
    page = shop.read("build/shop/order.md")
    assert "| [`to`](#property-to) | [People &amp; co](../people.md#schema) |" in page
    assert "array of [line](parts.md#definition-line)" in page
    check_project(shop)


def test_what_has_no_place_on_another_page_is_shown_on_this_one(shop: Project) -> None:
    page = shop.read("build/shop/order.md")
    assert "Defined at `schemas/people.json#/properties/name`. Used by [Order](#schema)." in page
    assert "At least 2 characters." in page
    assert "Defined at `schemas/people.json`" not in page


def test_a_page_lists_its_own_definitions_once_used_or_not(shop: Project) -> None:
    assert '<a id="definition-line">' in shop.read("build/shop/parts.md")
    assert '<a id="definition-other">' in shop.read("build/shop/parts.md")
    page = shop.read("build/shop/order.md")
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)
    assert headings[3:] == ["name", "Thing One", "thing one", "unused", "beyond"]
    assert "[nick](../people.md#definition-nick)" in page


def test_links_follow_when_the_name_of_a_schema_does(shop: Project) -> None:
    shop.config(packs=["markdown"], schemas=["schemas/shop", "schemas/people.json"])
    assert shop.generate().code == 0
    assert "[People &amp; co](people.md#schema)" in shop.read("build/order.md")
    check_project(shop)
    assert shop.run("check").code == 0


def test_pages_without_a_project_link_to_what_they_show() -> None:
    from tests.views import view_of

    made = view_of({"$defs": {"a": {"type": "null"}}, "$ref": "#/$defs/a"})
    assert made["root"]["md_linked_type"] == "[a](#definition-a)"


# -- what a change makes again


def changed(project: Project, before: dict[str, int]) -> set[str]:
    after = project.mtimes()
    return {path for path, time in after.items() if before.get(path) != time}


def test_a_change_writes_its_page_and_those_that_show_it_and_the_index_if_that_differs(shop: Project) -> None:
    before = shop.mtimes()
    people = json.loads(json.dumps(SHOP["schemas/people.json"]))
    people["title"] = "Folk"
    shop.write("schemas/people.json", people)
    assert shop.generate().summary == "2 generated, 1 fresh, 0 failed"
    assert changed(shop, before) == {"people.md", "shop/order.md", "schemas.md"}

    before = shop.mtimes()
    people["properties"]["friend"]["description"] = "Somebody"
    shop.write("schemas/people.json", people)
    assert shop.generate().code == 0
    assert changed(shop, before) == {"people.md"}, "neither title nor refs changed"

    before = shop.mtimes()
    shop.write("schemas/shop/parts.json", {**SHOP["schemas/shop/parts.json"], "description": "Of things"})
    assert shop.generate().code == 0
    assert changed(shop, before) == {"shop/parts.md", "schemas.md"}


# -- the index


def test_index_is_a_tree_and_a_graph_of_direct_refs(shop: Project) -> None:
    shop.write("schemas/a/b/deep.json", {"title": "Deep\n# `x`", "$ref": "../../shop/order.json", "deprecated": True})
    assert shop.generate().code == 0
    index = shop.read("build/schemas.md")
    assert index.splitlines()[4:11] == [
        "- [People &amp; co](people.md)",
        "- **a**",
        "    - **b**",
        "        - [Deep # \\`x\\`](a/b/deep.md) (deprecated)",
        "- **shop**",
        "    - [Order](shop/order.md)",
        "    - [parts](shop/parts.md)",
    ]
    edges = set(re.findall(r"n\d+ --> n\d+", index))
    assert edges == {"n2 --> n3", "n3 --> n1", "n3 --> n4"}, "not what is reached only through others"
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(index)
    assert [token.info for token in tokens if token.type == "fence"] == ["mermaid"]


def test_hostile_file_names_stay_text_in_the_index(empty_project: Project) -> None:
    names = ['a"]; click x', "b`c``", "d(e) [f](g)", "<b>h", "i|j", "k#l;"]
    for name in names:
        empty_project.write(f"schemas/{name}.json", {"properties": {"x": {"$ref": "end.json"}}})
    empty_project.write("schemas/end.json", {})
    empty_project.config(packs=["markdown"])
    assert empty_project.generate().code == 0
    index = empty_project.read("build/schemas.md")
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(index)
    inline = [child for token in tokens for child in token.children or []]
    assert not [child for child in inline if child.type in {"html_inline", "code_inline", "image"}]
    (graph,) = [token.content for token in tokens if token.type == "fence"]
    assert all(re.fullmatch(r'    n\d+(\["[\w ./#;-]*"\]| --> n\d+)', line) for line in graph.splitlines()[1:])
    links = [str(child.attrs["href"]) for child in inline if child.type == "link_open"]
    assert len(links) == len(names) + 1


# -- every keyword

# A test of the JSON Schema Test Suite that has the keyword, by file and place; and what the page says of it.
SEEN: dict[str, tuple[Any, str]] = {
    "$id": (("anchor", 1), "- Identifier: http://localhost:1234/draft2020-12/bar"),
    "$schema": (("type", 0), "- Dialect: JSON Schema 2020-12, https://json-schema.org/draft/2020-12/schema"),
    "$ref": (("ref", 0), "| [`foo`](#property-foo) | [Thing](#schema) |"),
    "$anchor": (("anchor", 0), "- Named `$anchor`: foo"),
    "$dynamicRef": (("dynamicRef", 0), "- Type: array of [foo](#definition-foo)"),
    "$dynamicAnchor": (("dynamicRef", 0), "- Named `$dynamicAnchor`: items"),
    "$vocabulary": ({"$vocabulary": {"https://example.com/v": False}}, "- Vocabulary: https://example.com/v (need"),
    "$comment": (("const", 15), "- Comment: U+03BC"),
    "$defs": (("anchor", 0), "Defined at `#/$defs/A`."),
    "allOf": (("allOf", 0), "| [`bar`](#property-bar) | integer | yes |"),
    "anyOf": (("anyOf", 0), "**Choose at least one of these.**"),
    "oneOf": (("oneOf", 0), "**Choose exactly one of these.**"),
    "not": (("not", 0), "- Not allowed where the value is an integer."),
    "if": (("if-then-else", 3), "If the value is less than 0, "),
    "then": (("if-then-else", 3), "less than 0, the value is at least -10."),
    "else": (("if-then-else", 4), "Unless the value is less than 0, the value is a multiple of 2."),
    "dependentSchemas": (("dependentSchemas", 0), "If `bar` is present, this applies:"),
    "dependentRequired": (("dependentRequired", 0), "If `bar` is present, `foo` is required."),
    "properties": (("properties", 0), "| [`foo`](#property-foo) | integer | no |"),
    "patternProperties": (("patternProperties", 0), "| [`f.*o`](#property-item) | integer |"),
    "additionalProperties": (("additionalProperties", 0), "- No other properties are allowed."),
    "propertyNames": (("propertyNames", 0), "- Every property name has at most 3 characters."),
    "prefixItems": (("prefixItems", 0), "- Item 2: string"),
    "items": (("items", 0), "- Type: array of integer"),
    "contains": (("contains", 0), "- At least 1 of the items must be such that each is at least 5."),
    "minContains": (("minContains", 3), "At least 2 of the items must be such that each"),
    "maxContains": (("maxContains", 1), "- Between 1 and 1 items must be such that each"),
    "unevaluatedItems": (("unevaluatedItems", 2), "- Further items: string"),
    "unevaluatedProperties": (("unevaluatedProperties", 1), "- Other properties: [`*`]"),
    "type": (("type", 0), "- Type: integer"),
    "const": (("const", 0), "- Type: constant `2`"),
    "enum": (("enum", 0), "| `3` |  |"),
    "multipleOf": (("multipleOf", 0), "- A multiple of 2."),
    "maximum": (("maximum", 0), "- At most 3.0."),
    "exclusiveMaximum": (("exclusiveMaximum", 0), "- Less than 3.0."),
    "minimum": (("minimum", 0), "- At least 1.1."),
    "exclusiveMinimum": (("exclusiveMinimum", 0), "- Greater than 1.1."),
    "maxLength": (("maxLength", 0), "- At most 2 characters."),
    "minLength": (("minLength", 0), "- At least 2 characters."),
    "pattern": (("pattern", 0), "- Matches the pattern `^a*$`."),
    "maxItems": (("maxItems", 0), "- At most 2 items."),
    "minItems": (("minItems", 0), "- At least 1 item."),
    "uniqueItems": (("uniqueItems", 0), "- No item may occur twice."),
    "maxProperties": (("maxProperties", 0), "- At most 2 properties."),
    "minProperties": (("minProperties", 0), "- At least 1 property."),
    "required": (("required", 0), "| [`foo`](#property-foo) | any | yes |"),
    "format": (("format", 0), "- Must be an e-mail address."),
    "contentEncoding": (("content", 1), "- Encoded as `base64`."),
    "contentMediaType": (("content", 0), "- Holds content of type `application/json`."),
    "contentSchema": (("content", 3), "- The decoded content "),
    "title": ({"title": "Name"}, "# Name\n"),
    "description": (("ref", 11), "tree of nodes"),
    "default": (("default", 0), "- Default: `[]`"),
    "deprecated": ({"deprecated": True}, "**Deprecated.**"),
    "readOnly": ({"readOnly": True}, "- Read-only"),
    "writeOnly": ({"writeOnly": True}, "- Write-only"),
    "examples": ({"examples": ["one", "two"]}, '```json\n"two"\n```'),
}


def test_there_is_a_test_of_every_keyword() -> None:
    from tests.test_view_schema import keywords_of_2020_12

    assert keywords_of_2020_12() == set(SEEN)


@pytest.mark.parametrize("keyword", SEEN)
def test_every_keyword_is_visible(keyword: str, corpus: Path, tmp_path: Path) -> None:
    source, wanted = SEEN[keyword]
    if isinstance(source, tuple):
        file = corpus / f"json-schema-test-suite/tests/draft2020-12/{source[0]}.json"
        source = json.loads(file.read_bytes())[source[1]]["schema"]
    assert f'"{keyword}"' in json.dumps(source)
    Project(tmp_path).write("schemas/thing.json", source)
    config = Config(root=str(tmp_path), unresolved_refs="opaque")
    schemas = [read_schema(found, config) for found in find_schemas(config)]
    view = build_view(schemas[0], Library(schemas, config).resolve(schemas[0]), page_template().names_read)
    assert wanted in page_template().render(view).decode()
