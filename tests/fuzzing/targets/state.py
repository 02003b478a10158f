"""State, the log and the snapshot, that was damaged, forged or brought back: a build after it is as any other.

What was *damaged* shows that it was, by its checksums: the outputs are right after the build, whatever else changed.
What was *forged* has the right checksums, as whoever can write files of the project can make them: such state may say
of a wrong output that it is fresh, but it stops no build, and nothing outside of the folders of outputs and of state is
touched for it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from unittest.mock import patch
from zlib import crc32

import xxhash

from schemagen.cli import main
from schemagen.state.glance import HEADER
from tests.fuzzing.mutation import mutated_bytes, mutated_value
from tests.fuzzing.running import Execute, Target, showing
from tests.random_builds.builds import young_times_trusted

LOG, SNAPSHOT = ".schemagen/log", ".schemagen/snapshot"
FILES = {
    "pyproject.toml": '[tool.schemagen]\npacks = ["packs/plain"]\n',
    "packs/plain/pack.toml": 'name = "plain"\nlanguage = "text"\nview = "1"\n'
    '[[outputs]]\ntemplate = "plain.mustache"\npath = "{path}.txt"\n'
    '[[outputs]]\ntemplate = "all.mustache"\npath = "all.txt"\nper = "project"\n',
    "packs/plain/plain.mustache": "{{title}} {{> more}}{{#definitions}} {{#node}}{{title}}{{/node}}{{/definitions}}\n",
    "packs/plain/partials/more.mustache": "{{description}}",
    "packs/plain/all.mustache": "{{#schemas}}{{title}} {{/schemas}}\n",
    "schemas/a.json": '{"title": "A", "properties": {"x": {"$ref": "b.json"}}}',
    "schemas/b.json": '{"title": "B", "$id": "https://example.com/b"}',
    "schemas/sub/c.json": '{"title": "C", "properties": {"x": {"$ref": "https://example.com/b"}}}',
    "outside.txt": "not ours\n",
}
OUTPUTS = ("build/a.txt", "build/b.txt", "build/sub/c.txt", "build/all.txt")
_EDITS = (
    ("schemas/b.json", '{"title": "Other", "$id": "https://example.com/b"}'),
    ("schemas/a.json", '{"title": "Alone"}'),
    ("schemas/sub/c.json", '{"title": "C", "properties": {"x": {"$ref": "../d.json"}}}'),
    ("packs/plain/partials/more.mustache", "more {{description}}"),
    ("build/a.txt", "edited\n"),
    ("build/all.txt", ""),
    ("schemas/d.json", '{"title": "D"}'),
)
_GONE = ("build/a.txt", "build/sub/c.txt", "build/all.txt", "schemas/sub/c.json")
_NAMES = (
    *("schema", "inputs", "missing", "opaque", "asked", "ids", "indirect", "outputs", "summary", "seconds", "priority"),
    *(
        "options",
        "aside",
        "files",
        "formats",
        "schemagen",
        "_values_:",
        "why",
        "title",
        "build/a.txt",
        "schemas/b.json",
    ),
    *("outside.txt", "../outside.txt", "/etc/passwd", "generate:a", "index:plain"),
)
_WORDS = (
    b"R\t",
    b"C\t",
    b"D\t",
    b"F\t",
    b"\n",
    b"\t",
    b'"',
    b"{}",
    b"[]",
    b"schemagen-log 2\n",
    b"null",
    b" ",
    b"00000000 ",
)


# What is kept for other checkouts has a target of its own.
NO_CACHE = {"SCHEMAGEN_NO_CACHE": "1"}


class Kept:
    """A project that was built, and builds of it, in an ``environment``, that begin with the same files each time."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str] = NO_CACHE, files: Mapping[str, str] = FILES
    ) -> None:
        self.root = folder
        self._environment = environment
        self._clean: dict[tuple[tuple[str, str | None], ...], dict[str, bytes]] = {}
        self._write(files)
        self.build()
        self.build()
        self.before = self.all_files()
        self._write({"schemas/a.json": '{"title": "Later"}'})
        self.build()
        self.build()
        self.later = {path: self.all_files()[path] for path in (LOG, SNAPSHOT)}

    def _write(self, files: Mapping[str, str]) -> None:
        for path, text in files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def all_files(self) -> dict[str, bytes]:
        files = (file for file in self.root.rglob("*") if file.is_file())
        return {file.relative_to(self.root).as_posix(): file.read_bytes() for file in files}

    def restore(self, state: Mapping[str, bytes | None]) -> None:
        """The project as it was built, but with this ``state``."""
        wanted = {**self.before, **state}
        present = self.all_files()
        for path in present.keys() - {path for path, data in wanted.items() if data is not None}:
            (self.root / path).unlink()
        for path, data in wanted.items():
            if data is not None and present.get(path) != data:
                file = self.root / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)

    def edit(self, edits: tuple[tuple[str, str | None], ...]) -> None:
        for path, text in edits:
            if text is None:
                (self.root / path).unlink(missing_ok=True)
            else:
                self._write({path: text})

    def build(self) -> tuple[int, str]:
        out = io.StringIO()
        with (
            contextlib.chdir(self.root),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
            young_times_trusted(),
            patch.dict(os.environ, self._environment),
        ):
            try:
                code = main(["generate", "-w", "1"])
            except SystemExit as end:  # it cannot start
                code = int(end.code or 0)
        return code, out.getvalue()

    def clean(self, edits: tuple[tuple[str, str | None], ...]) -> dict[str, bytes]:
        """The outputs of a build of the same inputs without any state."""
        if edits not in self._clean:
            self.restore({LOG: None, SNAPSHOT: None, **dict.fromkeys(OUTPUTS)})
            self.edit(tuple(edit for edit in edits if not edit[0].startswith("build/")))
            code, said = self.build()
            assert code in {0, 1}, said
            self._clean[edits] = self.outputs()
        return self._clean[edits]

    def outputs(self) -> dict[str, bytes]:
        return {path: data for path, data in self.all_files().items() if path.startswith("build/")}


