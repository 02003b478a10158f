"""This module knows how to load a pack: its manifest, its templates and partials, and what each output depends on."""

from __future__ import annotations

import html
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemagen.digest import digest_fields, digest_of
from schemagen.errors import ConfigError, Location, SchemagenError, TemplateError
from schemagen.mustache import Source, Templates
from schemagen.state.sight import see
from schemagen.view import VIEW_VERSION
from schemagen.view.markdown import escape_markdown

MANIFEST = "pack.toml"
SUFFIX = ".mustache"
PATTERN_FIELDS = ("path", "dir", "stem")
_ESCAPES: Mapping[str, Callable[[str], str]] = {
    "html": html.escape,
    "markdown": escape_markdown,
    "text": str,
}
_LANGUAGE_OF_SUFFIX = {"html": "html", "htm": "html", "xml": "html", "svg": "html", "md": "markdown"}


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a pack: the file name of its template and the pattern of its path.

    ``digest`` covers all it is rendered from but the view: manifest, template, reachable partials.
    """

    template: str
    pattern: str
    digest: str

    def path_for(self, name: str) -> str:
        """The path, below the output folder, of the output for the schema ``name``."""
        folder, _, stem = name.rpartition("/")
        fields = {"path": name, "stem": stem, "dir": folder}
        path = self.pattern
        for field in PATTERN_FIELDS:
            path = path.replace("{" + field + "}", fields[field])
        return path


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack, ready to render. ``files`` are the digests of all that it was read from, folders too, by path."""

    name: str
    folder: str
    outputs: tuple[Output, ...]
    templates: Templates
    files: Mapping[str, str]

    def render(self, output: Output, view: dict[str, Any]) -> str:
        """The text of ``output``; raises TemplateError."""
        return self.templates.render(output.template, view)


def builtin_folder() -> Path:
    """The folder of the packs that come with schemagen: in the wheel, or beside it in a checkout."""
    inside = Path(__file__).parent / "templates"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "templates"


def find_pack(name: str, root: Path) -> Path:
    """The folder of the pack ``name``: a folder of the project, else a built-in pack.

    Raises ConfigError where there is neither.
    """
    folder = root / name
    if _is_pack(folder):
        return folder
    for base in (root / "templates", builtin_folder()):
        if "/" not in name and name not in {"", ".", ".."} and _is_pack(base / name):
            return base / name
    where = Location(name)
    if folder.is_dir():
        inside = sorted(entry.name for entry in folder.iterdir() if _is_pack(entry))
        hint = f"; it holds the packs {', '.join(inside)}" if inside else ""
        raise ConfigError(f"not a pack: it has neither {MANIFEST} nor a *{SUFFIX}{hint}", where, "SG020")
    known = sorted(entry.name for entry in builtin_folder().iterdir() if _is_pack(entry))
    raise ConfigError(f"no such pack or folder (built in: {', '.join(known)})", where, "SG020")


def places_of_pack(name: str) -> tuple[str, ...]:
    """Where in a project the pack ``name`` is looked for, in this order, before the built-in ones."""
    return (name, f"templates/{name}")


def _is_pack(folder: Path) -> bool:
    return folder.is_dir() and ((folder / MANIFEST).is_file() or any(folder.glob("*" + SUFFIX)))


def load_packs(names: Iterable[str], root: Path) -> tuple[Pack, ...]:
    """Load the packs ``names``; raises an ExceptionGroup of every SchemagenError found in them."""
    packs: list[Pack] = []
    problems: list[SchemagenError] = []
    for name in dict.fromkeys(names):
        try:
            packs.append(load_pack(find_pack(name, root), root))
        except SchemagenError as problem:
            problems.append(problem)
    if problems:
        raise ExceptionGroup("packs cannot be used", problems)
    return tuple(packs)


