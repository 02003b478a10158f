"""This module knows how to put copies of definitions where they are referred to, so that a page without a
script shows their fields: never into themselves, and never more than a budget allows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter

from schemagen.view.controls import REFERENCE, control_for
from schemagen.view.literals import flag, numbered
from schemagen.view.making import Making
from schemagen.view.shapes import CHILDREN, RESTS, STRING_LANGUAGES, Plain
from schemagen.view.wording import item_title

# With these a form stays below some megabytes whatever the schema.
MAX_NODES = 1000
MAX_DEPTH = 60
MAX_ROWS = 5
_MAX_ROW_SIZE = 40
_MEMBERS_PER_NODE = 10


@dataclass(frozen=True, slots=True)
class Tree:
    """A built tree: its nodes that refer to definitions and its arrays, with their depths, and its size."""

    root: Plain
    sites: list[tuple[Plain, int]]
    arrays: list[tuple[Plain, int]]
    size: int
    height: int


@dataclass(slots=True)
class _Copying:
    """One copying of a tree: new ids, names below another value, and what was met on the way."""

    making: Making
    known: dict[str, frozenset[str]]
    old_name: int
    new_name: str
    sites: list[tuple[Plain, int]] = field(default_factory=list)
    arrays: list[tuple[Plain, int]] = field(default_factory=list)
    members: int = 0
    before: int = 0

    def __post_init__(self) -> None:
        self.before = self.making.count

    @property
    def size(self) -> int:
        """As how many nodes the copies count."""
        return self.making.count - self.before + self.members

    def copy(self, node: Plain, depth: int, *, is_demanded: bool) -> Plain:
        making = self.making
        new = node.copy()
        old_id = node["id"]
        making.count += 1
        new["id"] = new_id = f"f{making.count}"
        name = node["name"]
        new["name"] = (self.new_name + name[self.old_name :] if name != "~" else self.new_name) or "~"
        if not is_demanded:
            new["must_be_filled"] = False
        if old_id in self.known:
            self.known[new_id] = self.known[old_id]
        if node["members"]:
            self.members += len(node["members"]) // _MEMBERS_PER_NODE
        if node["ref"] and not node["ref"]["is_opaque"]:
            self.sites.append((new, depth))
        if old_id in making.parents:
            making.parents.add(new_id)
            self._copy_below(new, depth)
        return new

    def _copy_below(self, new: Plain, depth: int) -> None:
        """Give ``new``, which has the parts of another node, copies of them."""
        is_demanded = new["must_be_filled"]
        for key in CHILDREN:
            if new[key]:
                new[key] = [self.copy(child, depth + 1, is_demanded=is_demanded) for child in new[key]]
        if new["items"]:
            new["items"] = self.copy(new["items"], depth + 1, is_demanded=False)
            if new.get("min_items", "") not in {"", "0", "1"} and not new["more_rows"]:
                self.arrays.append((new, depth))
        for key in RESTS:
            if key in new and new[key]["node"]:
                new[key] = {**new[key], "node": self.copy(new[key]["node"], depth + 1, is_demanded=False)}
        if new["choices"]:
            new["choices"] = [self._copy_choice(new["id"], choice, depth) for choice in new["choices"]]
        if new["conditions"]:
            new["conditions"] = [self._copy_condition(condition, depth) for condition in new["conditions"]]

    def _copy_choice(self, owner: str, choice: Plain, depth: int) -> Plain:
        variants = [self.copy(variant, depth + 1, is_demanded=False) for variant in choice["variants"]]
        return {**choice, "choice_id": f"{owner}-c{choice['index']}", "variants": variants}

    def _copy_condition(self, condition: Plain, depth: int) -> Plain:
        branches = {
            key: self.copy(condition[key], depth + 1, is_demanded=False) for key in ("then", "else") if condition[key]
        }
        return {**condition, **branches}


class Inliner:
    """Copies definitions into one tree. ``trees`` are those of the definitions by their anchor."""

    def __init__(self, trees: Mapping[str, Tree], making: Making, known: dict[str, frozenset[str]]) -> None:
        self._trees = trees
        self._making = making
        self._known = known
        self._left = MAX_NODES
        self._sites: list[tuple[Plain, int]] = []
        self._of_site = [key for key in _OF_SITE if key in making.node]
        self._values_of_site = itemgetter(*self._of_site)  # more than one: some keys are always there
        self._said_at_site = {
            key: [token for token in (key, *tokens) if token in making.node]
            for key, tokens in _SAID_AT_SITE.items()
            if key in making.node
        }

    def inline(self, tree: Tree) -> None:
        """Put copies of definitions below the nodes of ``tree`` that refer to them, the nearest first."""
        waiting: deque[tuple[Plain, int, tuple[str, ...]]] = deque()
        self._queue(waiting, tree.sites, tree.arrays, ())
        while waiting and self._left > 0:
            site, depth, inside = waiting.popleft()
            anchor = site["ref"]["id"]
            found = self._trees.get(anchor)
            if found is None or anchor in inside or site["is_overlay"]:
                continue
            if found.size > self._left or depth + found.height > MAX_DEPTH:
                continue
            name = "" if site["name"] == "~" else site["name"]
            copying = _Copying(self._making, self._known, 0, name)
            copy = copying.copy(found.root, depth + 1, is_demanded=site["must_be_filled"])
            self._left -= copying.size
            self._dress(copy, site)
            site["ref"] = {**site["ref"], "node": copy}
            if self._making.has_html:
                if _has_own_control(site, copy):
                    copy["html"] = control_for(copy)
                site["html"] = REFERENCE
            if copying.sites or copying.arrays:
                self._queue(waiting, copying.sites, copying.arrays, (*inside, anchor))

    def shown(self) -> Iterator[Plain]:
        """All nodes of the tree that refer to definitions, in copies too."""
        return (site for site, _ in self._sites)

    def _dress(self, copy: Plain, site: Plain) -> None:
        """Make ``copy`` the node that stands at ``site``: what is said there goes first."""
        copy.update(zip(self._of_site, self._values_of_site(site), strict=True))
        for key in ("is_deprecated", "is_read_only", "is_write_only", "is_nullable"):
            if site.get(key):
                copy[key] = True
        for key, tokens in self._said_at_site.items():
            if site[key]:
                for token in tokens:
                    copy[token] = site[token]
        if "has_hint" in copy:
            copy["has_hint"] = bool(copy["description"] or copy["constraints"])
        known = self._known.get(site["id"])
        if known:
            # In place: what these refer to is put below them later.
            for child in copy["properties"]:
                child["is_overlay"] = child["key"] in known

    def _queue(
        self,
        waiting: deque[tuple[Plain, int, tuple[str, ...]]],
        sites: list[tuple[Plain, int]],
        arrays: list[tuple[Plain, int]],
        inside: tuple[str, ...],
    ) -> None:
        sites, arrays = list(sites), list(arrays)
        while arrays:
            node, depth = arrays.pop()
            copying = self._add_rows(node, depth)
            if copying is not None:
                sites += copying.sites
                arrays += copying.arrays
        self._sites += sites
        waiting.extend([(site, depth, inside) for site, depth in sites])

    def _add_rows(self, node: Plain, depth: int) -> _Copying | None:
        """Give an array as many rows as it must have items."""
        item = node["items"]
        start = int(item["index"])
        wanted = min(int(node.get("min_items", "")[:9]), start + MAX_ROWS - 1) - start
        if wanted < 1 or _size(item, _MAX_ROW_SIZE) * wanted > min(self._left, _MAX_ROW_SIZE * MAX_ROWS):
            return None
        base = "" if node["name"] == "~" else node["name"]
        copying = _Copying(self._making, self._known, len(item["name"]), "")
        rows = []
        for number in range(start, start + wanted):
            copying.new_name = f"{base}/{number}"
            row = copying.copy(item, depth + 1, is_demanded=False)
            if self._making.has_labels:
                self._making.set_label(row, f"{item_title(item)} {number + 1}")
            rows.append(row)
        self._left -= copying.size
        node["more_rows"] = numbered(rows)
        flag(node, "has_more_rows")
        for row in rows:
            row["index"] = str(int(row["index"]) + start)
        return copying


def mark_templates(shown: Iterable[Plain], trees: Mapping[str, Tree], definitions: list[Plain]) -> None:
    """Say of each definition whether a page needs it to fill in, on demand, what was not copied: those that the nodes
    ``shown`` refer to without showing them, and those that these refer to. ``trees`` are by the ids of definitions."""
    by_id = {definition["id"]: definition for definition in definitions}
    waiting = list(shown)
    while waiting:
        site = waiting.pop()
        ref = site["ref"]
        if not ref["node"] and ref["id"] in by_id and not site["is_overlay"]:
            by_id.pop(ref["id"])["is_template"] = True
            waiting += [below for below, _ in trees[ref["id"]].sites]


# What a copy has of the node that it stands for: always, and where that says something.
_OF_SITE = (
    *("key", "md_key", "path", "md_path", "label", "index", "first", "last", "anchor"),
    *("is_required", "is_item", "is_part", "is_variant", "is_root", "names", "ts_name", "py_name", "ts_property"),
    *(f"{language}_{text}" for text in ("key", "label") for language in STRING_LANGUAGES),
)
_SAID_AT_SITE = {
    "title": tuple(f"{language}_title" for language in STRING_LANGUAGES),
    "description": ("summary", "md_cell", *(f"{language}_description" for language in STRING_LANGUAGES)),
    "default": (),
    "comment": tuple(f"{language}_comment" for language in STRING_LANGUAGES),
}


def _has_own_control(site: Plain, copy: Plain) -> bool:
    """Whether something that is said at ``site`` may change the control of ``copy``."""
    said = site["default"] or site["is_read_only"] or site.get("is_write_only")
    return bool(said or site["is_part"] or copy["kind"] == "enum")


def _size(node: Plain, limit: int) -> int:
    """How many nodes there are below and with ``node``; a number above ``limit`` where there are more."""
    waiting = [node]
    count = 0
    while waiting and count <= limit:
        here = waiting.pop()
        count += 1
        waiting += _below(here)
    return count if not waiting else limit + 1


def _below(node: Plain) -> list[Plain]:
    """The nodes right below ``node``, but for the copy that a reference shows."""
    found: list[Plain] = []
    for key in CHILDREN:
        found += node[key]
    found += [node[key]["node"] for key in RESTS if key in node and node[key]["node"]]
    for choice in node["choices"]:
        found += choice["variants"]
    for condition in node["conditions"]:
        found += [condition[key] for key in ("then", "else") if condition[key]]
    if node["items"]:
        found.append(node["items"])
    return found
