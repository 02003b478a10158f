"""This module knows how to invent templates, partials and views that ask for what is there, now and then."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from schemagen.mustache import Given

NAMES = ("a", "b", "c", "d")
PARTIALS = ("p", "q")
names = st.sampled_from([*NAMES, ".", "a.b", "b.c.d", "missing"])
texts = st.sampled_from(["x", "<&\">'", "é\u2028", "{", "}", "i", "\\n", "{{", "0", "%"])
scalars = st.sampled_from([True, False, None, "", "text", "<b>", "p", "q", "two\nlines", 0, 7, 1.5, "{{a}}"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
views = st.dictionaries(st.sampled_from(NAMES), values, max_size=4)
blanks = st.sampled_from(["", " ", "  ", "\t"])
line_ends = st.sampled_from(["\n", "\r\n", ""])


@st.composite
def tags(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    """A tag, or an opening one with its content, in the usual delimiters or, within a change to them, in others."""
    pad = draw(blanks)
    kind = draw(st.sampled_from(["", "", "", "&", "{", "#", "#", "#", "^", "!", ">", ">*", "="]))
    name = draw(names)
    if kind == "{":
        return f"{{{{{{{pad}{name}{pad}}}}}}}"
    if kind in {"#", "^"}:
        return f"{{{{{kind}{pad}{name}}}}}{draw(inner)}{{{{/{name}{pad}}}}}"
    if kind == "!":
        return f"{{{{! a comment{draw(line_ends)} of {name} }}}}"
    if kind == ">":
        return f"{{{{>{pad}{draw(st.sampled_from(PARTIALS))}}}}}"
    if kind == "=":
        line_end = draw(line_ends)
        return f"{{{{=<% %>=}}}}{line_end}<%{name}%>{draw(blanks)}<%={{{{ }}}}=%>{draw(line_ends)}"
    return f"{{{{{kind}{pad}{name}}}}}"


def lines_of(pieces: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Lines with blanks round tags, so that some tags stand alone on theirs."""
    line = st.tuples(blanks, st.lists(pieces, max_size=2).map("".join), blanks, line_ends).map("".join)
    return st.lists(line, max_size=4).map("".join)


templates = st.recursive(lines_of(texts), lambda inner: lines_of(texts | tags(inner)), max_leaves=8)


@st.composite
def pieces_with_blocks(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    kind = draw(st.sampled_from(["text", "variable", "section", "block", "parent", "partial"]))
    name = draw(st.sampled_from(NAMES))
    if kind == "text":
        return draw(st.sampled_from(["x", "<", "é", " "]))
    if kind == "variable":
        return f"{{{{{name}}}}}"
    if kind == "section":
        return f"{{{{#{name}}}}}{draw(inner)}{{{{/{name}}}}}"
    if kind == "block":
        return f"{{{{${name}}}}}{draw(inner)}{{{{/{name}}}}}"
    partial = draw(st.sampled_from([*PARTIALS, "*a"]))
    if kind == "partial":
        return f"{{{{>{partial}}}}}"
    blocks = st.tuples(st.sampled_from(NAMES), inner).map(lambda it: f"{{{{${it[0]}}}}}{it[1]}{{{{/{it[0]}}}}}")
    given_blocks = "".join(draw(st.lists(blocks | st.just("ignored"), max_size=3)))
    return f"{{{{<{partial}}}}}{given_blocks}{{{{/{partial}}}}}"


# Blocks stand in one line here; how their indentation changes is for the cases of the specification.
with_blocks = st.recursive(
    st.sampled_from(["x", "-"]),
    lambda inner: st.lists(pieces_with_blocks(inner), max_size=4).map(lambda it: "|" + "".join(it)),
    max_leaves=8,
)


GIVEN = Given({"": frozenset("abcd"), "c": frozenset("abd"), "d": frozenset("abc")}, frozenset("a"))
flags = st.booleans()


def without(key: str, items: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return items.map(lambda item: {name: value for name, value in item.items() if name != key})


known_views = st.recursive(
    st.fixed_dictionaries({"a": st.sampled_from(["", "text", "<b>", "p"]), "b": flags}),
    lambda inner: st.fixed_dictionaries(
        {
            "a": st.sampled_from(["", "text", "two\nlines"]),
            "b": flags,
            "c": st.lists(without("c", inner), max_size=3),
            "d": st.just(False) | without("d", inner),
        }
    ),
    max_leaves=6,
)
