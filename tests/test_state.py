"""The log and what it remembers."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemagen.state.log import HEADER, load_log
from schemagen.state.shapes import OURS, VALUES
from schemagen.state.store import State


def state_at(path: Path) -> State:
    return State(path, lambda damage: None)


D1, D2, D3 = (digit * 32 for digit in "123")
LINKS: dict[str, object] = {"inputs": {}, "missing": [], "opaque": [], "asked": {}, "ids": []}


def row(schema: str, outputs: dict[str, list[str]]) -> dict[str, object]:
    return {VALUES: {OURS: {"schema": schema, "options": "", **LINKS, "outputs": outputs}}, "deps:": [schema]}


def filled(path: Path) -> State:
    state = state_at(path)
    state.claim({"build/a.html": D1}, "schemas/a.json", {"build/a.html": "form"})
    state.put_row("generate:a", row("schemas/a.json", {"build/a.html": ["k1", D1, "form"]}))
    state.put_row("generate:é\n\t", row("schemas/b.json", {"build/b.html": ["k2", D2, "form"]}))
    state.close()
    return state


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    filled(tmp_path / "log")
    state = state_at(tmp_path / "log")
    assert state.row("generate:a") == row("schemas/a.json", {"build/a.html": ["k1", D1, "form"]})
    assert set(state.names()) == {"generate:a", "generate:é\n\t"}
    assert load_log(tmp_path / "log").damage == ""


def test_forgotten_and_replaced_rows_leave_their_outputs_ours(tmp_path: Path) -> None:
    filled(tmp_path / "log")
    state = state_at(tmp_path / "log")
    state.forget_row("generate:a")
    state.put_row("generate:é\n\t", row("schemas/b.json", {"build/c.html": ["k3", D3, "form"]}))
    state.close()
    owned = state_at(tmp_path / "log").owned()
    assert {path: set(digests) for path, digests in owned.items()} == {
        "build/a.html": {D1},
        "build/b.html": {D2},
        "build/c.html": {D3},
    }


def test_released_paths_are_ours_no_longer(tmp_path: Path) -> None:
    filled(tmp_path / "log")
    state = state_at(tmp_path / "log")
    state.forget_row("generate:a")
    state.release(["build/a.html"])
    state.close()
    assert "build/a.html" not in state_at(tmp_path / "log").owned()


def test_compaction_keeps_what_counts(tmp_path: Path) -> None:
    filled(tmp_path / "log")
    state = state_at(tmp_path / "log")
    state.forget_row("generate:a")
    state.close()
    before = state_at(tmp_path / "log")
    again = state_at(tmp_path / "log")
    again.compact()
    after = state_at(tmp_path / "log")
    assert after.owned() == before.owned()
    assert {name: after.row(name) for name in after.names()} == {name: before.row(name) for name in before.names()}


def test_many_rewrites_do_not_make_the_log_grow_without_bound(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for number in range(1000):
        state = state_at(path)
        state.put_row("generate:a", row("schemas/a.json", {"build/a.html": [f"k{number}", "d", "form"]}))
        state.close()
    assert path.stat().st_size < 70_000


def test_log_cut_at_any_byte_loads_a_beginning_of_it_and_can_be_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "log"
    filled(path)
    whole = path.read_bytes()
    all_records = load_log(path).records
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        loaded = load_log(path)
        assert loaded.records == all_records[: len(loaded.records)]
        state = state_at(path)
        state.put_row("generate:new", {"deps:": []})
        state.close()
        again = state_at(path)
        assert load_log(path).damage == ""
        assert again.row("generate:new") == {"deps:": []}


def test_log_with_any_byte_flipped_never_gives_a_record_that_was_not_written(tmp_path: Path) -> None:
    path = tmp_path / "log"
    filled(path)
    whole = path.read_bytes()
    all_records = load_log(path).records
    for index in range(len(whole)):
        for bit in (0x01, 0x20, 0x80):
            path.write_bytes(whole[:index] + bytes([whole[index] ^ bit]) + whole[index + 1 :])
            loaded = load_log(path)
            assert loaded.records == all_records[: len(loaded.records)]
            assert len(loaded.records) < len(all_records)
            assert loaded.damage


@pytest.mark.parametrize("content", [b"", b"schemagen-log 2\nxyz\n", b"\x00" * 100, HEADER[:5]])
def test_log_of_another_version_starts_over(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(content)
    state = state_at(path)
    assert list(state.names()) == []
    state.put_row("generate:a", {"deps:": []})
    state.close()
    assert state_at(path).row("generate:a") == {"deps:": []}
