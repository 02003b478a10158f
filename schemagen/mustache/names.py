"""This module knows how to say which names a template reads and prints, and what is wrong with them, without data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import get_close_matches

from schemagen.errors import TemplateError
from schemagen.mustache.tags import OPENING, Tag
from schemagen.mustache.tree import Place, Source

_READING = frozenset(["", "&", "#", "^"])


def names_in(tags: Sequence[Tag]) -> Iterator[str]:
    """Every part of every name that ``tags`` read from the view."""
    for tag in tags:
        yield from _parts(tag)


def places_of(tags: Sequence[Tag]) -> Iterator[tuple[str, Tag]]:
    """Each of ``tags`` after the name of the section that it stands in, ``""`` where it stands in none: of the nearest
    one that puts a value on the context, as an inverted section does not, nor a block."""
    around = [""]
    for tag in tags:
        if tag.kind == "/":
            around.pop()
            continue
        yield around[-1], tag
        if tag.kind in OPENING:
            is_value = tag.kind == "#" and tag.name != "."
            around.append(tag.name.rpartition(".")[2] if is_value else around[-1])


def unknown_names(source: Source, tags: Sequence[Tag], known: Collection[str]) -> Iterator[TemplateError]:
    """A problem for every tag with a name, or a part of one, that is not ``known``."""
    for tag in tags:
        missing = next((part for part in _parts(tag) if part not in known), None)
        if missing is not None:
            near = get_close_matches(missing, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            yield TemplateError(f"no view has {missing!r}{hint}", Place(source, tag).location, "SG308")


def unsafe_names(
    source: Source, tags: Sequence[Tag], safe: Callable[[str], bool], known: Collection[str], *, is_escaping: bool
) -> Iterator[TemplateError]:
    """A problem for every tag that prints a name as it is, and ``safe`` says that it may not.

    Those of ``known`` that may be printed, and are like it, are named.
    """
    for tag in tags:
        if tag.kind == "&" or (tag.kind == "" and not is_escaping):
            if safe(tag.name):
                continue
            better = sorted(name for name in known if safe(name) and _is_form_of(name, tag.name))
            hint = f"; use {' or '.join(better)}" if better else ""
            message = f"{tag.name!r} is printed as it is, and its text could be anything here{hint}"
            yield TemplateError(message, Place(source, tag).location, "SG307")


def _parts(tag: Tag) -> tuple[str, ...]:
    name = tag.name.removeprefix("*") if tag.is_dynamic else tag.name
    if name == "." or not (tag.kind in _READING or tag.is_dynamic):
        return ()
    return tuple(name.split("."))


def _is_form_of(name: str, plain: str) -> bool:
    """Whether ``name`` is called after ``plain``: ``ts_title`` or ``title_text`` after ``title``."""
    key = plain.rpartition(".")[2]
    return bool(key) and (name.endswith("_" + key) or name.startswith(key + "_"))
