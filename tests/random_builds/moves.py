"""This module knows every move of a game: what may happen to inputs, outputs and state between two builds.

A move is a function of the world and of a source of chance that is the move's own, so that any sequence of moves,
and any part of one, can be played, and played again.
"""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from tests.conftest import PLAIN_PACK, Project
from tests.random_builds.world import (
    API,
    LOG,
    NAMES,
    OUTPUT_FOLDERS,
    PARTS,
    SNAPSHOT,
    STATE,
    TEMPLATES,
    Memory,
    World,
    copy_content,
    some_part,
)

MANIFESTS = (
    PLAIN_PACK,
    "# the same again\n" + PLAIN_PACK,
    PLAIN_PACK.replace("{path}.txt", "{path}.text"),
    PLAIN_PACK + '\n[[outputs]]\ntemplate = "second.txt.mustache"\npath = "{path}.second.txt"\n',
)
OPTIONS: dict[str, tuple[Any, ...]] = {
    "packs": (["packs/plain"], ["packs/plain", "packs/more"], ["packs/more"]),
    "unresolved_refs": ("opaque", "opaque", "error"),
    "exclude": ([], [], ["sub/**"], ["b"]),
    "output": ("build", "build", "made"),
    "default_draft": ("2020-12", "draft7"),
    "batch_size": ("auto", 1, 3),
    "workers": ("auto", 1),
}


# -- moves on the inputs


def edit(world: World, chance: Random) -> None:
    world.write_schema(chance.choice(world.schemas()), chance)


def edit_unseen(world: World, chance: Random) -> None:
    """An edit that keeps size and times, as ``cp -p`` and archives can make one."""
    file = world.schema_file(chance.choice(world.schemas()))
    before = file.stat()
    words = [b"One", b"Two", b"Six"]
    old = next((word for word in words if word in file.read_bytes()), words[0])
    file.write_bytes(file.read_bytes().replace(old, chance.choice([word for word in words if word != old])))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def save_through_temporary(world: World, chance: Random) -> None:
    """As editors save; often nothing but the inode and the times is another."""
    file = world.schema_file(chance.choice(world.schemas()))
    other = file.with_name("~saved")
    words = chance.choice([(b"", b""), (b"One", b"Two")])
    other.write_bytes(file.read_bytes().replace(*words))
    other.replace(file)


def break_schema(world: World, chance: Random) -> None:
    world.schema_file(chance.choice(world.schemas())).write_text(chance.choice(["{", "[]", '{"type": 7}']))


def edit_part(world: World, chance: Random) -> None:
    """An edit of a part of a document, or a new one."""
    name = chance.choice(PARTS)
    world.write_parts({**world.parts(), name: some_part(name, chance)})


def reword_part(world: World, chance: Random) -> None:
    parts = world.parts()
    parts[chance.choice(sorted(parts))]["description"] = chance.choice(["red", "tan", "sky"])
    world.write_parts(parts)


def delete_part(world: World, chance: Random) -> None:
    parts = world.parts()
    if len(parts) > 1:
        del parts[chance.choice(sorted(parts))]
        world.write_parts(parts)


def format_document(world: World, chance: Random) -> None:
    """Other bytes that say the same."""
    parts = world.parts()
    world.write_parts({name: parts[name] for name in chance.sample(sorted(parts), len(parts))}, chance.choice([1, 2]))


def add(world: World, chance: Random) -> None:
    world.write_schema(chance.choice(NAMES), chance)


def delete(world: World, chance: Random) -> None:
    if len(world.schemas()) > 1:
        world.schema_file(chance.choice(world.schemas())).unlink()


def rename(world: World, chance: Random) -> None:
    old, new = chance.choice(world.schemas()), chance.choice(NAMES)
    target = world.schema_file(new)
    target.parent.mkdir(parents=True, exist_ok=True)
    world.schema_file(old).replace(target)


def swap(world: World, chance: Random) -> None:
    """Two schemas change places, with their times."""
    one, two = (world.schema_file(chance.choice(world.schemas())) for _ in range(2))
    if one != two:
        between = one.with_name("~between")
        one.rename(between)
        two.rename(one)
        between.rename(two)


def touch(world: World, chance: Random) -> None:
    files = [*(world.root / "schemas").rglob("*"), *(world.root / "packs").rglob("*"), world.root / "pyproject.toml"]
    files.append(world.root / API)
    for file in chance.choice([files, [chance.choice(sorted(files))]]):
        os.utime(file)


def edit_template(world: World, chance: Random) -> None:
    file = chance.choice(["plain/plain.txt", "plain/second.txt", "more/more.md"])
    world.project.write(f"packs/{file}.mustache", chance.choice(TEMPLATES if "plain." in file else TEMPLATES[2:]))


def edit_partial(world: World, chance: Random) -> None:
    file, texts = chance.choice(
        [
            ("plain/partials/about", ["{{description}} {{> deep/mark}}", "-"]),
            ("plain/partials/deep/mark", ["!", "."]),
            ("plain/partials/unused", ["?", "??"]),
            ("more/partials/foot", ["foot", "toe"]),
        ]
    )
    world.project.write(f"packs/{file}.mustache", chance.choice(texts))


def edit_manifest(world: World, chance: Random) -> None:
    world.project.write("packs/plain/pack.toml", chance.choice(MANIFESTS))


