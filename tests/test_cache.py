"""What a cache gives is never trusted: whatever is done to its files, an output is right or is not there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from schemagen.cache import engine
from schemagen.cache.courier import Courier
from schemagen.cache.digests import framed, sha256_fields, sha256_of
from schemagen.cache.folder import FolderStore
from schemagen.cache.groups import MOST_TASKS, groups_of
from schemagen.cache.index import RECORD, Index
from schemagen.cache.mapping import (
    MOST_MAPPING_BYTES,
    Damaged,
    New,
    check_output,
    decode,
    encode,
    key_of_group,
    local_group,
    make_group,
)
from schemagen.cache.objects import Order, reason_of, shown
from schemagen.cache.pruning import prune, sizes, verify
from schemagen.plan import Links, Task
from tests.conftest import IS_WHOLE

OUTPUTS = [
    New(sha256_of(b"a"), "a.txt", b"the bytes of a"),
    New(sha256_of(b"b"), "sub/b.txt", b""),
    New(sha256_of(b"c"), "c.txt", b"the bytes of c\n"),
]
GROUP, BLOB = make_group(OUTPUTS)
SECRET = b"a secret"


def keep(store: FolderStore, outputs: list[New]) -> list[str]:
    different = store.keep(outputs)
    store.flush()
    return different


def found_in(store: FolderStore) -> Iterator[bytes | None]:
    """What ``store`` gives for each output, None too where it says that it is damaged."""
    for output in OUTPUTS:
        try:
            yield store.read(output.key, output.path)
        except Damaged:
            yield None


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The files of a folder in which the three outputs are kept, as they are then."""
    keep(FolderStore(str(tmp_path / "kept")), OUTPUTS)
    return tmp_path / "kept"


def test_outputs_that_are_kept_are_found(kept: Path) -> None:
    assert list(found_in(FolderStore(str(kept)))) == [output.data for output in OUTPUTS]


def test_every_byte_of_every_file_flipped_or_cut_gives_right_bytes_or_none(kept: Path) -> None:
    """Also with every bit of each byte, and cut everywhere, with the whole of the tests."""
    files = [file for file in sorted(kept.rglob("*")) if file.is_file() and file.name != "tally"]
    assert len(files) == 2 + 3
    right = {output.data for output in OUTPUTS}
    damages = 0
    for file in files:
        whole = file.read_bytes()
        assert whole
        bits = range(8) if IS_WHOLE else (0,)
        spoiled = [
            whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :] for at in range(len(whole)) for bit in bits
        ]
        spoiled += [whole[:at] for at in range(0, len(whole), 1 if IS_WHOLE else 7)]
        spoiled += [whole + b"\0", whole + whole, b""]
        for data in spoiled:
            file.write_bytes(data)
            found = list(found_in(FolderStore(str(kept), is_read_only=True)))
            assert all(each is None or each == output.data for each, output in zip(found, OUTPUTS, strict=True))
            damages += None in found
        file.write_bytes(whole)
    assert damages > 500
    assert set(found_in(FolderStore(str(kept)))) == right


def test_damage_is_put_aside_once(kept: Path) -> None:
    blob = next(file for file in (kept / "cas").rglob("*") if file.is_file())
    blob.write_bytes(b"x" * len(BLOB))
    store = FolderStore(str(kept))
    with pytest.raises(Damaged):
        store.read(OUTPUTS[0].key, "a.txt")
    assert store.read(OUTPUTS[2].key, "c.txt") is None
    assert len(list((kept / "quarantine").iterdir())) == 2
    assert keep(store, OUTPUTS) == []
    assert list(found_in(FolderStore(str(kept)))) == [output.data for output in OUTPUTS]


def test_output_for_another_path_is_none(kept: Path) -> None:
    with pytest.raises(Damaged, match="it names another output"):
        FolderStore(str(kept)).read(OUTPUTS[0].key, "../x")


def test_links_in_the_folder_are_not_followed(kept: Path, tmp_path: Path) -> None:
    blob = next(file for file in (kept / "cas").rglob("*") if file.is_file())
    blob.rename(tmp_path / "elsewhere")
    blob.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        FolderStore(str(kept)).read(OUTPUTS[0].key, "a.txt")


