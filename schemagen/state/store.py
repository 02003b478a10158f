"""This module knows how to remember what each task made, and which files are therefore ours.

A *row* is plain JSON data kept under a task's name, in the layout that doit gives it. The row of a task of
ours has its *facts* in ``row["_values_:"]["schemagen"]``, among them ``schema`` (a path) and ``outputs``
(``{path: [key, digest, pack]}``). A file is *ours* if facts name it, or a claim does: a claim is logged
before an output is replaced, so that a build killed between the two still knows what it wrote. Rows of other things
than tasks have no facts.

Record kinds (see ``log``): ``R`` row of a task; ``F`` the row of a task is forgotten, its outputs stay
ours; ``C`` claim, body ``{path: [digest, schema, pack]}``; ``D`` paths that are ours no longer, body
``[path, ...]``.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from schemagen.state.claims import Claims, Origin, owned_by
from schemagen.state.log import Loaded, LogWriter, Record, load_log, read_record, rewrite_log
from schemagen.state.shapes import OURS, VALUES, Row, claims_in, name_in, paths_in, row_in

Place = tuple[int, int]  # offset and length of a record in the log, in bytes
NO_PLACE: Place = (0, 0)
# A log is rewritten when most of it, and more than this many bytes, is out of date.
COMPACT_FROM = 1 << 16


class State:
    """The rows and claims of one project, read from its log when they are first asked for and written as they change.

    ``on_damage`` is told what is wrong with the log when it is read; ``trouble`` says why it can no longer be written.
    """

    def __init__(self, path: Path, on_damage: Callable[[str], None]) -> None:
        self.path = path
        self.trouble = ""
        self._on_damage = on_damage
        self._is_loaded = False
        self._size = 0
        self._others = 0  # the length of the rows whose places are not known
        self._places: dict[str, Place] = {}
        self._writer: LogWriter | None = None
        self._is_together = False
        self._unwritten: list[tuple[str, Place]] = []  # rows that wait for being written, and where they will be
        self._rows: dict[str, bytes] = {}  # empty for one that is read at its place: those that were written
        self._decoded: tuple[str, Row | None] = ("", None)  # the last one: rows are asked for several times in a row
        self._claims = Claims()

    def use_places(self, places: Mapping[str, Place], size: int, live: int) -> None:
        """Read single rows at their ``places`` in the log, which has ``size`` bytes, for as long as that will do;
        ``live`` bytes of it are rows."""
        if not self._is_loaded:
            self._places = dict(places)
            self._size = size
            self._others = live - sum(length for _, length in places.values())

    @property
    def is_loaded(self) -> bool:
        """Whether the whole log was read."""
        return self._is_loaded

    @property
    def size(self) -> int:
        """The size of the log in bytes, when it was closed."""
        return self._size

    def place(self, name: str) -> Place:
        """Where the row of the task ``name`` is in the log."""
        return self._places.get(name, NO_PLACE)

    def _open(self) -> None:
        """Read the log, if single rows of it will not do."""
        if not self._places:
            self._load()

    def _load(self) -> None:
        """Read the whole log, if that was not done yet."""
        if self._is_loaded:
            return
        self.flush()  # what waits is in the log then too
        loaded = _loaded(self.path)
        damage = loaded.damage
        self._is_loaded = True
        self._size = loaded.good_bytes
        self._rows, self._claims, self._places, self._others = {}, Claims(), {}, 0
        for record, start, end in zip(loaded.records, loaded.ends, loaded.ends[1:], strict=False):
            if not self._replay(record, (start, end - start)):
                damage, self._size = f"it is damaged from byte {start} on", start
                break
        if damage:
            self._on_damage(damage)

    def _replay(self, record: Record, place: Place) -> bool:
        """Take in a record; false where it is none that we write. What a row says is looked at when it is asked for."""
        if record.kind in {b"R", b"F"}:
            name = name_in(record.name)
            if name is None:
                return False
            if record.kind == b"F":
                self._forget(name)
            else:
                self._put(name, record.body)
                self._places[name] = place
        elif record.kind == b"C":
            claims = claims_in(record.body)
            if claims is None:
                return False
            self._claims.claim({path: (digest, Origin(*origin)) for path, (digest, *origin) in claims.items()})
        elif record.kind == b"D":
            paths = paths_in(record.body)
            if paths is None:
                return False
            self._claims.release(paths)
        return True

    # -- rows

    def names(self) -> Iterator[str]:
        self._load()
        return iter(list(self._rows))

    def row(self, name: str) -> Row | None:
        """The row of the task ``name``, which the caller must not change, or None."""
        if name not in self._rows:
            if self._is_loaded:
                return None
            self._look_up(name)
            if name not in self._rows:
                return None
        if name != self._decoded[0]:
            raw = self._raw(name)
            self._decoded = name, row_in(raw) if raw else None
        return self._decoded[1]

    def _raw(self, name: str) -> bytes:
        """The row of ``name``, which there is; empty where it can no longer be read."""
        raw = self._rows[name]
        if raw:
            return raw
        record = read_record(self.path, self._places[name])
        return record.body if record is not None and record.kind == b"R" and name_in(record.name) == name else b""

    def _look_up(self, name: str) -> None:
        """Read the row of ``name`` at its place; the whole log where that is not known, or not so."""
        place = self._places.get(name)
        record = read_record(self.path, place) if place else None
        if record is not None and record.kind == b"R" and name_in(record.name) == name:
            self._rows[name] = record.body
        elif place != NO_PLACE:
            self._load()

    def facts(self, name: str) -> dict[str, Any]:
        """What the task ``name`` recorded of its last success, or nothing."""
        return facts_of(self.row(name))

    def put_row(self, name: str, row: Row) -> None:
        """Remember ``row``; what is remembered already (doit saves a group at each run) is not logged again."""
        raw = _encode(row)
        if self.row(name) is not None and raw == self._raw(name):
            return
        self._put(name, raw)
        facts = facts_of(row)
        digests = {path: digest for path, (_, digest, _) in facts.get("outputs", {}).items()}
        self._claim_again(digests, facts)
        self._append(b"R", name, raw)
        self._claims.drop(digests)

    def put_facts(self, name: str, facts: str, why: tuple[str, ...], digests: Mapping[str, str]) -> None:
        """Remember a row of just ``facts``, which is JSON without why; ``digests`` are those of its outputs."""
        raw = f'{{"{VALUES}":{{"{OURS}":{facts[:-1]},"why":{_encoded_reasons(why)}}}}}}}'.encode()
        self._put(name, raw)
        if self._claims.has_released(digests):
            self._claim_again(digests, json.loads(facts))
        self._append(b"R", name, raw)
        self._claims.drop(digests)

    def forget_row(self, name: str) -> None:
        """Forget the row of ``name``: its task is stale. What it wrote stays ours."""
        if self.row(name) is not None:
            self._forget(name)
            self._append(b"F", name, _encode(None))

    def _put(self, name: str, row: bytes) -> None:
        if name in self._rows:
            self._forget(name)
        if self._decoded[0] == name:
            self._decoded = "", None
        self._rows[name] = row

    def _forget(self, name: str) -> None:
        if name in self._rows:
            owned = owned_by(self.facts(name))
            self._claims.claim({path: owned[path] for path in owned.keys() - self._claims.released})
            del self._rows[name]
            self._decoded = "", None
            self._places[name] = NO_PLACE

    # -- ownership

    def claim(
        self, outputs: Mapping[str, str], schema: str, packs: Mapping[str, str], *, is_aside: bool = False
    ) -> None:
        """Say that the files ``{path: digest}`` are about to be written by us, made by ``{path: pack}``."""
        self._open()
        claims = {path: (digest, Origin(schema, packs[path], is_aside)) for path, digest in outputs.items()}
        self._claims.claim(claims)
        self._append(b"C", "", _encode_claims(claims))

    def _claim_again(self, paths: Collection[str], facts: Mapping[str, Any]) -> None:
        """Log a claim of those of the ``paths`` that ``facts`` name which were released, and were not written since:
        they were there with the right bytes."""
        if self._claims.has_released(paths):
            owned = owned_by(facts)
            again = {path: owned[path] for path in owned.keys() & self._claims.released}
            self._claims.claim(again)
            self._append(b"C", "", _encode_claims(again))

    def release(self, paths: Iterable[str]) -> None:
        """Say that ``paths`` exist no longer, or are no longer ours."""
        gone = list(paths)
        if gone:
            self._open()
            self._claims.release(gone)
            self._append(b"D", "", _encode(gone))

    def owns(self, name: str, path: str, digest: str) -> bool:
        """Whether the bytes with ``digest`` are ones that we wrote to ``path`` for the task ``name``, or for another
        before it."""
        self._load()
        recorded = owned_by(self.facts(name)).get(path)
        return self._claims.holds(path, digest) or (recorded is not None and recorded[0] == digest)

    def knows(self, name: str) -> bool:
        """Whether we may ever have written anything for the task ``name``, or for another in its place."""
        self._load()
        return bool(self._claims) or self.row(name) is not None

    def wrote(self, name: str, path: str) -> bool:
        """Whether we ever wrote anything to ``path``, for the task ``name`` or for another before it."""
        self._load()
        return path in self._claims or path in self.facts(name).get("outputs", ())

    def owned(self) -> dict[str, dict[str, Origin]]:
        """Every path that we wrote, with the digests that we wrote there and where they come from."""
        self._load()
        owned = self._claims.all()
        for name in self.names():
            for path, (digest, origin) in owned_by(self.facts(name)).items():
                owned.setdefault(path, {})[digest] = origin
        return owned

    # -- the file

    def _append(self, kind: bytes, name: str, body: bytes) -> None:
        """Log a record, where anything can be written."""
        if self.trouble:
            return
        try:
            if self._writer is None:
                self._writer = LogWriter(self.path, self._size)
        except OSError as error:
            self._give_up(error)
            return
        place = self._writer.append(Record(kind, _encode(name), body))
        if kind == b"R":
            self._unwritten.append((name, place))
        if not self._is_together:
            self.flush()

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Let what is logged here wait for ``flush``, or for the end: one write for many records."""
        self._is_together = True
        try:
            yield
        finally:
            self._is_together = False
            self.flush()

    def flush(self) -> None:
        """Write what waits; the rows among it need not be held in memory then."""
        if self._writer is None or self.trouble:
            return
        try:
            self._writer.flush()
        except OSError as error:
            self._give_up(error)
            return
        for name, place in self._unwritten:
            if name in self._rows:
                self._rows[name] = b""
                self._places[name] = place
        self._unwritten.clear()

    def _give_up(self, error: OSError) -> None:
        # What is not remembered is made again: a full disk here must not fail a build whose outputs are
        # written. Nothing follows a torn record, so that what is before it stays good.
        self.trouble = error.strerror or str(error)

    def close(self) -> None:
        """Close the file; rewrite it first where most of it is out of date."""
        if self._writer is None:
            return
        self.flush()
        self._writer.close()
        self._size = self._writer.size
        self._writer = None
        live = self._others + sum(length for _, length in self._places.values())
        if self._size > COMPACT_FROM + 2 * live and not self.trouble:
            try:
                self.compact()
            except OSError as error:  # the old log is intact, and only longer than it need be
                self.trouble = error.strerror or str(error)

    def compact(self) -> None:
        """Rewrite the log with the present rows, and the claims that no row repeats."""
        self._load()
        for name in self.names():
            self._claims.drop({path: digest for path, (digest, _) in owned_by(self.facts(name)).items()})
        rows = {name: raw for name in self._rows if (raw := self._raw(name))}
        records = [Record(b"R", _encode(name), raw) for name, raw in rows.items()]
        records += [
            Record(b"C", b'""', _encode({path: [digest, *origin.to_list()]}))
            for path, digests in sorted(self._claims.all().items())
            for digest, origin in digests.items()
        ]
        places = rewrite_log(self.path, records)
        self._rows = {name: self._rows[name] for name in rows}
        self._places = dict(zip(rows, places, strict=False))
        self._size = self.path.stat().st_size


def _loaded(path: Path) -> Loaded:
    """What the log at ``path`` holds. One that cannot be read is damaged like any other, and stops no build."""
    try:
        return load_log(path)
    except OSError as error:
        return Loaded((), (0,), f"cannot read: {error.strerror}")


# JSON, as rows have it.
encode = json.JSONEncoder(separators=(",", ":")).encode


def _encode(value: object) -> bytes:
    return encode(value).encode()


@lru_cache(maxsize=64)
def _encoded_reasons(why: tuple[str, ...]) -> str:
    # Most often it is the same for all that a build makes.
    return encode(why)


def _encode_claims(claims: Mapping[str, tuple[str, Origin]]) -> bytes:
    return _encode({path: [digest, *origin.to_list()] for path, (digest, origin) in claims.items()})


def facts_of(row: Row | None) -> dict[str, Any]:
    """What the row of a task of ours says of its last success; nothing for other rows."""
    values = (row or {}).get(VALUES)
    facts = values.get(OURS) if isinstance(values, dict) else None
    return facts if isinstance(facts, dict) else {}
