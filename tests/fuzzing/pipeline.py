"""This module knows how to take a schema all the way in this process, and what must be so of what comes out."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import html5lib

from schemagen.config import Config
from schemagen.digest import digest_of
from schemagen.generate import render_outputs, whole_view
from schemagen.metaschema import check_schema
from schemagen.model import Resolution, Schema, SchemaFile
from schemagen.overview import summarise
from schemagen.packs import Options, Pack, load_packs
from schemagen.recursion import deep_recursion
from schemagen.refs import Library
from schemagen.sources import parse_schema
from tests.fuzzing.judging import refusing
from tests.fuzzing.samples import BUILT_IN

_CHOSEN = {
    **{name: {"faithful": True} for name in ("python", "typeddict", "pydantic")},
    "typescript": {"faithful": True, "readonly": True},
}


class Pipeline:
    """All built-in packs, each with its options as they are and, if it has any, with all of them the other way."""

    def __init__(self, folder: Path) -> None:
        plain = load_packs(BUILT_IN, folder)
        chosen = load_packs(list(_CHOSEN), folder, Options(_CHOSEN))
        self._packs: tuple[tuple[Pack, ...], ...] = (plain, plain, chosen)
        self._config = Config(str(folder), schemas=(), packs=BUILT_IN)
        for pack in (*plain, *chosen):
            for output in pack.outputs:
                output.prepare()

    def take(self, data: bytes, number: int, name: str = "thing", suffix: str = ".json") -> dict[str, bytes]:
        """The outputs of the schema whose text is ``data``, none where it is refused; ``number`` chooses the rest."""
        file = SchemaFile(name, f"{name}{suffix}")
        config = replace(
            self._config,
            unresolved_refs="opaque" if number % 2 else "error",
            json_comments=number % 5 == 0,
        )
        packs = self._packs[number % 3]
        outputs: dict[str, bytes] = {}
        with deep_recursion(), refusing({file.path: data}):
            schema = parse_schema(file, data, digest_of(data), config)
            check_schema(schema)
            resolution = Library([schema], config).resolve(schema)
            outputs = rendered(schema, resolution, packs)
            if number % 40 == 0:
                whole_view(schema, resolution)
                assert rendered(schema, resolution, packs) == outputs, "not the same each time"
            summarise(schema)
        judge_outputs(outputs, is_thorough=number % 10 == 0)
        return outputs


def rendered(schema: Schema, resolution: Resolution, packs: tuple[Pack, ...]) -> dict[str, bytes]:
    # Pack by pack: two of them make outputs with the same names, which a project may not.
    made: dict[str, bytes] = {}
    for pack in packs:
        wanted = {output.path_for(schema.name) for output in pack.outputs}
        for path, pieces in render_outputs(schema, resolution, [pack], wanted):
            made[f"{pack.name}/{path}"] = b"".join(pieces)
    return made


def judge_outputs(outputs: dict[str, bytes], *, is_thorough: bool) -> None:
    """Raise unless every output is what its name says, as far as a parser can tell that is at hand."""
    for path, data in outputs.items():
        text = data.decode()
        judge = _JUDGES.get(path.rpartition(".")[2])
        if judge is not None and (is_thorough or judge is _judge_python):
            try:
                judge(text)
            except Exception as error:  # of any parser: it is raised again, with what was parsed
                error.add_note(f"{path}:\n{text[:30_000]}")
                raise


def _judge_python(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # an escape that is none, say
        ast.parse(text)


def _judge_html(text: str) -> None:
    html5lib.HTMLParser(strict=True).parse(text)


_JUDGES: dict[str, Callable[[str], None]] = {"py": _judge_python, "html": _judge_html}