def change_option(world: World, chance: Random) -> None:
    key = chance.choice(sorted(OPTIONS))
    world.options[key] = chance.choice(OPTIONS[key])
    world.project.config(**world.options)


def move_checkout(world: World, chance: Random) -> None:
    """As a CI cache does: the project, with its state, at another place, all its files new."""
    other = world.root.with_name(f"{world.root.name}-")
    world.copy_to(other)
    shutil.rmtree(world.root)
    world.project = Project(other)


# -- moves on the outputs


def _some_output(world: World, chance: Random) -> Path | None:
    outputs = world.outputs()
    if not outputs:
        return None
    path = chance.choice(outputs)
    world.unprovable.add(path)
    world.mine.pop(path, None)
    return world.root / path


def tamper(world: World, chance: Random) -> None:
    output = _some_output(world, chance)
    if output is not None and not output.is_symlink():
        data = chance.choice([b"", b"edited by hand\n"])
        output.write_bytes(data)
        if data:
            world.mine[output.relative_to(world.root).as_posix()] = data


def tamper_unseen(world: World, chance: Random) -> None:
    """Another content of the same size, with the same times."""
    output = _some_output(world, chance)
    if output is not None and not output.is_symlink():
        before = output.stat()
        output.write_bytes(bytes(byte ^ 1 for byte in output.read_bytes()))
        os.utime(output, ns=(before.st_atime_ns, before.st_mtime_ns))


def delete_output(world: World, chance: Random) -> None:
    output = _some_output(world, chance)
    if output is not None:
        output.unlink()


def delete_all_outputs(world: World, chance: Random) -> None:
    for path in world.outputs():
        (world.root / path).unlink()
        world.mine.pop(path, None)


def put_folder_for_output(world: World, chance: Random) -> None:
    output = _some_output(world, chance)
    if output is not None:
        output.unlink()
        output.mkdir()


def put_link_for_output(world: World, chance: Random) -> None:
    """A link to a file with the same bytes."""
    output = _some_output(world, chance)
    if output is not None and not output.is_symlink():
        aim = world.project.write("elsewhere.txt", output.read_bytes())
        output.unlink()
        output.symlink_to(os.path.relpath(aim, output.parent))


def remove_folders_for_outputs(world: World, chance: Random) -> None:
    for folder in OUTPUT_FOLDERS:
        for path in (world.root / folder).rglob("*.*"):
            if path.is_dir() and not path.is_symlink():
                path.rmdir()


# -- moves on the state


def truncate_log(world: World, chance: Random) -> None:
    _damage(world, LOG, lambda data: data[: chance.randrange(len(data) + 1)])


def flip_bit_of_log(world: World, chance: Random) -> None:
    _damage(world, LOG, lambda data: _flipped(data, chance))


def _damage(world: World, path: str, change: Callable[[bytes], bytes]) -> None:
    file = world.root / path
    if file.exists() and file.stat().st_size:
        file.write_bytes(change(file.read_bytes()))
        world.disown()
        world.memory.unsure |= set(world.memory.known) | set(NAMES) | {f"api/{part}" for part in PARTS}


def _flipped(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def delete_log(world: World, chance: Random) -> None:
    (world.root / LOG).unlink(missing_ok=True)
    world.disown()
    world.memory = Memory()


def delete_state(world: World, chance: Random) -> None:
    shutil.rmtree(world.root / STATE, ignore_errors=True)
    world.disown()
    world.memory = Memory()
    world.saved = None


def delete_snapshot(world: World, chance: Random) -> None:
    (world.root / SNAPSHOT).unlink(missing_ok=True)


def damage_snapshot(world: World, chance: Random) -> None:
    file = world.root / SNAPSHOT
    if file.exists():
        data = file.read_bytes()
        file.write_bytes(chance.choice([data[: chance.randrange(len(data))], _flipped(data, chance)]))


def keep_state(world: World, chance: Random) -> None:
    """As a CI job does at its end."""
    if (world.root / LOG).exists():
        shutil.rmtree(world.root / "kept", ignore_errors=True)
        shutil.copytree(world.root / STATE, world.root / "kept")
        world.saved = copy.deepcopy(world.memory)


def put_back_state(world: World, chance: Random) -> None:
    """As a CI job does at its start: the state of some build before."""
    if world.saved is not None:
        shutil.rmtree(world.root / STATE, ignore_errors=True)
        shutil.copytree(world.root / "kept", world.root / STATE, copy_function=copy_content)
        world.disown()
        world.memory = copy.deepcopy(world.saved)


Move = Callable[[World, Random], None]
INPUT_MOVES: tuple[Move, ...] = (
    edit, edit_unseen, save_through_temporary, break_schema, add, delete, rename, swap, touch, edit_template,
    edit_partial, edit_manifest, change_option, move_checkout, edit_part, reword_part, delete_part,
    format_document,
)  # fmt: skip
OUTPUT_MOVES: tuple[Move, ...] = (
    tamper, tamper_unseen, delete_output, delete_all_outputs, put_folder_for_output, put_link_for_output,
    remove_folders_for_outputs,
)  # fmt: skip
STATE_MOVES: tuple[Move, ...] = (
    truncate_log, flip_bit_of_log, delete_log, delete_state, delete_snapshot, damage_snapshot, keep_state,
    put_back_state,
)  # fmt: skip
MOVES: dict[str, Move] = {move.__name__: move for move in (*INPUT_MOVES, *OUTPUT_MOVES, *STATE_MOVES)}