def load_pack(folder: Path, root: Path) -> Pack:
    """Load the pack in ``folder``; raises ConfigError or TemplateError."""
    shown = _shown(folder, root)
    partials_folder = folder / "partials"
    # The folders first: what is added to one after that is noticed by the next build.
    folders = [folder, *(path for path in sorted((partials_folder, *partials_folder.rglob("*"))) if path.is_dir())]
    files = {_shown(path, root): see(str(path)).digest for path in folders}
    sources = {file.name: _read(file, root, files) for file in sorted(folder.glob("*" + SUFFIX))}
    partials = {
        file.relative_to(partials_folder).as_posix().removesuffix(SUFFIX): _read(file, root, files)
        for file in sorted(partials_folder.rglob("*" + SUFFIX))
    }
    manifest_file = folder / MANIFEST
    if manifest_file.is_file():
        text = _read(manifest_file, root, files).text
        manifest = _Manifest.parse(text, f"{shown}/{MANIFEST}", folder.name, sources)
    else:
        text = ""
        manifest = _Manifest.of_folder(folder.name, sources)
    templates = Templates(sources, partials, _ESCAPES[manifest.language])
    outputs = tuple(
        Output(template, pattern, _output_digest(text, template, sources, partials, templates))
        for template, pattern in manifest.outputs
    )
    return Pack(manifest.name, shown, outputs, templates, files)


def _output_digest(
    manifest: str,
    template: str,
    sources: Mapping[str, Source],
    partials: Mapping[str, Source],
    templates: Templates,
) -> str:
    fields = [manifest, template, sources[template].text]
    for name in templates.reachable_partials(template):
        fields += [name, partials[name].text]
    return digest_fields(fields)


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


@dataclass(frozen=True, slots=True)
class _Manifest:
    name: str
    language: str
    outputs: tuple[tuple[str, str], ...]

    @classmethod
    def of_folder(cls, name: str, sources: Mapping[str, Source]) -> _Manifest:
        """A folder without a manifest: each NAME.EXT.mustache makes ``{path}.EXT``."""
        outputs = []
        languages = set()
        for file in sources:
            suffix = Path(file.removesuffix(SUFFIX)).suffix.lstrip(".")
            if not suffix:
                raise ConfigError(
                    "its output has no extension: name it NAME.EXT.mustache, or write a pack.toml",
                    Location(sources[file].path),
                    "SG021",
                )
            outputs.append((file, "{path}." + suffix))
            languages.add(_LANGUAGE_OF_SUFFIX.get(suffix, "text"))
        if len(languages) > 1:
            raise ConfigError(
                f"templates of several languages ({', '.join(sorted(languages))}) need a pack.toml, or a folder each",
                Location(next(iter(sources.values())).path),
                "SG021",
            )
        return cls(name, languages.pop(), tuple(outputs))

    @classmethod
    def parse(cls, text: str, path: str, folder: str, sources: Mapping[str, Source]) -> _Manifest:
        def wrong(message: str, key: str = "") -> ConfigError:
            lines = text.splitlines()
            line = next((n for n, row in enumerate(lines, 1) if key and row.lstrip().startswith(key)), 1)
            return ConfigError(message, Location(path, line), "SG022")

        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"not TOML: {error}", Location(path), "SG022") from None
        unknown = sorted(data.keys() - {"name", "description", "language", "view", "outputs"})
        if unknown:
            raise wrong(f"unknown key {unknown[0]!r}", unknown[0])
        language = str(data.get("language"))
        if language not in _ESCAPES:
            raise wrong(f"language must be one of {', '.join(sorted(_ESCAPES))}, not {language!r}", "language")
        if data.get("view") != VIEW_VERSION.split(".")[0]:
            raise wrong(
                f'view must be "{VIEW_VERSION.split(".")[0]}", the view version that this schemagen makes',
                "view",
            )
        outputs = data.get("outputs")
        if not isinstance(outputs, list) or not outputs:
            raise wrong("at least one [[outputs]] is needed")
        return cls(
            data.get("name", folder),
            language,
            tuple(_manifest_output(item, sources, wrong) for item in outputs),
        )


def _manifest_output(
    item: Any, sources: Mapping[str, Source], wrong: Callable[[str, str], ConfigError]
) -> tuple[str, str]:
    if not isinstance(item, dict) or item.keys() - {"template", "path", "per"}:
        raise wrong("[[outputs]] takes template, path and per", "[[outputs]]")
    template, pattern = str(item.get("template")), item.get("path")
    if template not in sources:
        raise wrong(f"template {template!r} does not exist in this pack", "template")
    if not isinstance(pattern, str) or not any("{" + field + "}" in pattern for field in ("path", "stem")):
        raise wrong("path must be a pattern with {path} or {stem}, such as {path}.html", "path")
    if pattern.startswith("/") or "\\" in pattern or ".." in pattern.split("/"):
        raise wrong(f"path {pattern!r} leaves the output folder", "path")
    if item.get("per", "schema") != "schema":
        raise wrong('per must be "schema"', "per")
    return template, pattern
