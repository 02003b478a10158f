"""Hostile text in every string of a schema changes nothing but strings and comments of what is generated: TypeScript,
Python and HTML parse to the same tree as with harmless text, by the languages' own parsers."""

from __future__ import annotations

import ast
import json
import keyword
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest

from schemagen.generate import render_outputs
from schemagen.jsontext import escape_token
from schemagen.packs import Options, Pack, load_pack
from schemagen.types import module_of
from schemagen.view.escapes import lines_of
from schemagen.view.text import clean
from tests.conftest import REPOSITORY
from tests.hostile import HOSTILE
from tests.node_tools import npm_packages
from tests.python_tools import MAKERS, assert_formatted
from tests.views import resolved, view_of

TYPESCRIPT_TEMPLATE = """\
// {{{ts_title}}} of {{{ts_path}}}, {{{ts_uri}}}
{{#root}}
{{> declaration}}
{{/root}}
{{#definitions}}
// used by{{#used_by}} {{{ts_name}}}{{/used_by}}
{{#node}}
{{> declaration}}
{{/node}}
{{/definitions}}
"""
TYPESCRIPT_DECLARATION = """\
{{#is_declared}}
{{#ts_doc}}
/**
 * {{{ts_doc}}}
 */
{{/ts_doc}}
{{#is_record}}
export interface {{{ts_type_name}}} {
{{#properties}}
{{#has_doc_lines}}
  /**
{{#doc_lines}}
   * {{{ts_line}}}
{{/doc_lines}}
   */
{{/has_doc_lines}}
{{#default}}
  // default {{{ts_line}}}
{{/default}}
{{#constraints}}
  // {{{ts_line}}}
{{/constraints}}
  {{{ts_property}}}{{^is_required}}?{{/is_required}}: {{{ts_type}}};
{{/properties}}
  [key: string]: {{{ts_rest}}};
}
{{/is_record}}
{{^is_record}}
export type {{{ts_type_name}}} = {{{ts_body}}};
{{/is_record}}
{{/is_declared}}
export const {{{id}}} = {
  key: {{{ts_key}}}, title: {{{ts_title}}}, label: {{{ts_label}}}, description: {{{ts_description}}},
  comment: {{{ts_comment}}}, pattern: {{{ts_pattern}}}, format: {{{ts_format}}}, kind: "{{{kind}}}",
  {{#default}}default: {{{ts_literal}}}, json: {{{script_json}}},{{/default}}
  {{#const}}const: {{{ts_literal}}} as {{{ts_type}}},{{/const}}
  members: [{{#members}}{{{ts_literal}}}, {{{ts_label}}}, {{/members}}],
  examples: [{{#examples}}{{{ts_literal}}}, {{/examples}}],
  x: { {{#x}}{{{ts_property}}}: {{#value}}{{{ts_literal}}}{{/value}}, {{/x}} },
  missing: [{{#unlisted_required}}{{{ts_key}}}, {{/unlisted_required}}],
  when: [{{#conditions}}{{{ts_trigger_key}}}, {{#required}}{{{ts_key}}}, {{/required}}{{/conditions}}],
};
{{#conditions}}
// {{{ts_line}}}
{{/conditions}}
{{> children}}
"""
PYTHON_TEMPLATE = """\
{{#root}}
{{#doc_lines}}
# {{{py_line}}}
{{/doc_lines}}
{{#has_doc_lines}}
\"\"\"{{#doc_lines}}{{{py_doc_line}}}{{^last}}
{{/last}}{{/doc_lines}}\"\"\"
{{/has_doc_lines}}
from __future__ import annotations
from typing import Any, Literal, Never, TypedDict
PATH = {{{py_path}}}, {{{py_title}}}, {{{py_uri}}}
{{> declaration}}
{{/root}}
{{#definitions}}
{{#node}}
{{> declaration}}
{{/node}}
{{/definitions}}
"""
PYTHON_DECLARATION = """\
{{#is_declared}}
{{#is_record}}
class {{{py_type_name}}}(TypedDict, total=False):
{{#py_docstring}}
    {{{py_docstring}}}
{{/py_docstring}}
    pass
{{#properties}}
{{#constraints}}
    # {{{py_line}}}
{{/constraints}}
    {{{py_name}}}: {{{py_type}}}  # {{#default}}{{{py_line}}}{{/default}}
{{/properties}}
{{/is_record}}
{{^is_record}}
type_{{{id}}} = lambda: {{{py_body}}}
{{/is_record}}
{{/is_declared}}
{{{id}}} = {
    "key": {{{py_key}}}, "title": {{{py_title}}}, "label": {{{py_label}}}, "description": {{{py_description}}},
    "comment": {{{py_comment}}}, "pattern": {{{py_pattern}}}, "format": {{{py_format}}},
    {{#default}}"default": {{{py_literal}}},{{/default}}
    {{#const}}"const": {{{py_literal}}},{{/const}}
    "members": [{{#members}}{{{py_literal}}}, {{{py_label}}}, {{/members}}],
    "examples": [{{#examples}}{{{py_literal}}}, {{/examples}}],
    "x": [{{#x}}{{{py_key}}}, {{#value}}{{{py_literal}}}{{/value}}, {{/x}}],
    "missing": [{{#unlisted_required}}{{{py_key}}}, {{/unlisted_required}}],
    "when": [{{#conditions}}{{{py_trigger_key}}}, {{#required}}{{{py_key}}}, {{/required}}{{/conditions}}],
}
{{> children}}
"""
CHILDREN = """\
{{#properties}}
{{> declaration}}
{{/properties}}
{{#pattern_properties}}
{{> declaration}}
{{/pattern_properties}}
{{#additional}}
{{#node}}
{{> declaration}}
{{/node}}
{{/additional}}
{{#prefix_items}}
{{> declaration}}
{{/prefix_items}}
{{#items}}
{{> declaration}}
{{/items}}
{{#all_of}}
{{> declaration}}
{{/all_of}}
{{#choices}}
{{#variants}}
{{> declaration}}
{{/variants}}
{{/choices}}
"""
# Prints, for each file, the kinds of all nodes of its tree as nested lists, or what is wrong with it.
TYPESCRIPT_SHAPES = """\
const ts = require("typescript");
const fs = require("fs");
const shapes = {};
for (const file of process.argv.slice(1)) {
  const source = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const problems = source.parseDiagnostics.map((found) => ts.flattenDiagnosticMessageText(found.messageText, " "));
  const isName = (node) => node.parent && node.parent.name === node && ts.isPropertyName(node);
  const shape = (node) => {
    const tags = [];
    for (const doc of node.jsDoc || []) {
      for (const part of [doc, ...(doc.tags || [])]) {
        if (part.comment && typeof part.comment !== "string") problems.push("a link: " + doc.getText());
      }
      tags.push(...(doc.tags || []).map((tag) => tag.tagName.text));
    }
    if (isName(node)) return "name";
    const below = [];
    ts.forEachChild(node, (child) => { below.push(shape(child)); });
    return [ts.SyntaxKind[node.kind], ...tags, ...below];
  };
  const found = shape(source);
  shapes[file] = problems.length || source.referencedFiles.length ? problems.concat("wrong") : found;
}
console.log(JSON.stringify(shapes));
"""


