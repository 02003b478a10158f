"""The markdown pack: sound tables, anchors that resolve, each definition once, hostile text inert."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from schemagen.config import Config
from schemagen.model import Draft, Resolution, Schema, Target
from schemagen.packs import Pack, load_pack
from schemagen.refs import Library
from schemagen.sources import find_schemas, read_schema
from schemagen.view.root import build_view
from tests.conftest import REPOSITORY
from tests.test_form_pack import HOSTILE, everywhere

TEXT = {"text", "text_special", "softbreak", "html_inline"}
OUR_HTML = re.compile(r'<a id="[a-z0-9-]+">|</a>|<code>|</code>')


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("markdown", REPOSITORY)


@pytest.fixture
def render(pack: Pack, tmp_path: Path) -> Any:
    def make(schema: Any) -> str:
        folder = tmp_path / "schemas"
        folder.mkdir(exist_ok=True)
        (folder / "thing.json").write_text(json.dumps(schema), encoding="utf-8")
        config = Config(root=str(tmp_path), unresolved_refs="opaque")
        schemas = [read_schema(found, config) for found in find_schemas(config)]
        view = build_view(schemas[0], Library(schemas, config).resolve(schemas[0]))
        text = pack.outputs[0].render(view).decode()
        checked(text)
        return text

    return make


def checked(text: str) -> list[Token]:
    """The tokens of the page, checked: one H1, only our HTML, unique anchors, links that resolve, whole rows."""
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(text)
    inline = [child for token in tokens for child in token.children or []]
    html = [child.content for child in inline if child.type == "html_inline"]
    assert all(OUR_HTML.fullmatch(tag) for tag in html)
    assert not [token for token in tokens if token.type == "html_block"]
    anchors = Counter(tag[7:-2] for tag in html if tag.startswith("<a id"))
    assert not [name for name, count in anchors.items() if count > 1]
    links = [str(child.attrs["href"]) for child in inline if child.type == "link_open"]
    assert {link[1:] for link in links} <= set(anchors)
    assert not [child for child in inline if child.type in {"image", "s_open"}]
    assert [token.tag for token in tokens if token.type == "heading_open"].count("h1") == 1
    assert len(tables(text, tokens)) == len(re.findall(r"^\| ---", text, re.MULTILINE))
    return tokens


def tables(text: str, tokens: list[Token]) -> list[list[str]]:
    """The rows of each table; every row as written has the columns of its head."""
    lines = text.split("\n")
    found = []
    for token in tokens:
        if token.type == "table_open" and token.map:
            rows = lines[token.map[0] : token.map[1]]
            # A pipe that is not escaped ends a cell, wherever it stands.
            columns = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows}
            assert len(columns) == 1, rows
            found.append(rows)
    return found


def structure(tokens: list[Token]) -> list[Any]:
    """The kinds of tokens, block and inline, without text."""
    flat: list[Any] = []
    for token in tokens:
        flat.append((token.type, token.tag))
        flat.append([child.type for child in token.children or [] if child.type not in TEXT])
    return flat


ORDER = {
    "$id": "https://example.com/order",
    "title": "Order",
    "description": "What is bought.\n\nMore of it.",
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "pattern": "^a|b$", "description": "First.\nSecond line."},
        "size": {"enum": ["s", "m"], "enumDescriptions": ["Small", "Medium"], "default": "s"},
        "lines": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/line"}},
        "old": {"type": "string", "deprecated": True},
        "place": {"type": "object", "properties": {"street": {"type": "string"}}},
    },
    "if": {"properties": {"size": {"const": "m"}}, "required": ["size"]},
    "then": {"required": ["place"]},
    "$defs": {"line": {"type": "object", "properties": {"of": {"$ref": "#"}, "sub": {"$ref": "#/$defs/line"}}}},
}


def test_page_has_title_id_description_and_a_row_for_each_property(render: Any) -> None:
    page = render(ORDER)
    assert page.startswith("# Order\n")
    assert "`https://example.com/order`" in page
    assert "What is bought.\n\nMore of it.\n" in page
    assert '| [`size`](#property-size) | enum | no | `"s"` |  |' in page
    assert "| [`lines`](#property-lines) | array of [line](#definition-line) | no |  |  |" in page
    assert "| [`id`](#property-id) | string | yes |  | First. Second line. |" in page
    assert "| [`old`](#property-old) | string | no |  | **Deprecated.**  |" in page


def test_each_property_has_a_section_with_its_path(render: Any) -> None:
    page = render(ORDER)
    headings = re.findall(r"^### (.*)$", page, re.MULTILINE)
    assert headings == ["`id`", "`size`", "`lines`", "`old`", "`place`", "`place.street`", "`of`", "`sub`"]


def test_constraints_members_and_conditions_are_in_words(render: Any) -> None:
    page = render(ORDER)
    assert "- Matches the pattern <code>^a\\|b$</code>." in page.replace("\\$", "$")
    assert '| `"s"` | Small |' in page
    assert "- At least 1 item." in page
    assert 'If `size` is `"m"`, `place` is required.' in page


def test_each_definition_comes_once_and_recursion_is_a_link(render: Any) -> None:
    page = render(ORDER)
    assert page.count('<a id="definition-line">') == 1
    assert "[line](#definition-line)" in page
    assert "[Order](#schema)" in page


def test_variants_are_listed_with_their_properties(render: Any) -> None:
    page = render({"oneOf": [{"title": "Card", "properties": {"number": {}}}, {"type": "string"}]})
    assert "**Variant 1: Card**" in page
    assert "| [`number`](#property-number) | any | no |  |  |" in page
    assert "**Variant 2: Text**" in page


def test_same_words_in_several_keys_keep_their_own_anchors(render: Any) -> None:
    keys = ["thisIsAnId", "this is an id", "@thisIsAnId", "this-is-an-id", "", "日本語"]
    render({"properties": {key: {"type": "string"} for key in keys}})


@pytest.mark.parametrize("schema", [True, False, {}, {"type": "null"}, {"enum": [[]]}, {"items": {"items": {}}}])
def test_any_root_makes_a_sound_page(render: Any, schema: Any) -> None:
    render(schema)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_does_not_change_the_page(pack: Pack, hostile: str) -> None:
    def tokens_of(text: str) -> list[Token]:
        document = everywhere(text)
        made = Schema("t", "t.json", b"", "0" * 32, Draft.D2020, document)
        targets = {
            ("t.json", "#/properties/r", "$ref"): Target("t.json", "#/$defs/d"),
            ("t.json", "#/properties/o", "$ref"): Target("https://nowhere.example/x", "#", is_opaque=True),
        }
        view = build_view(made, Resolution(targets, {"t.json": (Draft.D2020, document)}, (), (), ()))
        page = pack.outputs[0].render(view).decode()
        checked(page)
        # A pattern that is none leaves nothing to check an example by: that is about the schema, not about the page.
        before, _, after = page.partition("## Example\n")
        return checked(before + after[after.index("## Details\n") :])

    # A pipe makes a code element of a code span: both are one inline piece of code.
    harmless = "harm | less" if "|" in hostile else "harmless"
    assert structure(tokens_of(hostile)) == structure(tokens_of(harmless))


def test_pages_of_real_schemas_are_sound(pack: Pack, corpus: Path) -> None:
    config = Config(root=str(corpus / "schemastore"), schemas=("schemas",), unresolved_refs="opaque")
    schemas = [read_schema(found, config) for found in find_schemas(config)]
    library = Library(schemas, config)
    for schema in schemas[::20]:
        checked(pack.outputs[0].render(build_view(schema, library.resolve(schema))).decode())
