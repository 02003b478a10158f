"""This module knows how to load a pack: what it makes, from which templates, and what each output depends on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from schemagen.digest import digest_fields, digest_of
from schemagen.errors import ConfigError, Location, SchemagenError, TemplateError
from schemagen.mustache import Source, Templates
from schemagen.packs.finding import find_pack
from schemagen.packs.known import given_by_views, known_keys
from schemagen.packs.languages import LANGUAGES, Language
from schemagen.packs.manifest import MANIFEST, SUFFIX, Manifest, Rule, manifest_of_folder, parse_manifest
from schemagen.packs.options import NO_OPTIONS, Option, Options, OptionValue, chosen_values, flags_of, unused_options
from schemagen.state.sight import see
from schemagen.view.modules import module_path

PARTIALS = "partials"


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a pack, the same for each schema but for its path, or one for the whole project.

    ``digest`` covers all it is made from but the view: manifests, template, reachable partials; ``sources`` are these
    two. ``copied`` are its bytes where it is a copy of a file of the pack. ``files`` are the paths of all of these.
    """

    rule: Rule
    digest: str
    templates: Templates
    files: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    copied: bytes | None = None

    def path_for(self, name: str) -> str:
        """The path, below the output folder, of the output for the schema ``name``."""
        folder, _, stem = name.rpartition("/")
        # Every schema asks, for each output: not a loop over FIELDS.
        path = self.rule.path
        if "{py_path}" in path:
            path = path.replace("{py_path}", module_path(name))
        return path.replace("{path}", name).replace("{dir}", folder).replace("{stem}", stem)

    @property
    def names_read(self) -> frozenset[str] | None:
        """The names that it reads from the view; None where that cannot be known."""
        return self.templates.names_read(self.rule.source) if self.copied is None else frozenset()

    @property
    def size(self) -> int:
        """How long the template is, with every partial that it can reach."""
        return sum([len(source.text) for source in self.sources])

    def prepare(self) -> None:
        """Compile the templates, so that processes that are forked after this need not."""
        if self.copied is None:
            self.templates.prepare(self.rule.source, in_pieces=True)

    def render(self, view: dict[str, Any]) -> bytes:
        """The bytes of the output; raises TemplateError."""
        if self.copied is not None:
            return self.copied
        return self.templates.render(self.rule.source, view).encode()

    def pieces(self, view: dict[str, Any]) -> Iterator[bytes]:
        """The bytes of the output, in pieces, for one that may be large; raises TemplateError on the way."""
        if self.copied is not None:
            yield self.copied
            return
        for piece in self.templates.pieces(self.rule.source, view):
            yield piece.encode()


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack, ready to render: ``outputs`` for each schema, ``project_outputs`` for the project.

    ``folder`` is where it was found. ``files`` are the digests of all that it was read from, folders too, and of the
    places where it was looked for, by path. ``options`` are those that it has, ``values`` what is chosen of them.
    ``templates`` and ``partials`` are all that it has, and ``language`` that of outputs that say none.
    """

    name: str
    description: str
    folder: str
    outputs: tuple[Output, ...]
    project_outputs: tuple[Output, ...]
    files: Mapping[str, str]
    options: tuple[Option, ...] = ()
    values: Mapping[str, OptionValue] = field(default_factory=dict)
    templates: Mapping[str, Source] = field(default_factory=dict)
    partials: Mapping[str, Source] = field(default_factory=dict)
    language: str = "text"

    def seen_by_templates(self, view: Mapping[str, Any]) -> dict[str, Any]:
        """``view``, or an overview, as the templates of this pack see it: with the options."""
        return {**view, "options": flags_of(self.options, self.values)}

    def unsafe_names(self) -> list[TemplateError]:
        """A problem for each place where text of a schema would be code in the pack's language."""
        found: dict[str, TemplateError] = {}
        for output in (*self.outputs, *self.project_outputs):
            if output.copied is None:
                problems = output.templates.unsafe_names(output.rule.source)
                found |= {str(problem): problem for problem in problems}
        return list(found.values())


# How packs are loaded by their names, for the project in a folder, with options; raises what ``load_packs`` does.
LoadPacks = Callable[[Iterable[str], Path, Options], tuple[Pack, ...]]


