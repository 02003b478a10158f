"""This module knows how to render Mustache templates by Python functions made of them, once.

pystache's parser makes the tree; ``code`` writes functions; here they are compiled, when a template is prepared or
first rendered, and run. Prepare before processes fork, and all of them have the functions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import partial
from pathlib import PurePosixPath
from threading import RLock
from typing import Any

from schemagen.errors import Location, TemplateError
from schemagen.mustache.code import write_variant
from schemagen.mustache.given import Given, Keys, keys_of_units
from schemagen.mustache.names import names_in, places_of, unknown_names, unsafe_names
from schemagen.mustache.program import Program, Variant, is_template_function
from schemagen.mustache.runtime import MAY_BE_FALSE, Escaped, Lookup, merged
from schemagen.mustache.tags import DELIMITERS, Tag, scan_tags
from schemagen.mustache.tree import Place, Source, Tree, parse_template

# A view is at most as deep as its schema (200 levels of JSON); deeper can only be a partial without an end.
MAX_PARTIAL_DEPTH = 400
_MOST_EXPANSIONS = 100
_PLAIN = "a-0--1z-"
Helper = Callable[..., str]


class Templates:
    """The templates and partials of one pack, checked when made, compiled when prepared or first rendered.

    ``sources`` maps a template's file name (``form.mustache``) or a partial's name (``node``) to its text. ``escape``
    is what ``{{x}}`` does to a text; ``str`` where nothing. ``helpers`` are the lambdas of the specification, by name,
    from the author of the pack: a helper is called without arguments for a variable, with the text of a section for a
    section, and what it returns is a template. ``safe`` tells which names may be printed as they are; no other name
    may be, and messages name those of ``safe_names`` that come near. ``given`` tells what is known of all data
    that will be rendered, which makes that faster. Without ``strict`` what is missing is an empty
    text, as in the specification.

    Raises TemplateError for the first template that is wrong or that uses a partial that is missing.
    """

    def __init__(
        self,
        templates: Mapping[str, Source],
        partials: Mapping[str, Source],
        escape: Callable[[str], str],
        *,
        helpers: Mapping[str, Helper] | None = None,
        safe: Callable[[str], bool] | None = None,
        safe_names: Collection[str] = (),
        given: Callable[[], Given] | None = None,
        strict: bool = True,
    ) -> None:
        self._helpers = helpers or {}
        self._safe = safe
        self._safe_names = safe_names
        self._given = given
        self._is_strict = strict
        self._escape = escape
        self._partial_sources = partials
        self._sources = [*templates.values(), *partials.values()]
        self._templates = {name: number for number, name in enumerate(templates)}
        self._partials = {name: number for number, name in enumerate(partials, len(templates))}
        self._tags = [scan_tags(source.text, source.path, source.delimiters) for source in self._sources]
        if strict:
            for source, tags in zip(self._sources, self._tags, strict=True):
                _check_partials(source, tags, self._partials)
        self._reached = [self._reach(number) for number in range(len(self._sources))]
        self._trees: dict[int, Tree] = {}
        self._program = Program(
            unit_of=self._partials.get,
            tree_of=self._tree,
            recursive={number for number, reached in enumerate(self._reached) if number in reached},
            helpers=self._helpers,
            is_escaping=escape is not str,
            leaves_plain=escape(_PLAIN) == _PLAIN,
            longest=max((len(source.text) for source in self._sources), default=0),
        )
        lookup = Lookup(self._program.places, escape, is_strict=strict)
        self._namespace: dict[str, Any] = {
            "E": Escaped(escape),
            "MAY_BE_FALSE": MAY_BE_FALSE,
            "DEEPEST": MAX_PARTIAL_DEPTH,
            "find": lookup.find,
            "widen": lookup.widen,
            "within": lookup.within,
            "text": lookup.text,
            "escaped": lookup.escaped,
            "merged": merged,
            "deep": _deep,
            "take": _take,
            "helped": self._helped,
            "dynamic": partial(self._dynamic, is_streaming=False),
            "dynamics": partial(self._dynamic, is_streaming=True),
        }
        self._compiling = RLock()  # templates of one pack are rendered by many threads
        self._compiled: set[Variant] = set()
        self._ready: set[Variant] = set()  # with all that they can come to call
        self._expansions: dict[Source, Templates] = {}
        self._keys: dict[int, Keys] = {}
        self._names_read: dict[str, frozenset[str] | None] = {}

    def reachable_partials(self, template: str) -> tuple[str, ...]:
        """The names of the partials that ``template`` can come to use, sorted; all, where it uses a dynamic name."""
        reached = self._reached[self._templates[template]]
        return tuple(sorted(name for name, number in self._partials.items() if number in reached))

    def names_read(self, template: str) -> frozenset[str] | None:
        """Every part of every name that ``template`` and the partials that it can reach read from the view, alone and
        as ``section.name`` for each section that is the nearest around the name somewhere.

        None where that cannot be known: what a helper returns may read anything.
        """
        if template not in self._names_read:
            self._names_read[template] = self._find_names_read(template)
        return self._names_read[template]

    def _find_names_read(self, template: str) -> frozenset[str] | None:
        units = self._units(template)
        names = frozenset(name for unit in units for name in names_in(self._tags[unit]))
        if names & self._helpers.keys() or self._has_dynamic(units):
            return None
        return names.union(self._names_in_sections(self._templates[template], names))

    def _names_in_sections(self, template: int, names: Collection[str]) -> Iterator[str]:
        if any(tag.kind == "<" for unit in self._reached[template] | {template} for tag in self._tags[unit]):
            # What is put into a block of a parent is read in the sections around that: there may be any.
            yield from (f"{section}.{name}" for section in names for name in names)
            return
        waiting = [("", template)]
        seen = set(waiting)
        while waiting:
            outer, unit = waiting.pop()
            for section, tag in places_of(self._tags[unit]):
                around = section or outer
                if tag.kind == ">" and (used := (around, self._partials[tag.name])) not in seen:
                    seen.add(used)
                    waiting.append(used)
                for name in names_in([tag]):
                    yield f"{around}.{name}"
                    around = name

    def unknown_names(self, template: str, known: Collection[str]) -> list[TemplateError]:
        """A problem for every name that ``template`` and the partials that it can reach read and that is not one of
        ``known``, the keys that any object of the view can have."""
        known = {*known, *self._helpers}
        return [
            problem
            for unit in sorted(self._units(template))
            for problem in unknown_names(self._sources[unit], self._tags[unit], known)
        ]

    def unsafe_names(self, template: str) -> list[TemplateError]:
        """A problem for every name that ``template`` and the partials that it can reach print as it is, and may not."""
        if self._safe is None:
            return []
        safe = partial(_is_allowed, self._safe, self._helpers)
        return [
            problem
            for unit in sorted(self._units(template))
            for problem in unsafe_names(
                self._sources[unit], self._tags[unit], safe, self._safe_names, is_escaping=self._escape is not str
            )
        ]

    def prepare(self, template: str, *, in_pieces: bool = False) -> None:
        """Compile what rendering ``template`` needs, at once or ``in_pieces``, and find what it reads.

        Raises TemplateError for the first name that is not safe.
        """
        self._function(template, is_streaming=in_pieces)
        self.names_read(template)

    def render(self, template: str, view: Any) -> str:
        """Render ``template`` with ``view``, plain data of dicts, lists, text, numbers, true, false and null.

        Raises TemplateError for a name that the view has not, for a value that is no text, and for partials nested
        without end.
        """
        render = self._function(template, is_streaming=False)
        texts: list[str] = []
        try:
            render(*_context(view), texts.append, None, 0)
        except RecursionError as error:
            raise _too_deep(error) from None
        return "".join(texts)

    def pieces(self, template: str, view: Any) -> Iterator[str]:
        """The text of ``render`` in pieces of some tens of kilobytes, none of which is kept; raises as ``render``."""
        render = self._function(template, is_streaming=True)
        texts: list[str] = []
        try:
            yield from render(*_context(view), texts.append, None, 0)
        except RecursionError as error:
            raise _too_deep(error) from None
        yield _take(texts)

    def _function(self, template: str, *, is_streaming: bool) -> Callable[..., Any]:
        variant = Variant(self._templates[template], is_indented=False, is_streaming=is_streaming)
        if variant not in self._ready:
            with self._compiling:
                for problem in self.unsafe_names(template):
                    raise problem
                self._compile(variant)
                self._ready.add(variant)
        function: Callable[..., Any] = self._namespace[variant.function]
        return function

    def _units(self, template: str) -> set[int]:
        number = self._templates[template]
        return {number, *self._reached[number]}

    def _has_dynamic(self, units: Collection[int]) -> bool:
        return any(tag.is_dynamic for unit in units for tag in self._tags[unit])

    def _reach(self, start: int) -> frozenset[int]:
        """The numbers of the partials that the source ``start`` can come to use."""
        reached: set[int] = set()
        waiting = [start]
        while waiting:
            for tag in self._tags[waiting.pop()]:
                if tag.kind in {">", "<"}:
                    used = self._partials.values() if tag.is_dynamic else [self._partials.get(tag.name, -1)]
                    found = set(used) - reached - {-1}
                    reached |= found
                    waiting += found
        return frozenset(reached)

    def _tree(self, unit: int) -> Tree:
        if unit not in self._trees:
            self._trees[unit] = parse_template(self._sources[unit])
        return self._trees[unit]

    def _compile(self, variant: Variant) -> None:
        """Compile the functions of ``variant`` and of all that it can come to call."""
        waiting = {variant} - self._compiled
        while waiting:
            found = waiting.pop()
            self._compiled.add(found)
            source, needed = write_variant(self._program, found, self._keys_around(found.unit))
            if self._has_dynamic([found.unit]):
                needed |= {Variant(unit, True, variant.is_streaming) for unit in self._partials.values()}
            path = self._sources[found.unit].path
            # The source holds nothing of a template but texts quoted by ascii().
            exec(compile(source, path, "exec"), self._namespace)  # noqa: S102
            waiting |= needed - self._compiled

    def _keys_around(self, unit: int) -> Keys:
        """The keys that the nearest object around ``unit`` can have."""
        if self._given is None:
            return None
        if self._program.given is None:
            self._program.given = given = self._given()
            self._keys = keys_of_units(self._tags, self._templates.values(), self._partials, given)
        return self._keys[unit]

    def _dynamic(self, name: Any, place: int, *, is_streaming: bool) -> Any:
        """The function of the partial that a dynamic name names."""
        unit = self._partials.get(name) if isinstance(name, str) else None
        if unit is None:
            if not self._is_strict:
                return None
            asked = self._program.places[place]
            raise TemplateError(
                f"{asked.tag.name}: {_missing_partial(str(name), self._partials)}", asked.location, "SG302"
            )
        return self._namespace[Variant(unit, True, is_streaming).function]

    def _helped(self, place: int, raw: str | None, o: Any, d: Any, s: Any, b: Any, n: int) -> str:
        """What a helper returns, rendered (specification: ~lambdas)."""
        if n > MAX_PARTIAL_DEPTH:
            _deep()
        asked = self._program.places[place]
        helper = self._helpers[asked.tag.name]
        delimiters = DELIMITERS if raw is None else asked.tag.delimiters
        text = str(helper() if raw is None else helper(raw))
        texts: list[str] = []
        self._expansion(Source(asked.source.path, text, delimiters))(o, d, s, texts.append, b, n + 1)
        rendered = "".join(texts)
        return self._escape(rendered) if asked.tag.kind == "" else rendered

    def _expansion(self, source: Source) -> Callable[..., None]:
        """The function for a text that a helper returned."""
        if source not in self._expansions:
            if len(self._expansions) >= _MOST_EXPANSIONS:
                self._expansions.clear()
            self._expansions[source] = Templates(
                {"": source}, self._partial_sources, self._escape, helpers=self._helpers, strict=self._is_strict
            )
        return self._expansions[source]._function("", is_streaming=False)


def _check_partials(source: Source, tags: Iterable[Tag], partials: Collection[str]) -> None:
    """Raise TemplateError for the first partial that ``source`` names and there is not."""
    for tag in tags:
        if tag.kind in {">", "<"} and not tag.is_dynamic and tag.name not in partials:
            raise TemplateError(_missing_partial(tag.name, partials), Place(source, tag).location, "SG302")


def _missing_partial(name: str, partials: Collection[str]) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        return f"partial {name!r} lies outside partials/ of this pack"
    near = get_close_matches(name, partials, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    there = ", ".join(sorted(partials)) or "none"
    return f"partial {name!r} does not exist in partials/ of this pack (there: {there}){hint}"


def _is_allowed(safe: Callable[[str], bool], helpers: Collection[str], name: str) -> bool:
    return name in helpers or safe(name)


def _context(view: Any) -> tuple[Any, dict[str, Any], None]:
    return view, view if isinstance(view, dict) else {}, None


def _take(texts: list[str]) -> str:
    """What has come together in ``texts``, which are empty after that."""
    piece = "".join(texts)
    texts.clear()
    return piece


def _deep() -> None:
    raise RecursionError


def _too_deep(error: RecursionError) -> TemplateError:
    """The error for ``error``: the traceback tells which templates were at work."""
    at_work: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if is_template_function(code.co_name):
            at_work.append(code.co_filename)
        trace = trace.tb_next
    chain = " > ".join(at_work[-3:])
    return TemplateError(f"partials nested without end: ... {chain}", Location(at_work[-1]), "SG303")
