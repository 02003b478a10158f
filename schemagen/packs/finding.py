"""This module knows how to find the folder of a pack by its name."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path

from schemagen.errors import ConfigError, Location
from schemagen.packs.manifest import MANIFEST, SUFFIX
from schemagen.state.sight import see


def builtin_folder() -> Path:
    """The folder of the packs that come with schemagen: in the wheel, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def find_pack(name: str, root: Path, files: dict[str, str], taken: Collection[Path] = ()) -> Path:
    """The folder of the pack ``name``: a folder of the project, else a built-in pack, but none of those ``taken``.

    Into ``files`` goes the digest of each place of the project that was looked at, empty where there was nothing, so
    that a pack that comes to be there is noticed. Raises ConfigError where there is no such pack.
    """
    for place in (name, f"templates/{name}"):
        files[place] = see(str(root / place)).digest
    is_name = "/" not in name and name not in {"", ".", ".."}
    places = [root / name, *([root / "templates" / name, builtin_folder() / name] if is_name else [])]
    for folder in places:
        if is_pack(folder) and folder.resolve() not in taken:
            return folder
    where = Location(name)
    if os.path.isdir(places[0]):  # not the method, which raises OSError for a name that is too long
        inside = sorted(entry.name for entry in places[0].iterdir() if is_pack(entry))
        hint = f"; it holds the packs {', '.join(inside)}" if inside else ""
        raise ConfigError(f"not a pack: it has neither {MANIFEST} nor a *{SUFFIX}{hint}", where, "SG020")
    known = sorted({folder.name for folder in packs_at_hand(root)})
    near = get_close_matches(name, known, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ConfigError(f"no such pack or folder (there are {', '.join(known)}){hint}", where, "SG020")


def packs_at_hand(root: Path) -> Iterator[Path]:
    """The folders of all packs that can be named without a path: those of the project, then the built-in ones."""
    for base in dict.fromkeys(((root / "templates").resolve(), builtin_folder().resolve())):
        if base.is_dir():
            yield from (entry for entry in sorted(base.iterdir()) if is_pack(entry))


def is_pack(folder: Path) -> bool:
    return os.path.isdir(folder) and ((folder / MANIFEST).is_file() or any(folder.glob("*" + SUFFIX)))