def load_packs(names: Iterable[str], root: Path, options: Options = NO_OPTIONS) -> tuple[Pack, ...]:
    """Load the packs ``names`` with ``options``; raises an ExceptionGroup of every SchemagenError found in them."""
    packs: list[Pack] = []
    problems: list[SchemagenError] = []
    for name in dict.fromkeys(names):
        try:
            packs.append(load_pack(name, root, options))
            problems += packs[-1].unsafe_names()
        except SchemagenError as problem:
            problems.append(problem)
    problems += _namesakes(packs)
    if not problems:
        problems += unused_options([pack.name for pack in packs], options)
    if problems:
        raise ExceptionGroup("packs cannot be used", problems)
    return tuple(packs)


def _namesakes(packs: Iterable[Pack]) -> Iterator[ConfigError]:
    """A problem for each pack that has the name of one before it: what was made is recorded by the names of packs."""
    folders: dict[str, str] = {}
    for pack in packs:
        taken = folders.setdefault(pack.name, pack.folder)
        if taken != pack.folder:
            message = f"the name {pack.name!r} is that of the pack {taken} too: give it another"
            yield ConfigError(message, Location(f"{pack.folder}/{MANIFEST}"), "SG025")


def load_pack(name: str, root: Path, options: Options = NO_OPTIONS) -> Pack:
    """Load the pack ``name``, a name or a folder, with ``options``; raises ConfigError or TemplateError."""
    files: dict[str, str] = {}
    layers = _layers(name, root, files)
    own = layers[0]
    templates = {key: source for layer in reversed(layers) for key, source in layer.templates.items()}
    partials = {key: source for layer in reversed(layers) for key, source in layer.partials.items()}
    rules = next(layer.manifest.outputs for layer in layers if layer.manifest.outputs)
    language = next((layer.manifest.language for layer in layers if layer.manifest.language), "")
    known_options = {key: option for layer in reversed(layers) for key, option in layer.manifest.options.items()}
    chosen = options.by_pack.get(own.manifest.name, {})
    values = chosen_values(own.manifest.name, known_options, chosen, options.place)
    making = _Making(root, layers, files, templates, partials, values)
    prepared = PreparedTemplates(templates, partials, tuple(known_options.values()))
    outputs = [making.output(rule, prepared.for_language(rule.language or language or "text")) for rule in rules]
    for above, below in pairwise(layers):
        _check_overrides(above, below, outputs)
    description = next((layer.manifest.description for layer in layers if layer.manifest.description), "")
    per_schema = tuple(output for output in outputs if output.rule.is_per_schema)
    per_project = tuple(output for output in outputs if not output.rule.is_per_schema)
    all_options = tuple(known_options.values())
    return Pack(
        *(own.manifest.name, description, own.shown, per_schema, per_project, files, all_options, values),
        *(templates, partials, language or "text"),
    )


class PreparedTemplates:
    """The templates and partials of a pack with ``options``, checked once for each language that an output is in."""

    def __init__(
        self, templates: Mapping[str, Source], partials: Mapping[str, Source], options: tuple[Option, ...]
    ) -> None:
        self._templates = templates
        self._partials = partials
        self._given = partial(given_by_views, options)
        self._prepared: dict[str, Templates] = {}

    def for_language(self, name: str) -> Templates:
        """The templates for outputs in the language ``name``; raises TemplateError."""
        if name not in self._prepared:
            self._prepared[name] = self._make(LANGUAGES[name])
        return self._prepared[name]

    def _make(self, language: Language) -> Templates:
        safe = language.allows if language.only_tokens else None
        known = (*known_keys(is_per_schema=True), *known_keys(is_per_schema=False)) if safe is not None else ()
        names = [name for name in known if language.allows(name)]
        return Templates(
            self._templates, self._partials, language.escape, safe=safe, safe_names=names, given=self._given
        )


@dataclass(frozen=True, slots=True)
class _Layer:
    """The files of one folder: a pack's own, or those of a pack that it extends."""

    folder: Path
    shown: str
    text: str
    manifest: Manifest
    templates: dict[str, Source] = field(default_factory=dict)
    partials: dict[str, Source] = field(default_factory=dict)


def _layers(name: str, root: Path, files: dict[str, str]) -> list[_Layer]:
    """The folder of the pack ``name``, and those of the packs that it extends, nearest first."""
    layers: list[_Layer] = []
    taken: list[Path] = []
    while name:
        try:
            folder = find_pack(name, root, files, taken)
        except ConfigError as error:
            if not layers:
                raise
            message = f"extends {name!r}: {error.message}"
            raise ConfigError(message, Location(f"{layers[-1].shown}/{MANIFEST}"), error.code) from None
        taken.append(folder.resolve())
        layers.append(_read_layer(folder, root, files))
        name = layers[-1].manifest.extends
    return layers


