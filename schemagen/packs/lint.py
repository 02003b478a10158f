"""This module knows how to find, without data, what is wrong with the templates of a pack."""

from __future__ import annotations

from schemagen.errors import Location, TemplateError
from schemagen.packs.known import known_keys, known_keys_of_options
from schemagen.packs.loading import Pack


def lint_pack(pack: Pack) -> list[TemplateError]:
    """Every name in the templates and partials of ``pack`` that no view, or no overview, has, and every one that is
    text of a schema and stands where only a token of the pack's language may, in the order of files and lines."""
    found: dict[str, TemplateError] = {str(problem): problem for problem in pack.unsafe_names()}
    for output in (*pack.outputs, *pack.project_outputs):
        if output.copied is None:
            known = known_keys(is_per_schema=output.rule.is_per_schema) | known_keys_of_options(pack.options)
            problems = output.templates.unknown_names(output.rule.source, known)
            found |= {str(problem): problem for problem in problems}
    return sorted(found.values(), key=lambda problem: _place(problem.location))


def _place(at: Location) -> tuple[str, int, int]:
    return at.path, at.line, at.column
