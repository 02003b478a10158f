"""The readers of the log and of the snapshot, alone: whatever the bytes are, they are read, or passed over."""

from __future__ import annotations

import contextlib
from pathlib import Path
from random import Random
from zlib import crc32

import xxhash

from schemagen.state.glance import HEADER as SNAPSHOT_HEADER
from schemagen.state.glance import differing, load_parts, paths_of
from schemagen.state.log import HEADER as LOG_HEADER
from schemagen.state.snapshot import Snapshot, load_snapshot, write_snapshot
from schemagen.state.store import State, facts_of
from tests.fuzzing.mutation import mutated_bytes
from tests.fuzzing.running import Execute, Target, showing
from tests.fuzzing.targets.state import LOG, SNAPSHOT, Kept, forged_log, forged_snapshot

WORDS = (
    *(
        b"R\t",
        b"C\t",
        b"D\t",
        b"F\t",
        b"\t",
        b"\n",
        b'"generate:a"',
        b'""',
        b"{}",
        b"[]",
        b"null",
        b'{"_values_:": {"schemagen": ',
    ),
    *(
        b'"inputs": {',
        b'"outputs": {',
        b'"build/a.txt": ["k", "',
        b"0" * 32,
        b'"missing": []',
        b'"asked": {}',
        b'"ids": []',
    ),
    *(
        b'"options": ""',
        b'"schema": "a"',
        b"\0",
        b"little ",
        b" 0",
        b" 64",
        b"\xff" * 8,
        b"\0" * 8,
        b"\1" + b"\0" * 7,
        b"-1",
    ),
)
AS_IT_IS, CHECKED_LOG, CHECKED_SNAPSHOT = range(3)
KINDS = 3


def with_checksums(data: bytes, kind: int) -> tuple[str, bytes]:
    """Which file ``data`` is to be, and its bytes: with checksums that are right, but for a kind that has none."""
    if kind == CHECKED_LOG:
        return LOG, LOG_HEADER + b"".join(b"%08x %b\n" % (crc32(line), line) for line in data.split(b"\n"))
    if kind == CHECKED_SNAPSHOT:
        return SNAPSHOT, SNAPSHOT_HEADER + xxhash.xxh3_64_hexdigest(data).encode() + b"\n" + data
    return (SNAPSHOT, data) if data.startswith(SNAPSHOT_HEADER) else (LOG, data)


def read_file(folder: Path, name: str, data: bytes) -> None:
    """Read ``data`` as the file ``name`` of the state, and do with it all that a build may."""
    file = folder / Path(name).name
    file.write_bytes(data)
    if name == LOG:
        _read_log(file)
    else:
        _read_snapshot(file)


def _read_log(file: Path) -> None:
    told: list[str] = []
    state = State(file, told.append)
    for name in state.names():
        facts = facts_of(state.row(name))
        assert isinstance(facts.get("outputs", {}), dict)
        state.owns(name, "build/a.txt", "0" * 32)
        state.wrote(name, "build/a.txt")
    before = state.owned()
    state.claim({"build/a.txt": "0" * 32}, "schemas/a.json", {"build/a.txt": "plain"})
    state.put_row("other", {"deps:": []})
    names = set(state.names())
    state.release(["build/gone.txt"])
    state.close()
    again = State(file, lambda damage: told.append(f"again: {damage}"))
    assert set(again.names()) == names
    assert again.owned().keys() >= before.keys() - {"build/gone.txt"}
    assert not any(damage.startswith("again") for damage in told), told
    again.compact()
    assert set(State(file, lambda damage: told.append(f"again: {damage}")).names()) <= names
    assert not any(damage.startswith("again") for damage in told), told


def _read_snapshot(file: Path) -> None:
    loaded = load_parts(str(file))
    if loaded is None:
        return
    paths = paths_of(loaded[3][2])
    _, inputs, outputs = loaded[2]
    if len(paths) >= inputs + outputs:
        with contextlib.suppress(OverflowError):  # which a build knows
            differing(paths, loaded[3][0], inputs, outputs)
    snapshot: Snapshot | None = None
    with contextlib.suppress(ValueError):  # which a build knows too: it looks at everything then
        snapshot = load_snapshot(str(file))
        assert snapshot is not None
        columns = snapshot.columns()
        columns.known_ids()
        for task in range(len(columns)):
            assert all(path < len(snapshot.paths) for path in columns.outputs_of(task))
            columns.place(task)
        columns.touching(set(range(3)))
        columns.schemas()
        write_snapshot(str(file), snapshot)
        assert load_parts(str(file)) is not None


def seeds(folder: Path) -> list[bytes]:
    """The log, as lines without checksums, and what is behind the digest of the snapshot, of a project that was built;
    before each the byte that says what it is."""
    kept = Kept(folder)
    log = b"\n".join(line[9:] for line in kept.before[LOG].split(b"\n")[1:-1])
    snapshot = kept.before[SNAPSHOT][len(SNAPSHOT_HEADER) + 17 :]
    return [bytes([CHECKED_LOG]) + log, bytes([CHECKED_SNAPSHOT]) + snapshot, bytes([AS_IT_IS]) + kept.before[LOG]]


def read_input(folder: Path, data: bytes) -> None:
    """Read an input whose first byte says what it is."""
    name, made = with_checksums(data[1:], data[0] % KINDS if data else AS_IT_IS)
    read_file(folder, name, made)


def _begin(folder: Path) -> Execute:
    (folder / "project").mkdir()
    kept = Kept(folder / "project")
    plain = seeds(folder / "project")

    def execute(chance: Random) -> None:
        kind = chance.randrange(4)
        if kind == 0:
            name, data = LOG, forged_log(kept.before[LOG], chance)
        elif kind == 1:
            name, data = SNAPSHOT, forged_snapshot(kept.before[SNAPSHOT], chance)
        else:
            seed = chance.choice(plain)
            name, data = with_checksums(mutated_bytes(seed[1:], chance, WORDS), seed[0])
        with showing(name=name, data=data):
            read_file(folder, name, data)

    return execute


TARGETS = (Target("state-files", _begin, 400),)
