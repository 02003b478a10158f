"""Templates: what is refused, and that what is rendered is what pystache renders."""

from __future__ import annotations

import html
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pystache
import pytest

from schemagen.errors import TemplateError
from schemagen.mustache import Source, Templates
from schemagen.mustache.tags import scan_tags


def templates(text: str, escape: Any = html.escape, **partials: str) -> Templates:
    return Templates(
        {"main": Source("main", text)},
        {name: Source(f"partials/{name}", partial) for name, partial in partials.items()},
        escape,
    )


def render(text: str, view: dict[str, Any], **partials: str) -> str:
    return templates(text, **partials).render("main", view)


def test_tags_are_found_with_their_places() -> None:
    tags = scan_tags("a{{b}}{{{c}}}{{&d}}{{#e}}{{^f}}{{/f}}{{/e}}{{!g}}{{>h}}{{=<% %>=}}<%i%>", "t")
    assert [(tag.kind, tag.name) for tag in tags] == [
        ("", "b"), ("&", "c"), ("&", "d"), ("#", "e"), ("^", "f"), ("/", "f"), ("/", "e"), ("!", "g"),
        (">", "h"), ("=", "<% %>"), ("", "i"),
    ]  # fmt: skip
    assert tags[1].start == 6


def test_threads_that_render_a_new_template_at_once_all_have_it_whole() -> None:
    def render_at_once(made: Templates, gate: Barrier) -> str:
        gate.wait()
        return made.render("main", {"never": False, "items": [{"a": 1}, {"a": 2}]})

    # What reaches itself is a function of its own.
    partials = {f"p{number}": f"{{{{> p{number + 1}}}}}" for number in range(20)}
    last = "{{#a}}{{a}}{{/a}}{{#never}}{{> p0}}{{/never}}"
    with ThreadPoolExecutor(8) as threads:
        for _ in range(20):
            made = templates("{{#items}}{{> p0}}{{/items}}", **partials, p20=last)
            gate = Barrier(8)
            assert {task.result() for task in [threads.submit(render_at_once, made, gate) for _ in range(8)]} == {"12"}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("{{#a}}", 1, 1),
        ("x\n{{#a}}{{^b}}{{/b}}", 2, 1),
        ("{{/a}}", 1, 1),
        ("{{#a}}{{/b}}{{/a}}", 1, 7),
        ("é{{a", 1, 2),
        ("{{{a}}", 1, 1),
        ("{{}}", 1, 1),
        ("{{# }}", 1, 1),
        ("{{=x=}}", 1, 1),
        ("{{<parent}}", 1, 1),
    ],
)
def test_wrong_templates_are_refused_with_the_place(text: str, line: int, column: int) -> None:
    with pytest.raises(TemplateError) as caught:
        scan_tags(text, "t")
    assert (caught.value.location.line, caught.value.location.column) == (line, column)


def test_missing_variable_is_an_error_in_the_partial_that_asks_for_it() -> None:
    with pytest.raises(TemplateError) as caught:
        render("{{> inner}}", {"a": ""}, inner="{{a}}\n{{b}}")
    assert str(caught.value.location) == "partials/inner:2:1"


def test_attributes_of_python_objects_are_out_of_reach() -> None:
    for name in ("a.__class__", "a.upper", "__class__"):
        with pytest.raises(TemplateError):
            render("{{" + name + "}}", {"a": "text"})


def test_text_of_the_data_is_never_a_template() -> None:
    assert render("{{a}}{{#b}}{{.}}{{/b}}", {"a": "{{b}}", "b": ["{{a}}"]}) == "{{b}}{{a}}"


def test_partials_that_a_template_can_reach() -> None:
    made = templates("{{> a}}", a="{{#x}}{{> b}}{{/x}}", b="{{> a}}", c="")
    assert made.reachable_partials("main") == ("a", "b")


def test_recursive_partials_are_indented_like_pystache_indents_them() -> None:
    view = {"name": "1", "below": [{"name": "2", "below": [{"name": "3", "below": []}]}]}
    node = "{{name}}\n{{#below}}\n  {{> node}}\n{{/below}}\n"
    expected = pystache.Renderer(partials={"node": node}).render("  {{> node}}\n", view)
    assert render("  {{> node}}\n", view, node=node) == expected == "  1\n    2\n      3\n"


def test_tag_with_blanks_behind_it_stands_alone_too() -> None:
    """The specification speaks of lines with nothing but whitespace round a tag; pystache wants none behind it."""
    assert render("{{#a}} \n  x\n  {{/a}}\t\n{{! comment }}  ", {"a": True}) == "  x\n"
    assert render("  {{> p}} \n.", {}, p="x\ny\n") == "  x\n  y\n."
    assert render("{{#a}} x {{/a}} \n", {"a": True}) == " x  \n"