def _read_layer(folder: Path, root: Path, files: dict[str, str]) -> _Layer:
    shown = _shown(folder, root)
    partials_folder = folder / PARTIALS
    # The folders first: what is added to one after that is noticed by the next build.
    folders = [folder, *(path for path in sorted((partials_folder, *partials_folder.rglob("*"))) if path.is_dir())]
    files |= {_shown(path, root): see(str(path)).digest for path in folders}
    templates = {file.name: _read(file, root, files) for file in sorted(folder.glob("*" + SUFFIX))}
    partials = {
        file.relative_to(partials_folder).as_posix().removesuffix(SUFFIX): _read(file, root, files)
        for file in sorted(partials_folder.rglob("*" + SUFFIX))
    }
    if (folder / MANIFEST).is_file():
        source = _read(folder / MANIFEST, root, files)
        manifest = parse_manifest(source.text, source.path, folder.name)
        return _Layer(folder, shown, source.text, manifest, templates, partials)
    return _Layer(folder, shown, "", manifest_of_folder(folder.name, templates, shown), templates, partials)


@dataclass(frozen=True, slots=True)
class _Making:
    """What the outputs of a pack are made from."""

    root: Path
    layers: list[_Layer]
    files: dict[str, str]
    sources: Mapping[str, Source]
    partials: Mapping[str, Source]
    values: Mapping[str, OptionValue]

    def output(self, rule: Rule, templates: Templates) -> Output:
        chosen = [f"{name} {value}" for name, value in self.values.items()]
        manifests = digest_fields([*(layer.text for layer in self.layers), *chosen])
        if rule.is_copy:
            shown, data = self._copied(rule)
            digest = digest_fields([manifests, rule.source, data])
            return Output(rule, digest, templates, self._files(shown), copied=data)
        if rule.source not in self.sources:
            raise self._wrong(f"template {rule.source!r} does not exist in this pack")
        names = templates.reachable_partials(rule.source)
        sources = (self.sources[rule.source], *(self.partials[name] for name in names))
        texts = [
            field for name, source in zip((rule.source, *names), sources, strict=True) for field in (name, source.text)
        ]
        files = self._files(*(source.path for source in sources))
        return Output(rule, digest_fields([manifests, *texts]), templates, files, sources)

    def _files(self, *paths: str) -> tuple[str, ...]:
        return (*(f"{layer.shown}/{MANIFEST}" for layer in self.layers), *paths)

    def _copied(self, rule: Rule) -> tuple[str, bytes]:
        for layer in self.layers:
            file = layer.folder / rule.source
            shown = _shown(file, self.root)
            if os.path.isfile(file):
                data = file.read_bytes()
                self.files[shown] = digest_of(data)
                return shown, data
            self.files[shown] = ""
        raise self._wrong(f"there is no file {rule.source!r} to copy in this pack")

    def _wrong(self, message: str) -> ConfigError:
        return ConfigError(message, Location(f"{self.layers[0].shown}/{MANIFEST}"), "SG022")


def _check_overrides(above: _Layer, below: _Layer, outputs: Iterable[Output]) -> None:
    """Raise ConfigError for a file of ``above`` that takes the place of none of ``below`` and is used by no output."""
    used_templates = {output.rule.source for output in outputs}
    used_partials = {
        name
        for output in outputs
        if not output.rule.is_copy
        for name in output.templates.reachable_partials(output.rule.source)
    }
    for kind, own, theirs, used in (
        ("template", above.templates, below.templates, used_templates),
        ("partial", above.partials, below.partials, used_partials),
    ):
        for name, source in own.items():
            if name not in theirs and name not in used:
                near = get_close_matches(name, theirs, 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                message = (
                    f"this {kind} overrides nothing of the pack {below.manifest.name!r}, and nothing uses it{hint}"
                )
                raise ConfigError(message, Location(source.path), "SG023")


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _read(file: Path, root: Path, files: dict[str, str]) -> Source:
    """The text of ``file``; its digest goes into ``files``."""
    shown = _shown(file, root)
    try:
        data = file.read_bytes()
        files[shown] = digest_of(data)
        return Source(shown, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise TemplateError(f"not UTF-8 (byte {error.start})", Location(shown), "SG305") from None
    except OSError as error:
        raise TemplateError(f"cannot read: {error.strerror}", Location(shown), "SG306") from None
