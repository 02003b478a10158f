"""This module knows how to write the Python functions that render a template, from its tree.

A function appends to a list of texts. Texts and values that follow each other are one f-string; the body of a section
stands twice: in place, for true and for text, which put no names on the context, and in a function of its own, for
lists and objects. Names are looked up in the nearest dict, which nearly always has them, all of a block at once.
Nothing of a template gets into the source but by ``ascii()``.

In the functions ``o`` is the value of ``{{.}}``, ``d`` the nearest dict, ``s`` those around it, ``w`` appends, ``b``
are the arguments of parents, ``n`` counts how deep partials are nested, ``i`` is the indentation of the partial.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemagen.mustache.given import Keys
from schemagen.mustache.program import Program, Variant
from schemagen.mustache.tree import Block, Node, Partial, Parts, Place, Section, Text, Value

# Python refuses more than 100 levels of indentation.
_DEEPEST = 60
_LARGEST_IN_PLACE = 20
# Joining two dicts of a view costs about as much as finding so many names one by one.
_MANY = 4


def write_variant(program: Program, variant: Variant, keys: Keys = None) -> tuple[str, set[Variant]]:
    """The source of the functions of ``variant``, and the variants that it calls. ``keys`` are those that the nearest
    object around it can have."""
    tree = program.tree_of(variant.unit)
    module = _Module(program, variant)
    nodes = tree.indented if variant.is_indented else tree.plain
    parameters = ["i"] if variant.is_indented else []
    module.function(variant.function, parameters, nodes, is_indented=variant.is_indented, keys=keys)
    return "\n".join(module.lines), module.needed


@dataclass(slots=True)
class _Scope:
    """The names that are in local variables, in the dict of one frame. ``keys`` are those that it can have, as far as
    is known; ``outer`` is the dict around it."""

    known: dict[str, str]
    dot: str
    d: str
    s: str
    keys: Keys = None
    outer: str = ""

    def inner(self, dot: str) -> _Scope:
        return _Scope(dict(self.known), dot, self.d, self.s, self.keys, self.outer)

    def read(self, name: str) -> str:
        """The value of ``name``, where it is thought to be; a KeyError or TypeError where it is not."""
        if self.keys is None or name in self.keys:
            return f"{self.d}[{name!a}]"
        return f"({self.d} if {name!a} in {self.d} else {self.outer})[{name!a}]"


class _Module:
    """The functions of one variant, as they are written."""

    def __init__(self, program: Program, variant: Variant) -> None:
        self.program = program
        self.variant = variant
        self.lines: list[str] = []
        self.needed: set[Variant] = set()
        self._functions = 0
        self._sections: dict[tuple[int, bool], str] = {}
        self._await = "yield from " if variant.is_streaming else ""

    def function(
        self, name: str, parameters: list[str], nodes: Sequence[Node], *, is_indented: bool, keys: Keys = None
    ) -> None:
        body = _Function(self, is_indented)
        body.line(0, f"def {name}({', '.join(('o', 'd', 's', 'w', 'b', 'n', *parameters))}):")
        body.line(1, "if n > DEEPEST: deep()")
        body.breath(1)
        if "j" in parameters:
            nodes = body.first_line(nodes)
        body.block(nodes, _Scope({}, "o", "d", "s", keys, "s[0]"), 1)
        self.lines += body.lines

    def section(self, node: Section, *, is_indented: bool) -> str:
        """Write a function for the body of a section, for any value; returns its name."""
        nodes = node.body
        if (id(nodes), is_indented) in self._sections:
            return self._sections[id(nodes), is_indented]
        name = self._sections[id(nodes), is_indented] = self.new_name()
        body = _Function(self, is_indented)
        body.line(0, f"def {name}(v, d, s, w, b, n{', i' * is_indented}):")
        body.line(1, "f = (d, s)")
        body.line(1, "for o in (v if type(v) is list else (v,)):")
        body.line(2, "if type(o) is dict: e, t = o, f")
        body.line(2, "else: e, t = d, s")
        given = self.program.given
        keys = given.frames.get(node.name.rpartition(".")[2]) if given else None
        body.block(nodes, _Scope({}, "o", "e", "t", keys, "d"), 2)
        body.breath(2)
        self.lines += body.lines
        return name

    def new_name(self) -> str:
        self._functions += 1
        return f"{self.variant.function}_{self._functions}"


class _Function:
    """One function, as it is written."""

    def __init__(self, module: _Module, is_indented: bool) -> None:
        self.module = module
        self.program = module.program
        self.is_indented = is_indented
        self.lines: list[str] = []
        self._locals = 0
        self._await = module._await

    def line(self, level: int, text: str) -> None:
        self.lines.append(" " * level + text)

    def breath(self, level: int) -> None:
        """Where texts are given away that have come together, so that a large output is never whole in memory."""
        if self.module.variant.is_streaming:
            self.line(level, f"if len(w.__self__) > {self.program.piece}: yield take(w.__self__)")

    def local(self) -> str:
        self._locals += 1
        return f"v{self._locals}"

    def block(self, nodes: Sequence[Node], scope: _Scope, level: int) -> None:
        """Write what ``nodes`` render, at ``level``; there is always at least one line."""
        nodes = self._inlined(nodes)
        start = len(self.lines)
        self._fetch(nodes, scope, level)
        text = _Text()
        for node in nodes:
            if isinstance(node, Text):
                text.add_parts(node.parts)
            elif isinstance(node, Value) and node.name not in self.program.helpers:
                text.add_value(self._printed(node, scope))
            else:
                text.write(self, level)
                _WRITERS[type(node)](self, node, scope, level)
        text.write(self, level)
        if len(self.lines) == start:
            self.line(level, "pass")

    def first_line(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """``nodes`` without the indentation of the first line, which is written here."""
        if nodes and isinstance(nodes[0], Text) and nodes[0].parts[0] == "" and len(nodes[0].parts) > 1:
            self.line(1, "w(j)")
            return [Text(nodes[0].parts[1:]), *nodes[1:]]
        return nodes

    def _inlined(self, nodes: Sequence[Node]) -> list[Node]:
        """``nodes`` with small partials replaced by what is in them."""
        found: list[Node] = []
        for node in nodes:
            inner = self.program.inlined(node)
            found += [node] if inner is None else self._inlined(inner)
        return found

    def _fetch(self, nodes: Sequence[Node], scope: _Scope, level: int) -> None:
        """Put the values of the names that ``nodes`` read at once into local variables."""
        wanted: dict[str, Place] = {}
        for node in nodes:
            name = _name_of(node)
            if name and name not in self.program.helpers and name not in scope.known:
                wanted.setdefault(name, node.place)  # type: ignore[union-attr]  # what has a name has a place
        firsts: dict[str, Place] = {}
        for name, place in wanted.items():
            first = name if name == "." else name.partition(".")[0]
            if first != "." and first not in scope.known:
                firsts.setdefault(first, place)
        if firsts:
            for first in firsts:
                scope.known[first] = self.local()
            self.line(level, "try:")
            for first in firsts:
                self.line(level + 1, f"{scope.known[first]} = {scope.read(first)}")
            self._fetch_slowly(firsts, scope, level)
        for name, place in wanted.items():
            first, *rest = name.split(".") if name != "." else (name,)
            if rest:
                known = scope.known[first]
                scope.known[name] = self.local()
                self.line(
                    level,
                    f"{scope.known[name]} = within({known}, {tuple(rest)!a}, {self.program.number(place)})",
                )

    def _fetch_slowly(self, firsts: dict[str, Place], scope: _Scope, level: int) -> None:
        """Where the nearest dict has not all of the names."""
        numbers = [self.program.number(place) for place in firsts.values()]
        variables = [scope.known[first] for first in firsts]
        self.line(level, "except (KeyError, TypeError):")
        if len(firsts) < _MANY:
            for first, variable, number in zip(firsts, variables, numbers, strict=True):
                self.line(level + 1, f"{variable} = find({first!a}, {scope.d}, {scope.s}, {number})")
            return
        found = f"{scope.d}, {scope.s}, ({', '.join(variables)})"
        self.line(level + 1, f"{found} = widen({tuple(firsts)!a}, {scope.d}, {scope.s}, {numbers[0]})")

    def _read(self, name: str, scope: _Scope) -> str:
        return scope.dot if name == "." else scope.known[name]

    def _printed(self, node: Value, scope: _Scope) -> str:
        value, number = self._read(node.name, scope), self.program.number(node.place)
        if self.program.given is not None and node.name in self.program.given.texts:
            is_plain = self.program.leaves_plain and node.name in self.program.given.plain
            return value if is_plain or node.is_raw or not self.program.is_escaping else f"E[{value}]"
        if node.is_raw or not self.program.is_escaping:
            return f"{value} if type({value}) is str else text({value}, {number})"
        return f"E[{value}] if type({value}) is str else escaped({value}, {number})"

    def _indent(self) -> str:
        return ", i" if self.is_indented else ""

    def _helped(self, node: Node, scope: _Scope, level: int) -> None:
        assert isinstance(node, Value | Section)
        if isinstance(node, Section) and node.is_inverted:
            return
        number = self.program.number(node.place)
        raw = ascii(node.raw) if isinstance(node, Section) else "None"
        self.line(level, f"w(helped({number}, {raw}, {scope.dot}, {scope.d}, {scope.s}, b, n))")

    def _section(self, node: Section, scope: _Scope, level: int) -> None:
        if node.name in self.program.helpers:
            self._helped(node, scope, level)
            return
        value = self._read(node.name, scope)
        if self.program.given is not None:
            self._known_section(node, value, scope, level, self.program.given.frames)
            return
        if node.is_inverted:
            self.line(level, f"if not {value} and type({value}) in MAY_BE_FALSE:")
            self.block(node.body, scope.inner(scope.dot), level + 1)
            return
        name = self.module.section(node, is_indented=self.is_indented)
        call = self._call(name, value, scope)
        # Most values are flags, and most flags are false.
        self.line(level, f"if {value} is not False:")
        if level < _DEEPEST and self.program.size(node.body) <= _LARGEST_IN_PLACE:
            self.line(level + 1, f"if {value} is True or (type({value}) is str and {value}):")
            self.block(node.body, scope.inner(value), level + 2)
            self.line(level + 1, f"elif {value} or type({value}) not in MAY_BE_FALSE: {call}")
        else:
            self.line(level + 1, f"if {value} or type({value}) not in MAY_BE_FALSE: {call}")

    def _known_section(
        self, node: Section, value: str, scope: _Scope, level: int, frames: Mapping[str, frozenset[str]]
    ) -> None:
        """A section where it is known which values are objects or lists, and that no value is 0 or an empty object."""
        key = node.name.rpartition(".")[2]
        is_frame = key in frames or node.name == "."
        if node.is_inverted:
            self.line(level, f"if not {value}:")
            self.block(node.body, scope.inner(scope.dot), level + 1)
        elif level < _DEEPEST and not is_frame:
            self.line(level, f"if {value}:")
            self.block(node.body, scope.inner(value), level + 1)
        else:
            call = self._call(self.module.section(node, is_indented=self.is_indented), value, scope)
            self.line(level, f"if {value}:")
            if is_frame and level < _DEEPEST and self.program.size(node.body) <= _LARGEST_IN_PLACE:
                d, s = self.local(), self.local()
                self.line(level + 1, f"if type({value}) is dict:")
                self.line(level + 2, f"{d}, {s} = {value}, ({scope.d}, {scope.s})")
                inner = _Scope({}, value, d, s, frames.get(key), scope.d)
                self.block(node.body, inner, level + 2)
                self.line(level + 1, f"else: {call}")
            else:
                self.line(level + 1, call)

    def _call(self, name: str, value: str, scope: _Scope) -> str:
        """Call the function of a section."""
        return f"{self._await}{name}({value}, {scope.d}, {scope.s}, w, b, n{self._indent()})"

    def _partial(self, node: Partial, scope: _Scope, level: int) -> None:
        given = "b"
        if node.arguments:
            pairs = []
            for argument in node.arguments:
                name = self.module.new_name()
                self.module.function(name, ["j", "i"], argument.body, is_indented=True)
                pairs.append(f"{argument.name!a}: ({name}, b)")
            given = f"merged({{{', '.join(pairs)}}}, b)"
        context = f"{scope.dot}, {scope.d}, {scope.s}, w, {given}, n + 1"
        if node.place.tag.is_dynamic:
            value = self._read(node.name[1:], scope)
            number = self.program.number(node.place)
            self.line(level, f"g = dynamic{'s' * self.module.variant.is_streaming}({value}, {number})")
            self.line(level, f"if g: {self._await}g({context}, {_quoted(node.indent)})")
            return
        unit = self.program.unit_of(node.name)
        if unit is None:
            return
        is_indented = node.indent != ("",)
        variant = Variant(unit, is_indented, self.module.variant.is_streaming)
        self.module.needed.add(variant)
        indent = f", {_quoted(node.indent)}" if is_indented else ""
        self.line(level, f"{self._await}{variant.function}({context}{indent})")

    def _block_site(self, node: Block, scope: _Scope, level: int) -> None:
        name = ascii(node.name)
        self.line(level, f"if b and {name} in b:")
        self.line(level + 1, f"g, c = b[{name}]")
        context = f"{scope.dot}, {scope.d}, {scope.s}, w, c, n + 1"
        self.line(level + 1, f"{self._await}g({context}, {_quoted(node.first)}, {_quoted(node.indent)})")
        self.line(level, "else:")
        self.block(node.body, scope.inner(scope.dot), level + 1)


_WRITERS: dict[type, Callable[[_Function, Any, _Scope, int], None]] = {
    Value: _Function._helped,
    Section: _Function._section,
    Partial: _Function._partial,
    Block: _Function._block_site,
}


@dataclass(slots=True)
class _Text:
    """Texts and values that follow each other."""

    parts: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)

    def add_parts(self, parts: Parts) -> None:
        self.parts.append("{i}".join(map(_literal, parts)))

    def add_value(self, expression: str) -> None:
        self.parts.append("{" + expression + "}")
        self.values.append(expression)

    def write(self, function: _Function, level: int) -> None:
        if len(self.parts) == len(self.values) == 1:
            function.line(level, f"w({self.values[0]})")
        elif any(self.parts):
            function.line(level, f"w(f'{''.join(self.parts)}')")
        self.parts.clear()
        self.values.clear()


def _name_of(node: Node) -> str:
    """The name that ``node`` reads, or nothing."""
    if isinstance(node, Value | Section):
        return node.name
    return node.name[1:] if isinstance(node, Partial) and node.place.tag.is_dynamic else ""


def _literal(text: str) -> str:
    """``text`` as it is written within ``f'...'``."""
    # With a double quote in it, ascii() quotes with single ones.
    return ascii('"' + text)[2:-1].replace("{", "{{").replace("}", "}}")


def _quoted(parts: Parts) -> str:
    return "i" if parts == ("", "") else f"f'{'{i}'.join(map(_literal, parts))}'"