def some_edits(chance: Random) -> tuple[tuple[str, str | None], ...]:
    if chance.random() < 0.3:
        return ()
    edits: list[tuple[str, str | None]] = [*_EDITS, *((path, None) for path in _GONE)]
    return tuple(sorted(chance.sample(edits, chance.choice([1, 1, 2])), key=str))


def _begin(damage: Callable[[Kept, Random], dict[str, bytes | None]], *, is_forged: bool) -> Callable[[Path], Execute]:
    def begin(folder: Path) -> Execute:
        kept = Kept(folder)

        def execute(chance: Random) -> None:
            edits = some_edits(chance)
            clean = kept.clean(edits)
            state = damage(kept, chance)
            with showing(state=state, edits=edits):
                kept.restore(state)
                kept.edit(edits)
                there = kept.all_files()
                code, said = kept.build()
                with showing(said=said):
                    assert "SG900" not in said
                    assert "Traceback" not in said
                    assert code == (1 if "SG2" in said else 0)
                    _judge(kept, clean, there, is_forged=is_forged)

        return execute

    return begin


def _judge(kept: Kept, clean: Mapping[str, bytes], there: Mapping[str, bytes], *, is_forged: bool) -> None:
    after = kept.all_files()
    foreign = {path for path in there.keys() | after.keys() if not path.startswith(("build/", ".schemagen/"))}
    for path in foreign:
        assert after.get(path) == there.get(path), path
    if is_forged:
        return
    for path, data in clean.items():
        assert after.get(path) == data, path
    _, said = kept.build()
    assert said.rstrip().rpartition("\n")[2].startswith("0 generated"), said


def _damaged(kept: Kept, chance: Random) -> dict[str, bytes | None]:
    """Bytes changed, files gone, and one of the two from another time."""
    state: dict[str, bytes | None] = {}
    for path in (LOG, SNAPSHOT):
        kind = chance.random()
        data = kept.later[path] if chance.random() < 0.2 else kept.before[path]
        if kind < 0.5:
            state[path] = mutated_bytes(data, chance, _WORDS)
        elif kind < 0.8:
            state[path] = data
        else:
            state[path] = None if kind < 0.9 else chance.randbytes(chance.randint(0, 100))
    return state


def forged_log(data: bytes, chance: Random) -> bytes:
    """``data``, a log, with other records, or parts of them, and the checksums that these have to have."""
    header, *lines = data.rstrip(b"\n").split(b"\n")
    records = [line[9:].split(b"\t") for line in lines]
    for _ in range(chance.randint(1, 3)):
        record = chance.choice(records)
        kind = chance.random()
        if kind < 0.6:
            at = chance.choice([1, 2, 2, 2])
            if not is_json(record[at]):  # it was changed before
                continue
            record[at] = json.dumps(plainly(mutated_value(json.loads(record[at]), chance, _NAMES))).encode()
        elif kind < 0.7:
            record[0] = chance.choice([b"R", b"C", b"D", b"F", b"X", b""])
        elif kind < 0.8:
            at = chance.randrange(3)
            record[at] = mutated_bytes(record[at], chance, _WORDS).replace(b"\n", b"").replace(b"\t", b"")
        elif kind < 0.9:
            records.insert(chance.randrange(len(records)), list(chance.choice(records)))
        else:
            records.remove(record)
            records = records or [[b"R", b'""', b"{}"]]
    texts = [b"\t".join(record) for record in records]
    return header + b"\n" + b"".join(b"%08x %b\n" % (crc32(text), text) for text in texts)


def is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def plainly(value: object) -> object:
    """``value`` with what Python's library cannot write as JSON as text."""
    if isinstance(value, dict):
        return {key: plainly(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plainly(item) for item in value]
    return value if isinstance(value, str | int | None) else str(value)


def forged_snapshot(data: bytes, chance: Random) -> bytes:
    """``data``, a snapshot, changed, with the digest that it has to have."""
    rest = mutated_bytes(
        data[len(HEADER) + 17 :], chance, (b"\0", b"0", b" ", b"\n", b"-1", b"9" * 20, b"{}", b"[]"), 2
    )
    return HEADER + xxhash.xxh3_64_hexdigest(rest).encode() + b"\n" + rest


def _forged(kept: Kept, chance: Random) -> dict[str, bytes | None]:
    log, snapshot = kept.before[LOG], kept.before[SNAPSHOT]
    kind = chance.random()
    if kind < 0.5:
        return {LOG: forged_log(log, chance), SNAPSHOT: None}
    if kind < 0.9:
        return {SNAPSHOT: forged_snapshot(snapshot, chance)}
    return {LOG: forged_log(log, chance), SNAPSHOT: forged_snapshot(snapshot, chance)}


TARGETS = (
    Target("damaged-state", _begin(_damaged, is_forged=False), 30),
    Target("forged-state", _begin(_forged, is_forged=True), 30),
)