def full_of(text: str) -> dict[str, Any]:
    """A schema with ``text`` in every place that can hold one."""
    described = {"title": text, "description": text, "$comment": text, "x-note": text}
    return {
        "$id": text,
        "$anchor": text,
        "$dynamicAnchor": text,
        "$vocabulary": {text: False},
        **described,
        "type": "object",
        "required": [text, f"{text}!"],
        "properties": {
            text: {**described, "type": "string", "default": text, "examples": [text, {text: [text]}]},
            "wide": {"type": "string", "pattern": text, "format": text, "contentMediaType": text},
            "choice": {"enum": [text, "other", {"a": text, "b": {text: 1}}], "default": text, **described},
            "named": {"oneOf": [{"const": text, "title": f"{text}1"}, {"const": 2, "title": f"{text}2"}]},
            "fixed": {"const": text},
            "encoded": {"contentEncoding": text, "contentMediaType": text, "contentSchema": {"title": text}},
            "object": {"const": {text: text, "more": [text]}},
            "elsewhere": {"$ref": f"#/$defs/{escape_token(text)}", **described},
            "list": {"type": "array", "items": {**described, "type": "object", "properties": {text: {}}}},
            "pair": {"prefixItems": [{**described, "default": text}], "items": {"enum": [text]}},
            "nested": {"type": "object", "properties": {text: {"properties": {text: {"type": "integer"}}}}},
            "shape": {"oneOf": [{"title": text, "properties": {text: described}}, {"required": [text]}]},
        },
        "patternProperties": {text: {**described, "type": "string"}},
        "additionalProperties": {"enum": [text, None]},
        "dependentRequired": {text: [text]},
        "dependentSchemas": {text: {"title": text, "required": [text]}},
        "propertyNames": {"pattern": text, "format": text, "not": {"const": text}},
        "if": {"properties": {text: {"const": text}}},
        "then": {"required": [text]},
        "not": {"properties": {text: {"enum": [text, text + text]}}},
        f"x-{text}": {text: text},
        "$defs": {text: {**described, "type": "object", "properties": {"back": {"$ref": "#"}, text: {}}}},
    }


def harmless_like(text: str) -> str:
    """A harmless text with as many lines as ``text`` as far as anything depends on it: one, or more."""
    if not lines_of(text):
        return text  # nothing but white space
    return "harm-\nless" if "\n" in clean(text).strip() else "harm-less"


