"""Schemas, invented or changed: what comes of them is refused, or is whole Python, whole HTML."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from schemagen.config import Config
from schemagen.jsontext import dumps, parse
from schemagen.loading import load_project
from schemagen.packs import load_packs
from schemagen.recursion import deep_recursion
from tests.fuzzing.inventing import DIALECTS, KEYWORDS, invented_schema
from tests.fuzzing.judging import judge, refusing
from tests.fuzzing.mutation import mutated_bytes, mutated_value
from tests.fuzzing.pipeline import Pipeline, judge_outputs, rendered
from tests.fuzzing.running import Execute, Target, showing
from tests.fuzzing.samples import BUILT_IN, schemas, suite_schemas

WORDS = (
    *(f'"{keyword}": '.encode() for keyword in KEYWORDS),
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b"true", b"false", b"null", b"1e400", b"-0", b"{}", b'"\\ud800"'),
)


def _invent(chance: Random) -> bytes:
    return dumps(invented_schema(chance)).encode()


def _change_structure(chance: Random) -> bytes:
    texts = suite_schemas() if chance.random() < 0.4 else schemas()
    document = mutated_value(parse(chance.choice(texts), ""), chance, KEYWORDS)
    if isinstance(document, dict) and chance.random() < 0.9:
        document["$schema"] = chance.choice(DIALECTS)  # most do not know those that are merely like one
    return dumps(document).encode()


def _change_bytes(chance: Random) -> bytes:
    texts = suite_schemas() if chance.random() < 0.4 else schemas()
    return mutated_bytes(chance.choice(texts), chance, WORDS, 2)


def _through(make: Callable[[Random], bytes]) -> Callable[[Path], Execute]:
    def begin(folder: Path) -> Execute:
        pipeline = Pipeline(folder)

        def execute(chance: Random) -> None:
            data = make(chance)
            with showing(data=data):
                pipeline.take(data, chance.randrange(1 << 20))

        return execute

    return begin


def _begin_projects(folder: Path) -> Execute:
    """Two to four schemas that refer to each other, as files: loaded, planned and rendered as a build does."""
    packs = {name: load_packs([name], folder) for name in BUILT_IN}
    names = ("a", "b", "sub/c", "sub/d")
    (folder / "schemas/sub").mkdir(parents=True)

    def execute(chance: Random) -> None:
        count = chance.randint(2, 4)
        beside = ("a.json", "b.json", "sub/c.json", "../a.json", "d.json", "../sub", "nothing.json")
        files: dict[str, bytes] = {}
        for name in names[:count]:
            invented = invented_schema(chance, beside)
            files[f"schemas/{name}.json"] = dumps(invented).encode()
        for name in names:
            (folder / f"schemas/{name}.json").unlink(missing_ok=True)
        for path, data in files.items():
            (folder / path).write_bytes(data)
        pack = chance.choice(BUILT_IN)
        config = Config(str(folder), packs=(pack,), unresolved_refs=chance.choice(["error", "opaque"]))
        with showing(files=files, pack=pack, unresolved_refs=config.unresolved_refs), deep_recursion():
            project = load_project(config, load=lambda *_: packs[pack])
            for task in project.tasks.values():
                if task.problem is not None:
                    judge(task.problem, files)
                    continue
                with refusing(files):
                    judge_outputs(
                        rendered(*project.resolved(task.name), project.packs), is_thorough=chance.random() < 0.1
                    )

    return execute


TARGETS = (
    Target("invented-schemas", _through(_invent), 60),
    Target("changed-schemas", _through(_change_structure), 60),
    Target("damaged-schemas", _through(_change_bytes), 120),
    Target("invented-projects", _begin_projects, 60),
)
