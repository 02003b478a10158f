"""This module knows how to decide what is to be made: one task per schema, its outputs, and which are stale."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from schemagen import __version__
from schemagen.config import Config
from schemagen.digest import digest_fields, digest_of
from schemagen.errors import SchemagenError
from schemagen.model import SchemaFile
from schemagen.packs import Output, Pack
from schemagen.view import VIEW_VERSION

_NOTHING: Mapping[str, str] = {}
# Gives the digest of what formats the output at a path below the output folder, empty where nothing does.
FormatDigest = Callable[[str], str]


# There are many of what follows: a dataclass takes four times as long to make.
class PlannedOutput(NamedTuple):
    """One output of a task. ``path`` is relative to the project folder (or absolute); from its character ``start`` on
    it is relative to the output folder. ``key`` is a digest over everything its bytes depend on."""

    path: str
    start: int
    key: str
    pack: str

    @property
    def below(self) -> str:
        """Its path below the output folder."""
        return self.path[self.start :]


class Links(NamedTuple):
    """What a schema is linked with. ``inputs`` maps the path of the schema, first, and of every file it refs,
    to its digest; ``missing`` are paths that were looked for and are no schemas; ``opaque`` the references
    that nothing answers; ``asked`` as in a Resolution; ``ids`` the URIs that name the schema itself; ``indirect`` those
    of the inputs that only other files refer to."""

    inputs: Mapping[str, str]
    missing: tuple[str, ...] = ()
    opaque: tuple[str, ...] = ()
    asked: Mapping[str, str] = _NOTHING
    ids: tuple[str, ...] = ()
    indirect: tuple[str, ...] = ()

    def to_facts(self) -> dict[str, Any]:
        """Plain data, from which ``from_facts`` makes this again."""
        return {
            "inputs": dict(self.inputs),
            "missing": list(self.missing),
            "opaque": list(self.opaque),
            "asked": dict(self.asked),
            "ids": list(self.ids),
            "indirect": list(self.indirect),
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Links:
        missing, opaque, ids = (tuple(facts[name]) for name in ("missing", "opaque", "ids"))
        return cls(facts["inputs"], missing, opaque, facts["asked"], ids, tuple(facts.get("indirect", ())))


class Task(NamedTuple):
    """One schema and what is made from it; ``problem`` says why nothing can be. If ``is_for_project`` it is about all
    schemas, and named by its pack."""

    name: str
    schema: str
    links: Links
    outputs: tuple[PlannedOutput, ...]
    problem: SchemagenError | None = None
    is_for_project: bool = False


_OPTIONS = ("the version of schemagen", "the version of the view", "unresolved_refs", "default_draft", "json_comments")


def options_text(config: Config) -> str:
    """The versions and options that outputs, and how references are resolved, depend on, as ``_OPTIONS`` names them."""
    return _options_text(config.unresolved_refs, config.default_draft, config.json_comments)


@lru_cache(maxsize=1)
def _options_text(unresolved_refs: str, default_draft: str, json_comments: bool) -> str:
    # Every task asks for it, several times.
    return " ".join([__version__, VIEW_VERSION, unresolved_refs, default_draft, str(json_comments).lower()])


class Recipe(NamedTuple):
    """What the outputs of all schemas have in common that are made by one rule of a pack: ``output`` is that, and
    ``digest`` is over all of it that their keys cover."""

    output: Output
    pack: str
    digest: str
    folder: str
    suffix: str  # where its path is just that of the schema and this, else empty
    formats: FormatDigest | None  # None where nothing is formatted

    def planned(self, name: str, key: str) -> PlannedOutput:
        """The output for the schema ``name``."""
        below = name + self.suffix if self.suffix else self.output.path_for(name)
        if self.formats is not None and key:
            key = _formatted(key, self.formats(below))
        return PlannedOutput(self.folder + below, len(self.folder), key, self.pack)


def _formatted(key: str, digest: str) -> str:
    """The key of an output with ``key`` that is formatted by what has a ``digest``; empty where nothing is."""
    return digest_of(f"{key}{digest}".encode()) if digest else key


def recipes_of(packs: Sequence[Pack], config: Config, formats: FormatDigest | None = None) -> tuple[Recipe, ...]:
    """The recipes of all outputs that there is one of for each schema. ``formats`` gives the digest of what formats an
    output, by its path below the output folder."""
    folder = f"{config.output}/"
    return tuple(_recipe(pack, output, folder, formats) for pack in packs for output in pack.outputs)


def _recipe(pack: Pack, output: Output, folder: str, formats: FormatDigest | None) -> Recipe:
    path = output.rule.path
    rest = path.removeprefix("{path}")
    suffix = rest if rest != path and "{" not in rest else ""
    return Recipe(output, pack.name, digest_fields([pack.name, path, output.digest]), folder, suffix, formats)


def plan_task(
    file: SchemaFile, links: Links, names: Mapping[str, str], recipes: Sequence[Recipe], config: Config
) -> Task:
    """The task for the schema ``file``; ``names`` are those of all schemas, by path: modules of code import, and pages
    link to, what is made of the others."""
    name = file.name
    # No option, path, name or digest holds a NUL, and digests are all of one length.
    inputs = [field for path, digest in links.inputs.items() for field in (path, digest, names.get(path, ""))]
    opaque = digest_fields(links.opaque) if links.opaque else ""
    base = digest_of("\0".join([options_text(config), opaque, name, *inputs]).encode())
    outputs = [recipe.planned(name, digest_of(f"{base}{recipe.digest}".encode())) for recipe in recipes]
    return Task(name, file.path, links, tuple(outputs))


def plan_project_outputs(pack: Pack, config: Config, formats: FormatDigest | None = None) -> Task:
    """The task for the outputs of ``pack`` that there is one of for the whole project; its name is the pack's.

    A key is complete only with what the output shows of the schemas: see ``key_with``.
    """
    base = digest_fields([options_text(config), pack.name])
    folder = f"{config.output}/"
    outputs = tuple(
        PlannedOutput(
            folder + output.rule.path,
            len(folder),
            _formatted(
                digest_fields([base, output.rule.path, output.digest]),
                formats(output.rule.path) if formats is not None else "",
            ),
            pack.name,
        )
        for output in pack.project_outputs
    )
    return Task(pack.name, pack.name, Links({}), outputs, is_for_project=True)


def key_with(output: PlannedOutput, shown: bytes) -> PlannedOutput:
    """``output`` of a project, with a key that covers what it shows of the schemas too."""
    return output._replace(key=digest_fields([output.key, shown]))


def plan_failure(file: SchemaFile, problem: SchemagenError, links: Links, recipes: Sequence[Recipe]) -> Task:
    """The task for a schema that cannot be used: it will fail with ``problem`` and keep its outputs."""
    outputs = tuple(recipe.planned(file.name, "") for recipe in recipes)
    return Task(file.name, file.path, links, outputs, problem)


# The facts of what formats outputs.
FORMATS = "formats"
NEW = "not made yet"
MISSING = "missing"
EDITED = "edited since it was made"
REPLACED = "not what was made last"
CHANGED = "made from something that changed"


def stale_outputs(
    task: Task,
    facts: Mapping[str, Any],
    digest_of_file: Callable[[str], str | None],
    is_ours: Callable[[str, str], bool],
    is_known: Callable[[str], bool],
) -> dict[str, str]:
    """The outputs of ``task`` that are not fresh, by path, each with the reason.

    ``facts`` are those recorded by the task's last success; ``digest_of_file`` gives the digest of a
    file's present bytes, or None where there is no such file; ``is_ours`` tells whether we ever wrote bytes
    with a digest to a path, ``is_known`` whether we ever wrote any.
    """
    recorded = facts.get("outputs", {})
    stale: dict[str, str] = {}
    for output in task.outputs:
        key, digest, _ = recorded.get(output.path, ("", "", ""))
        if not key:
            # Of a task that was forgotten, or is back after its schema was gone, it is still known what we wrote.
            # Of others nothing is read: in a first build that would be a look at each output, for nothing.
            present = digest_of_file(output.path) if is_known(output.path) else None
            is_edited = present is not None and not is_ours(output.path, present)
            stale[output.path] = EDITED if is_edited else NEW
        elif (present := digest_of_file(output.path)) is None:
            stale[output.path] = MISSING
        elif present != digest:
            # What was left by a build that was killed, or brought back by git, is nobody's edit.
            stale[output.path] = REPLACED if is_ours(output.path, present) else EDITED
        elif key != output.key:
            stale[output.path] = CHANGED
    return stale


_NEVER_MADE = ("it was not made yet, or what is remembered of it was forgotten",)


def explain_task(
    task: Task,
    facts: Mapping[str, Any],
    stale: Mapping[str, str],
    config: Config,
    changed_files: Callable[[Collection[str]], Sequence[str] | None],
    formats: Mapping[str, str],
) -> Sequence[str]:
    """Why ``task`` has stale outputs, a line each, what changed before what is merely missing. ``changed_files`` tells
    which files of packs changed that outputs are made from, None where that is not known; ``formats`` what formats
    outputs, by path."""
    if task.problem is not None:
        return [str(task.problem)]
    if not facts:
        return _NEVER_MADE if stale else ()
    reasons = _changed_links(task.links, Links.from_facts(facts))
    reasons += _changed_options(options_text(config), facts["options"])
    changed = [path for path, reason in stale.items() if reason == CHANGED]
    reasons += _changed_formats(formats, facts.get(FORMATS, {}), changed)
    if changed and not reasons:
        files = changed_files(changed)
        reasons += files or [_something_changed(task, changed, knows_files=files is not None)]
    reasons += [f"{path} is {reason}" for path, reason in stale.items() if reason != CHANGED]
    return reasons


def _something_changed(task: Task, changed: Collection[str], *, knows_files: bool) -> str:
    """What to say where no link, option or file of a pack is known to have changed."""
    if task.is_for_project and knows_files:
        return "what it shows of the schemas changed"
    packs = ", ".join(sorted({output.pack for output in task.outputs if output.path in changed}))
    shown = ", or what it shows of the schemas," if task.is_for_project else ""
    called = ", or what a schema that it refs is called," if len(task.links.inputs) > 1 else ""
    return f"a template, a partial, the manifest or an option of the pack {packs}{shown}{called} changed"


def _changed_options(now: str, before: str) -> list[str]:
    if now == before:
        return []
    pairs = zip(_OPTIONS, before.split(" "), now.split(" "), strict=False)
    return [f"{option} changed ({old} -> {new})" for option, old, new in pairs if old != new]


def _changed_formats(now: Mapping[str, str], before: Mapping[str, str], changed: Collection[str]) -> list[str]:
    pairs = {path: (before.get(path, ""), now.get(path, "")) for path in changed}
    return [
        f"what formats {path} changed ({old or 'nothing'} -> {new or 'nothing'})"
        for path, (old, new) in pairs.items()
        if old != new
    ]


def _changed_links(now: Links, before: Links) -> list[str]:
    reasons = [
        f"{path} changed ({before.inputs[path][:8]} -> {digest[:8]})"
        for path, digest in now.inputs.items()
        if path in before.inputs and before.inputs[path] != digest
    ]
    reasons += [f"it refs {path} now" for path in now.inputs if path not in before.inputs]
    reasons += [f"it refs {path} no longer" for path in before.inputs if path not in now.inputs]
    changed = sorted(set(now.opaque) ^ set(before.opaque))
    return reasons + [f"whether the project answers {uri} changed" for uri in changed]
