"""The cache of outputs, damaged or forged by somebody without the secret: what is found is right, or is not used."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from random import Random

from tests.fuzzing.mutation import mutated_bytes, mutated_value
from tests.fuzzing.running import Execute, Target, showing
from tests.fuzzing.targets.state import LOG, OUTPUTS, SNAPSHOT, Kept, is_json, plainly, some_edits

_WORDS = (
    *(
        b"schemagen-cache 1 -\n",
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b",",
        b"0",
        b"-1",
        b"9" * 30,
        b"1e9",
        b"null",
        b"true",
        b"\n",
    ),
    *(b'"blob":', b'"size":', b'"outputs":', b'"../x.txt"', b'"a.txt"', b"0" * 64, b"f" * 64, b"\0" * 72, b"\xff" * 72),
)
_NAMES = ("blob", "size", "outputs", "a.txt", "b.txt", "../x.txt", "/tmp/x", "0" * 64)
Tree = dict[str, bytes]


class _Store:
    """A folder of the cache as a build left it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.before = self.files()

    def files(self) -> Tree:
        found = (file for file in sorted(self.root.rglob("*")) if file.is_file() and not file.is_symlink())
        return {file.relative_to(self.root).as_posix(): file.read_bytes() for file in found}

    def restore(self) -> None:
        shutil.rmtree(self.root)
        for path, data in self.before.items():
            self.write(path, data)
        self.root.chmod(0o700)

    def write(self, path: str, data: bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def damage(self, chance: Random) -> list[object]:
        """Change some files; answers what was done."""
        told: list[object] = []
        for path in chance.sample(sorted(self.before), chance.randint(1, min(4, len(self.before)))):
            kind, file = chance.random(), self.root / path
            data = _changed(path, self.before[path], chance)
            if kind < 0.8:
                file.write_bytes(data)
                told.append((path, data))
                continue
            file.unlink()
            other = chance.choice(sorted(self.before))
            how = chance.choice(["gone", "folder", "link", "fifo", "other"])
            if how == "folder":
                file.mkdir()
            elif how == "link":
                file.symlink_to(chance.choice(["/etc/passwd", "/dev/zero", str(self.root / other)]))
            elif how == "fifo":
                os.mkfifo(file)
            elif how == "other":
                file.write_bytes(self.before[other])
            told.append((path, how, other))
        return told


def _changed(path: str, data: bytes, chance: Random) -> bytes:
    head, _, body = data.partition(b"\n")
    if path.startswith("ac/") and is_json(body) and chance.random() < 0.6:
        found = plainly(mutated_value(json.loads(body), chance, _NAMES))
        return head + b"\n" + json.dumps(found, separators=(",", ":")).encode()
    return mutated_bytes(data, chance, _WORDS)


def _begin(folder: Path) -> Execute:
    home = folder / "home"
    kept = Kept(folder / "project", {"SCHEMAGEN_NO_CACHE": "", "XDG_CACHE_HOME": str(home)})
    store = _Store(home)
    assert any("ac/v1" in path for path in store.before), sorted(store.before)
    anew = {LOG: None, SNAPSHOT: None, **dict.fromkeys(OUTPUTS)}

    def execute(chance: Random) -> None:
        edits = some_edits(chance) if chance.random() < 0.4 else ()
        store.restore()
        clean = kept.clean(edits)
        store.restore()
        told = store.damage(chance)
        with showing(told=told, edits=edits):
            kept.restore(anew)
            kept.edit(tuple(edit for edit in edits if not edit[0].startswith("build/")))
            before = kept.all_files()
            code, said = kept.build()
            with showing(said=said):
                assert "SG900" not in said
                assert "Traceback" not in said
                assert code == (1 if "SG2" in said else 0)
                assert kept.outputs() == clean
                after = kept.all_files()
                assert {
                    path for path in after.keys() - before.keys() if not path.startswith(("build/", ".schemagen/"))
                } == set()
                assert all(after[path] == data for path, data in before.items() if not path.startswith(".schemagen/"))

    return execute


TARGETS = (Target("cache", _begin, 25),)
