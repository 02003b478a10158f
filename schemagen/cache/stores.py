"""This module knows how to use a folder and a store beyond this machine as one: to find outputs, and to keep them.

The folder is asked first. Of what it has not, whole groups are brought from the other store, into the folder: see
``groups``. What goes wrong is told once, and is never more than an output that has to be generated.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from schemagen.cache.digests import sha256_of
from schemagen.cache.folder import BLOBS, MAPPINGS, FolderStore, Unusable, differing, name_of
from schemagen.cache.groups import groups_of
from schemagen.cache.keys import Keys
from schemagen.cache.mapping import (
    MOST_MAPPING_BYTES,
    Damaged,
    Group,
    New,
    check_output,
    decode,
    encode,
    key_of_group,
    make_group,
)
from schemagen.cache.objects import Failure, Order
from schemagen.cache.pruning import is_due, prune
from schemagen.cache.settings import Settings
from schemagen.plan import Task

if TYPE_CHECKING:
    from schemagen.cache.courier import Courier

# A group in the folder is what was made after each other: up to so many outputs, or bytes.
_MOST_OUTPUTS, _MOST_BYTES = 1024, 4 << 20
# A group beyond this machine has no more bytes.
_MOST_GROUP_BYTES = 32 << 20
# Where there is no folder, what is brought is held in memory, up to so many bytes.
_MOST_HELD_BYTES = 128 << 20

# The bytes of each output of a task, as they are recorded, in their order; None where they are not to be had.
BytesOf = Callable[[Task], Sequence[bytes] | None]


class _Ready(NamedTuple):
    """A group that is to be kept, and its blob."""

    group: Group
    blob: bytes


class Cache:
    """Where the outputs of one build are found and kept; ``keys`` names them. ``warn`` is told what a person should
    know."""

    def __init__(self, settings: Settings, keys: Keys, warn: Callable[[str], None]) -> None:
        self._settings = settings
        self._keys = keys
        self._warn = warn
        self._has_warned = False
        self._different: list[str] = []
        self._folder = self._opened()
        self._courier = _courier(settings.url) if settings.url else None
        self._held: dict[str, tuple[Group, bytes]] = {}  # by the keys of outputs
        self._held_bytes = 0
        self._there: set[str] = set()  # the keys of groups that are beyond this machine, whole
        self._broken: set[str] = set()  # the names of objects there that are no good

    def _opened(self) -> FolderStore | None:
        settings = self._settings
        if not settings.folder:
            return None
        is_read_only = settings.is_read_only and not settings.url
        store = FolderStore(settings.folder, settings.secret if not settings.is_own else b"", is_read_only=is_read_only)
        try:
            return store if store.open() else None
        except Unusable as error:
            self._say(f"it is not used: {error.why}", settings.folder)
        except OSError as error:
            if not settings.is_own:  # nobody asked for one, where there can be none
                self._say(f"it is not used: {error.strerror}", settings.folder)
        return None

    def begin(self) -> None:
        """Begin what takes time, before threads are started: what is forked then is quicker there."""
        if self._courier is not None:
            self._courier.start()

    def close(self) -> None:
        """End what was begun, and say what is to be said at the end."""
        if self._courier is not None:
            self._courier.close()
        if self._folder is not None:
            self._folder.close()
        if self._different:
            first, others = self._different[0], len(self._different) - 1
            more = f" (and {others} more)" if others else ""
            self._warn(
                f"{first}:1:1: warning: was made with other bytes before, from the same inputs{more}: what makes it is"
                " not deterministic, or somebody else wrote what the cache has"
            )
            self._different.clear()

    # -- finding

    def bring(self, wanted: Iterable[Task], everything: Iterable[Task]) -> None:
        """Bring what the folder has not of the tasks ``wanted`` from beyond this machine; ``everything`` are all tasks
        of the project."""
        if self._courier is None:
            return
        lacking = {task.name for task in wanted if self._lacks(task)}
        asked: dict[str, str] = {}
        for tasks in groups_of(everything) if lacking else ():
            if not lacking.isdisjoint(task.name for task in tasks):
                key = key_of_group(key for task in tasks for key in self._keys.of(task))
                asked[name_of(MAPPINGS, key)] = key
        groups: dict[str, list[Group]] = {}
        for order, result in self._carry(Order("get", name, MOST_MAPPING_BYTES) for name in asked):
            if (
                isinstance(result, bytes)
                and (group := self._decoded(order.name, result, asked[order.name])) is not None
            ):
                groups.setdefault(name_of(BLOBS, group.blob), []).append(group)
        for order, result in self._carry(Order("get", name, groups[name][0].size) for name in groups):
            if isinstance(result, bytes):
                for group in groups[order.name]:
                    self._take(group, order.name, result)
        self._flush()

    def _lacks(self, task: Task) -> bool:
        keys = self._keys.of(task)
        folder = self._folder
        if not keys or folder is None:
            return bool(keys)
        try:
            return not all(folder.known(key) for key in keys)
        except (Damaged, OSError):  # it is told when it is read
            return True

    def _decoded(self, name: str, data: bytes, key: str) -> Group | None:
        try:
            return decode(data, key, self._settings.secret)
        except Damaged as damage:
            self._say(f"{name}: {damage.why}: what it is about is generated")
            if not damage.is_unsigned:
                self._broken.add(name)
            return None

    def _take(self, group: Group, name: str, blob: bytes) -> None:
        if len(blob) != group.size or sha256_of(blob) != group.blob:
            self._broken.add(name)
            self._say(f"{name}: its bytes are others: what is in it is generated")
            return
        self._there.add(group.key)
        if self._folder is not None:
            self._in_folder(partial(FolderStore.keep_group, group=group, pieces=[blob]))
        elif self._held_bytes + len(blob) <= _MOST_HELD_BYTES:
            self._held_bytes += len(blob)
            self._held |= dict.fromkeys(group.outputs, (group, blob))

    def find(self, task: Task, paths: Collection[str]) -> dict[str, bytes] | None:
        """The bytes of those outputs of ``task`` that are at ``paths``, by path, if all of them are known."""
        found: dict[str, bytes] = {}
        for key, output in zip(self._keys.of(task), task.outputs, strict=False):
            if output.path in paths:
                data = self._read(key, output.below)
                if data is None:
                    return None
                found[output.path] = data
        return found or None

    def _read(self, key: str, path: str) -> bytes | None:
        try:
            if key in self._held:
                group, blob = self._held[key]
                kept = group.outputs[key]
                data = blob[kept.start : kept.start + kept.size]
                check_output(kept, path, data)
                return data
            return None if self._folder is None else self._folder.read(key, path)
        except Damaged as damage:
            self._say(f"{path} cannot be taken from it: {damage.why}: it is generated")
        except OSError as error:
            self._folder = None
            self._say(f"it is not used: {error.strerror}", self._settings.folder)
        return None

    # -- keeping

    def keep(self, made: Sequence[Task], everything: Iterable[Task], bytes_of: BytesOf) -> None:
        """Keep what was ``made`` in this build; ``everything`` as in ``bring``, nothing where not all are known."""
        if self._settings.is_read_only and not self._settings.url:
            return
        if self._folder is not None:
            for outputs in _chunks(self._new(made, bytes_of)):
                self._in_folder(partial(FolderStore.keep, outputs=outputs))
            self._flush()
            self._prune()
        if self._courier is not None and not self._settings.is_read_only:
            names = {task.name for task in made}
            self._send(self._ready(names, everything, bytes_of))

    def _new(self, made: Iterable[Task], bytes_of: BytesOf) -> Iterator[New]:
        """What of the outputs of tasks the folder has not."""
        for task in made:
            keys = self._keys.of(task)
            datas = bytes_of(task) if keys and self._keys.still_hold(task) else None
            for key, output, data in zip(keys, task.outputs, datas or (), strict=False):
                known = self._known(key)
                if known is None:
                    yield New(key, output.below, data)
                elif known != sha256_of(data):
                    self._different.append(output.path)

    def _known(self, key: str) -> str | None:
        try:
            kept = None if self._folder is None else self._folder.known(key)
        except (Damaged, OSError):  # it is in quarantine now, or told when it is written
            return None
        return None if kept is None else kept.sha256

    def _flush(self) -> None:
        def flush(folder: FolderStore) -> list[str]:
            folder.flush()
            return []

        self._in_folder(flush)

    def _in_folder(self, keep: Callable[[FolderStore], list[str]]) -> None:
        if self._folder is None:
            return
        try:
            self._different += keep(self._folder)
        except OSError as error:
            self._folder = None
            self._say(f"nothing is kept in it: {error.strerror}", self._settings.folder)

    def _prune(self) -> None:
        if self._folder is None:
            return
        try:
            if is_due(self._folder, self._settings.limit):
                prune(self._folder, self._settings.limit)
        except OSError as error:
            self._say(f"it cannot be pruned: {error.strerror}", self._settings.folder)

    def _ready(self, made: Collection[str], everything: Iterable[Task], bytes_of: BytesOf) -> Iterator[_Ready]:
        """The groups with something in them that was made, if all that is in them can be had."""
        for tasks in groups_of(everything):
            if not any(task.name in made for task in tasks):
                continue
            outputs: list[New] = []
            is_whole = True
            for task in tasks:
                keys = self._keys.of(task)
                datas = () if not keys else bytes_of(task) if self._keys.still_hold(task) else None
                is_whole = is_whole and datas is not None
                outputs += map(New, keys, (output.below for output in task.outputs), datas or ())
            fits = 0 < sum(len(output.data) for output in outputs) <= _MOST_GROUP_BYTES
            if is_whole and fits and key_of_group(output.key for output in outputs) not in self._there:
                yield _Ready(*make_group(outputs))

    def _send(self, ready: Iterable[_Ready]) -> None:
        """Put blobs beyond this machine, and then the mappings of those that are there."""
        waiting: dict[str, list[Group]] = {}

        def blobs() -> Iterator[Order]:
            for group, blob in ready:
                name = name_of(BLOBS, group.blob)
                waiting.setdefault(name, []).append(group)
                yield self._order(name, blob)

        done = {order.name for order, result in self._carry(blobs(), keeps=True) if not isinstance(result, Failure)}
        groups = {name_of(MAPPINGS, group.key): group for name in waiting if name in done for group in waiting[name]}
        secret = self._settings.secret
        orders = (self._order(name, encode(group, secret)) for name, group in groups.items())
        present = [order.name for order, result in self._carry(orders, keeps=True) if result is False]
        for order, result in self._carry(Order("get", name, MOST_MAPPING_BYTES) for name in present):
            group = groups[order.name]
            if isinstance(result, bytes) and (other := self._decoded(order.name, result, group.key)) is not None:
                self._different += differing(group, other)

    def _order(self, name: str, data: bytes) -> Order:
        return Order("replace" if name in self._broken else "put", name, data)

    def _carry(self, orders: Iterable[Order], *, keeps: bool = False) -> Iterator[tuple[Order, object]]:
        """The results of ``orders``; what goes wrong is said."""
        if self._courier is None or self._courier.trouble:
            return
        for order, result in self._courier.carry(orders):
            if isinstance(result, Failure):
                self._say(
                    f"{order.name}: {result.why}: {'it is not kept' if keeps else 'what it is about is generated'}"
                )
            yield order, result
        if self._courier.trouble:
            self._say(f"it is asked no more: {self._courier.trouble}")

    def _say(self, why: str, where: str = "") -> None:
        """Warn, if that was not done yet: one of many is as good as all."""
        if not self._has_warned:
            self._has_warned = True
            self._warn(f"{where or self._settings.shown}:1:1: warning: the cache: {why}")


def _courier(url: str) -> Courier:
    from schemagen.cache.courier import Courier  # with all that starts processes, which few builds need

    return Courier(url)


def _chunks(outputs: Iterable[New]) -> Iterator[list[New]]:
    chunk: list[New] = []
    size = 0
    for output in outputs:
        chunk.append(output)
        size += len(output.data)
        if len(chunk) >= _MOST_OUTPUTS or size >= _MOST_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