@pytest.fixture(scope="module")
def render(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, str], Callable[[str], str]]:
    """Make a pack of a template and its partial ``declaration``; answers what renders a schema full of a text."""

    def make(name: str, template: str, declaration: str) -> Callable[[str], str]:
        folder = tmp_path_factory.mktemp("packs") / name
        (folder / "partials").mkdir(parents=True)
        (folder / f"{name}.txt.mustache").write_text(template)
        (folder / "partials" / "declaration.mustache").write_text(declaration)
        (folder / "partials" / "children.mustache").write_text(CHILDREN)
        pack = load_pack(str(folder), folder.parent)
        return lambda text: rendered(pack, text)

    return make


def rendered(pack: Pack, text: str) -> str:
    return pack.outputs[0].render(view_of(full_of(text))).decode()


def python_shape(source: str) -> Any:
    """The tree without the names and values in it."""

    def shape(node: ast.AST) -> list[Any]:
        return [type(node).__name__, *map(shape, ast.iter_child_nodes(node))]

    return shape(ast.parse(source.encode()))


def html_shape(source: str) -> Any:
    """Elements and the names of their attributes: of ``pattern``, not every text is a pattern for HTML."""

    def shape(element: Element) -> list[Any]:
        return [element.tag, sorted(set(element.keys()) - {"pattern"}), *map(shape, element)]

    return shape(html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(source))


def test_there_are_enough_hostile_texts() -> None:
    assert len(set(HOSTILE)) >= 60


def test_hostile_text_does_not_change_the_tree_of_python(render: Any) -> None:
    pack = render("py", PYTHON_TEMPLATE, PYTHON_DECLARATION)
    for text in HOSTILE:
        source = pack(text)
        compile(source.encode(), "hostile.py", "exec")
        assert python_shape(source) == python_shape(pack(harmless_like(text))), repr(text)


@pytest.mark.parametrize("pack", MAKERS)
def test_hostile_text_does_not_change_the_tree_of_a_module_of_python(pack: str, tmp_path: Path) -> None:
    key, view_of_module = MAKERS[pack]
    output = load_pack(pack, REPOSITORY).outputs[0]
    shapes: dict[str, Any] = {}

    def shape_of(text: str) -> Any:
        if text not in shapes:
            schema, resolution = resolved(full_of(text))
            module = module_of(schema, resolution, {schema.path: schema.name}, is_faithful=False)
            source = output.render({key: view_of_module(module)})
            compile(source, "hostile.py", "exec")
            (tmp_path / f"hostile{len(shapes)}.py").write_bytes(source)
            shapes[text] = python_shape(source.decode())
        return shapes[text]

    for text in HOSTILE:
        # A key that is a name needs no alias, and may be a line of a class.
        is_name = text.isidentifier() and not keyword.iskeyword(text) and not text.startswith("_")
        is_plain = is_name and (pack == "typeddict" or len(text) <= 64)
        assert shape_of(text) == shape_of("harmless" if is_plain else harmless_like(text)), repr(text)
    assert_formatted(tmp_path)


def test_hostile_text_does_not_change_the_tree_of_typescript(
    render: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert_same_trees(render("ts", TYPESCRIPT_TEMPLATE, TYPESCRIPT_DECLARATION), tmp_path, request.config.cache)


@pytest.mark.parametrize("faithful", [False, True])
def test_hostile_text_does_not_change_the_tree_of_a_module_of_types(
    faithful: bool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    pack = load_pack("typescript", REPOSITORY, Options({"typescript": {"faithful": faithful}}))

    def render_types(text: str) -> str:
        if text in {"constructor", "toString", "hasOwnProperty"}:
            text = "harm-less"  # what every object has, the types say on purpose
        schema, resolution = resolved(full_of(text))
        ((_, pieces),) = render_outputs(schema, resolution, [pack], ["thing.ts"])
        return b"".join(pieces).decode()

    assert_same_trees(render_types, tmp_path, request.config.cache)


def assert_same_trees(pack: Callable[[str], str], tmp_path: Path, cache: pytest.Cache) -> None:
    modules = npm_packages(cache, "typescript@5.9.3")
    files = {}
    for number, text in enumerate(HOSTILE):
        files[number] = (tmp_path / f"hostile{number}.ts", tmp_path / f"harmless{number}.ts")
        files[number][0].write_bytes(pack(text).encode())
        files[number][1].write_bytes(pack(harmless_like(text)).encode())
    command = ["node", "-e", TYPESCRIPT_SHAPES, *(str(file) for pair in files.values() for file in pair)]
    done = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "NODE_PATH": str(modules)})
    shapes = json.loads(done.stdout)
    for number, (hostile, harmless) in files.items():
        assert shapes[str(harmless)][0] == "SourceFile"
        assert shapes[str(hostile)] == shapes[str(harmless)], repr(HOSTILE[number])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_does_not_change_the_tree_of_a_form(text: str) -> None:
    pack = load_pack("form", REPOSITORY)
    assert html_shape(rendered(pack, text)) == html_shape(rendered(pack, harmless_like(text)))
