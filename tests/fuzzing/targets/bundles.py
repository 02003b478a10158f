"""A document that is too large to be read whole, damaged, and what is kept of where its definitions are, forged."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import xxhash

from schemagen.bundles.index import HEADER
from tests.fuzzing.inventing import KEYWORDS
from tests.fuzzing.mutation import mutated_bytes, mutated_value
from tests.fuzzing.running import Execute, Target, showing
from tests.fuzzing.targets.schemas import WORDS
from tests.fuzzing.targets.state import FILES, LOG, NO_CACHE, SNAPSHOT, Kept, plainly

_COUNT = 10
_DOCUMENT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://example.com/bundle",
    "$defs": {
        f"D{number}": {
            "title": f"Title {number}",
            "description": 'What it is for: é, {, "quoted" and more of it, so that it is not too short.',
            "properties": {"next": {"$ref": f"#/$defs/D{(number + 1) % _COUNT}"}, "own": {"type": "string"}},
        }
        for number in range(_COUNT)
    },
}
_BUNDLE = "bundle.json"
_FILES = {
    **{path: text for path, text in FILES.items() if not path.startswith("schemas/")},
    "pyproject.toml": '[tool.schemagen]\npacks = ["packs/plain"]\nmax_schema_bytes = 1000\n'
    'schemas = ["bundle.json#/$defs/*"]\n',
    _BUNDLE: json.dumps(_DOCUMENT, indent=1, ensure_ascii=False),
}
_INDEX_WORDS = (
    b"\0" * 8,
    b"\xff" * 8,
    b"\1" + b"\0" * 7,
    b"\xff\xff",
    b'"#/$defs"',
    b"[",
    b"]",
    b"0",
    b"-1",
    b"9" * 20,
    b"\n",
    b"null",
)


def _begin(folder: Path) -> Execute:
    kept = Kept(folder, NO_CACHE, _FILES)
    (index,) = [path for path, data in kept.before.items() if data.startswith(HEADER)]
    text = kept.before[_BUNDLE]

    def execute(chance: Random) -> None:
        state: dict[str, bytes | None] = {}
        is_forged = chance.random() < 0.5
        if is_forged:
            rest = mutated_bytes(kept.before[index][len(HEADER) + 17 :], chance, _INDEX_WORDS, 2)
            state[index] = HEADER + xxhash.xxh3_64_hexdigest(rest).encode() + b"\n" + rest
        if chance.random() < 0.6:
            state[SNAPSHOT] = None
        if chance.random() < 0.3:
            state[LOG] = None
        if not is_forged or chance.random() < 0.5:
            state[_BUNDLE] = _changed(text, chance)
        with showing(state=state, is_forged=is_forged):
            _judge(kept, state, index, is_forged=is_forged)

    return execute


def _changed(text: bytes, chance: Random) -> bytes:
    if chance.random() < 0.5:
        return mutated_bytes(text, chance, WORDS, 2)
    document = plainly(mutated_value(json.loads(text), chance, KEYWORDS, 2))
    return json.dumps(document, indent=1, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _judge(kept: Kept, state: dict[str, bytes | None], index: str, *, is_forged: bool) -> None:
    kept.restore(state)
    there = kept.all_files()
    code, said = kept.build()
    with showing(said=said):
        assert "SG900" not in said
        assert "Traceback" not in said
        assert code in {0, 1, 3}, code
        after = kept.all_files()
        foreign = {path for path in there.keys() | after.keys() if not path.startswith(("build/", ".schemagen/"))}
        assert all(after.get(path) == there.get(path) for path in foreign)
        if is_forged or code:
            return
        made = kept.outputs()
        kept.restore({**state, LOG: None, SNAPSHOT: None, index: None, **dict.fromkeys(made)})
        for path in kept.outputs():
            (kept.root / path).unlink()
        assert kept.build()[0] == 0
        assert made == kept.outputs()


TARGETS = (Target("bundles", _begin, 30),)