# -- mappings


def reworded(change: Callable[[dict[str, object]], object], secret: bytes = b"") -> bytes:
    """The mapping of GROUP with its object changed, and signed again."""
    head, _, body = encode(GROUP, secret).partition(b"\n")
    value = json.loads(body)
    change(value)
    return head + b"\n" + json.dumps(value).encode()


def set_output(place: int, value: object) -> Callable[[dict[str, object]], object]:
    def change(mapping: dict[str, object]) -> None:
        outputs = mapping["outputs"]
        assert isinstance(outputs, dict)
        outputs[OUTPUTS[0].key][place] = value

    return change


def add_output(mapping: dict[str, object]) -> None:
    outputs = mapping["outputs"]
    assert isinstance(outputs, dict)
    outputs[sha256_of(b"more")] = ["x", 0, 1, sha256_of(b"x")]


def test_mapping_comes_back() -> None:
    for secret in (b"", SECRET):
        assert decode(encode(GROUP, secret), GROUP.key, secret) == GROUP


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "none of ours"),
        (b"\x80\x04]\x94.", "none of ours"),  # a pickle
        (b"schemagen-cache 2 -\n{}", "none of ours"),
        (b"schemagen-cache 1 -\n" + b"[" * 100_000, "no JSON"),
        (b"schemagen-cache 1 -\n{}", "does not say"),
        (b"schemagen-cache 1 -\n[]", "does not say"),
        (b" " * (MOST_MAPPING_BYTES + 1), "too large"),
        (encode(local_group(OUTPUTS[:2]), b""), "about other outputs"),
        (reworded(add_output), "about other outputs"),
        (reworded(lambda mapping: mapping.pop("blob")), "does not say"),
        (reworded(lambda mapping: mapping.update(size=1 << 40)), "does not say"),
        (reworded(lambda mapping: mapping.update(size=True)), "does not say"),
        (reworded(lambda mapping: mapping.update(blob="../../etc/passwd")), "does not say"),
        (reworded(lambda mapping: mapping.update(outputs=[])), "does not say"),
        (reworded(set_output(0, None)), "does not say"),
        (reworded(set_output(1, -1)), "does not say"),
        (reworded(set_output(1, 10_000)), "does not say"),
        (reworded(set_output(2, 1e3)), "does not say"),
        (reworded(set_output(3, "A" * 64)), "does not say"),
    ],
)
def test_mapping_that_is_not_to_be_believed_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(Damaged, match=why):
        decode(data, GROUP.key, b"")


def test_path_in_a_mapping_is_only_compared() -> None:
    group = decode(reworded(set_output(0, "../x")), GROUP.key, b"")
    with pytest.raises(Damaged):
        check_output(group.outputs[OUTPUTS[0].key], "a.txt", OUTPUTS[0].data)


def test_signature_covers_key_and_all_that_is_said() -> None:
    signed = encode(GROUP, SECRET)
    for data in (
        encode(GROUP, b""),
        encode(GROUP, b"another secret"),
        signed.replace(b"a.txt", b"b.txt"),
        reworded(lambda mapping: mapping.update(blob="0" * 64), SECRET),
        signed + b" ",
    ):
        with pytest.raises(Damaged) as caught:
            decode(data, GROUP.key, SECRET)
        assert caught.value.is_unsigned
    other = local_group(OUTPUTS[:2])
    with pytest.raises(Damaged):  # right for another key
        decode(encode(other, SECRET), GROUP.key, SECRET)
    assert decode(signed, GROUP.key, b"") == GROUP  # who has no secret cannot tell


def test_fields_do_not_run_into_each_other() -> None:
    assert sha256_fields(["ab", "c"]) != sha256_fields(["a", "bc"])
    assert sha256_fields(["a", ""]) != sha256_fields(["a"])
    assert framed([b"a"]) == b"\x01" + bytes(7) + b"a"
    assert len(key_of_group([])) == 64


# -- the index


