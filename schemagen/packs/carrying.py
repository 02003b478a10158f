"""This module knows how to make plain data of a pack, and of that the pack again where its folder is not.

What comes back makes the outputs for each schema, the same bytes as the pack itself, and nothing else: it is not known
of which files it was made, and it has no outputs for the project.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemagen.mustache import Source
from schemagen.packs.languages import LANGUAGES
from schemagen.packs.loading import Output, Pack, PreparedTemplates
from schemagen.packs.manifest import Rule
from schemagen.packs.options import Option


def plain_of(pack: Pack) -> dict[str, Any]:
    """``pack`` as plain data."""
    return {
        "name": pack.name,
        "options": [[each.name, each.description, each.default, list(each.choices)] for each in pack.options],
        "values": dict(pack.values),
        "templates": _plain_sources(pack.templates),
        "partials": _plain_sources(pack.partials),
        "outputs": [_plain_output(pack, output) for output in pack.outputs],
    }


def pack_from(plain: Mapping[str, Any]) -> Pack:
    """The pack that ``plain_of`` made plain data of; raises TemplateError where its templates are wrong."""
    options = tuple(
        Option(name, description, default, tuple(choices)) for name, description, default, choices in plain["options"]
    )
    templates, partials = _sources(plain["templates"]), _sources(plain["partials"])
    prepared = PreparedTemplates(templates, partials, options)
    outputs = tuple(_output(each, prepared) for each in plain["outputs"])
    return Pack(plain["name"], "", "", outputs, (), {}, options, plain["values"], templates, partials)


def _plain_output(pack: Pack, output: Output) -> dict[str, Any]:
    rule = output.rule
    return {
        "source": rule.source,
        "path": rule.path,
        "language": rule.language or pack.language,
        "digest": output.digest,
        # JSON has no bytes; each of these characters is one.
        "copied": None if output.copied is None else output.copied.decode("latin-1"),
    }


def _output(plain: Mapping[str, Any], prepared: PreparedTemplates) -> Output:
    copied = plain["copied"]
    language = plain["language"] if plain["language"] in LANGUAGES else "text"
    rule = Rule(plain["source"], plain["path"], language, is_copy=copied is not None)
    data = None if copied is None else copied.encode("latin-1")
    return Output(rule, plain["digest"], prepared.for_language(language), copied=data)


def _plain_sources(sources: Mapping[str, Source]) -> dict[str, list[Any]]:
    return {name: [source.path, source.text, *source.delimiters] for name, source in sources.items()}


def _sources(plain: Mapping[str, Any]) -> dict[str, Source]:
    return {name: Source(path, text, (opening, closing)) for name, (path, text, opening, closing) in plain.items()}