def test_index_finds_the_newest_first_and_heals_a_torn_end(tmp_path: Path) -> None:
    key, groups = sha256_of(b"key"), [sha256_of(bytes([number])) for number in range(3)]
    for group in groups:
        Index(str(tmp_path)).add_all([(key, group)])
    assert list(Index(str(tmp_path)).groups_of(key)) == groups[::-1]
    file = tmp_path / "index" / "v1" / key[:2]
    file.write_bytes(file.read_bytes()[: 3 * RECORD - 5])
    assert list(Index(str(tmp_path)).groups_of(key)) == groups[1::-1]
    Index(str(tmp_path)).add_all([(key, groups[2])])
    assert list(Index(str(tmp_path)).groups_of(key)) == groups[::-1]
    assert file.stat().st_size == 4 * RECORD
    assert list(Index(str(tmp_path)).groups_of(sha256_of(b"other"))) == []


# -- pruning


def test_pruning_writes_the_index_anew_and_forgets_what_is_gone(tmp_path: Path) -> None:
    store = FolderStore(str(tmp_path))
    for number, output in enumerate(OUTPUTS):
        keep(store, [output])
        for file in tmp_path.rglob("*"):
            if file.is_file() and file.stat().st_mtime > 1e6:
                os.utime(file, (number + 1, number + 1))
    assert sizes(store)[:2] == (3, 3)
    total = sum(
        file.stat().st_size for kind in ("cas", "ac") for file in (tmp_path / kind).rglob("*") if file.is_file()
    )
    for file in (tmp_path / "index").rglob("*"):
        if file.is_file():
            file.write_bytes(b"rubbish")
    assert prune(store, total - 1, is_asked=True) > 0
    assert list(found_in(FolderStore(str(tmp_path)))) == [None, b"", OUTPUTS[2].data]
    assert list(verify(FolderStore(str(tmp_path)))) == []
    assert prune(store, 0, is_asked=True) > 0
    assert list(found_in(FolderStore(str(tmp_path)))) == [None, None, None]


def test_pruning_waits_for_nobody(kept: Path) -> None:
    import fcntl

    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert prune(FolderStore(str(kept)), 0) == 0
    assert prune(FolderStore(str(kept)), 0) > 0


# -- groups


def tasks(*names: str) -> list[Task]:
    return [Task(name, f"{name}.json", Links({}), ()) for name in names]


def test_groups_are_neighbours_and_a_new_schema_changes_one_of_them() -> None:
    names = [f"folder{number // 100}/schema{number}" for number in range(2000)]
    groups = [[task.name for task in group] for group in groups_of(tasks(*reversed(names)))]
    assert [name for group in groups for name in group] == sorted(names)
    assert max(map(len, groups)) <= MOST_TASKS
    assert 40 < len(groups) < 200
    more = [[task.name for task in group] for group in groups_of(tasks(*names, "folder7/new"))]
    assert sum(group not in groups for group in more) in {1, 2}


# -- the engine


def test_engine_is_named_by_its_source_and_what_it_leans_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import version

    assert engine._versions() == {name: version(name) for name in ("jiter", "jsonschema-rs", "pystache", "pyyaml")}
    assert {"plan.py", "view/root.py", "contract/view.json"} <= set(engine._sources(engine._FOLDER))
    before = engine.engine.__wrapped__()
    assert before == engine.engine.__wrapped__() == engine.engine()
    monkeypatch.setattr(engine, "_sources", lambda folder: ["plan.py"])
    assert engine.engine.__wrapped__() != before


# -- what is said


def test_what_is_said_has_no_secrets() -> None:
    assert shown("https://user:pass@host:1/x?token=1#f") == "https://...@host:1/x"
    assert shown("s3://bucket/x") == "s3://bucket/x"
    assert reason_of(OSError("403 for https://user:pass@host/x")) == "OSError"
    assert reason_of(OSError("Access\nDenied")) == "Access Denied"
    assert reason_of(TimeoutError()) == "it does not answer"


def test_process_that_ends_is_no_harm() -> None:
    courier = Courier("http://127.0.0.1:1")
    courier._start()
    courier._process.kill()
    courier._process.join()
    assert list(courier.carry([Order("get", "x", 1)])) == []
    assert courier.trouble == "the process that asks it has ended"
