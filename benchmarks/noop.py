"""This module knows how to compare builds with nothing, or next to nothing, to do with stock doit and ninja.

Each tool has a project of its own with the same schemas. It builds it once; then all tools in turn have nothing
to do, and then, in turn, one changed schema. Stock doit and ninja only copy where schemagen renders, so of the
first build only the seconds are told. What they did is checked: nothing may write an output that has nothing to do,
and the change must be in the outputs.
"""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.bars import at_most
from benchmarks.measure import Contender, Figures, measure, python_environment, run, settle
from benchmarks.peer_doit import database_of, write_dodo
from benchmarks.peer_ninja import find_ninja, write_build
from benchmarks.synthetic import OUTPUTS, PACKS, Edge, describe, write_project

TOOLS = ("generate", "plugin", "doit", "ninja")
SMALLEST = 2
BARS_FROM = 10_000
ONE_RUNS = 5
_REPOSITORY = Path(__file__).resolve().parent.parent
PYPROJECT = f"""\
[tool.schemagen]
schemas = ["schemas"]
output = "build"
packs = [{", ".join(f'"{pack}"' for pack in PACKS)}]

[tool.doit.plugins.command]
run = "schemagen.doit_plugin.run:RunBuild"
forget = "schemagen.doit_plugin.database:ForgetTasks"
reset-dep = "schemagen.doit_plugin.database:ResetTasks"
dumpdb = "schemagen.doit_plugin.database:DumpState"
check = "schemagen.doit_plugin.check:CheckOutputs"
"""


def compare(size: int, base: Path, tools: Sequence[str], *, runs: int, cost_of_one: float) -> bool:
    """Build ``size`` schemas below ``base`` with each of ``tools``, and print the table; returns whether all did
    what they should. ``cost_of_one`` is in seconds."""
    folder = base / f"noop-{size}"
    edges: tuple[Edge, ...] = ()
    contenders: list[Contender] = []
    for tool in tools:
        edges = write_project(folder / tool, size)
        contenders.append(_contender(tool, folder / tool, edges, base / "bytecode"))
    built = {}
    for contender in contenders:
        built[contender.name] = run(contender)
    for contender in contenders:
        settle(contender)

    before = _times(contenders, edges)
    idle = measure(contenders, runs, _leave)
    is_right = _check(before == _times(contenders, edges), "nothing to do: no output was written")
    edit = _editor(edges[-1])
    changed = measure(contenders, runs, edit)
    is_right &= _check(_is_changed(contenders, edges[-1], runs), "one changed: its outputs have the change")

    database = database_of(folder / "doit") if "doit" in tools else ""
    _print_table(size, runs, database, built, idle, changed)
    if size >= BARS_FROM:
        _print_bars(idle, changed, cost_of_one)
    shutil.rmtree(folder)
    return is_right


def cost_of_one(base: Path) -> float:
    """Seconds that `schemagen generate` takes longer to make one changed schema than to find nothing to do, where
    there is next to nothing else."""
    folder = base / "noop-one"
    edges = write_project(folder, SMALLEST)
    contender = _contender("generate", folder, edges, base / "bytecode")
    run(contender)
    settle(contender)
    idle = measure([contender], ONE_RUNS, _leave)
    changed = measure([contender], ONE_RUNS, _editor(edges[-1]))
    shutil.rmtree(folder)
    return changed[contender.name].wall - idle[contender.name].wall


def _contender(tool: str, folder: Path, edges: Sequence[Edge], bytecode: Path) -> Contender:
    setups: dict[str, Callable[[], tuple[str, list[str]]]] = {
        "generate": lambda: _set_up_schemagen(folder),
        "plugin": lambda: _set_up_plugin(folder),
        "doit": lambda: _set_up_doit(folder, edges),
        "ninja": lambda: _set_up_ninja(folder, edges),
    }
    name, command = setups[tool]()
    return Contender(name, command, folder, python_environment(_REPOSITORY, bytecode))


def _set_up_schemagen(folder: Path) -> tuple[str, list[str]]:
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    return "schemagen generate", [sys.executable, "-m", "schemagen", "generate"]


def _set_up_plugin(folder: Path) -> tuple[str, list[str]]:
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    shutil.copyfile(_REPOSITORY / "dodo.py", folder / "dodo.py")
    return "doit with schemagen", [sys.executable, "-m", "doit"]


def _set_up_doit(folder: Path, edges: Sequence[Edge]) -> tuple[str, list[str]]:
    write_dodo(folder, edges)
    return "stock doit", [sys.executable, "-m", "doit"]


def _set_up_ninja(folder: Path, edges: Sequence[Edge]) -> tuple[str, list[str]]:
    ninja = find_ninja()
    if ninja is None:
        raise SystemExit("no ninja: pip install ninja, or leave it out of --tools")
    write_build(folder, edges)
    return "ninja", [ninja]


def _leave(contender: Contender) -> None:
    """Change nothing."""


def _editor(edge: Edge) -> Callable[[Contender], None]:
    """Before each run: all is settled and fresh, then one schema gets another description."""
    turns: Counter[str] = Counter()

    def edit(contender: Contender) -> None:
        settle(contender)
        turns[contender.name] += 1
        describe(contender.folder / edge.schema, _description(turns[contender.name]))

    return edit


def _description(turn: int) -> str:
    return f"Changed {turn} times"


def _is_changed(contenders: Sequence[Contender], edge: Edge, runs: int) -> bool:
    """Whether the last change is in all outputs of ``edge`` that show a description."""
    return all(
        _description(runs) in (contender.folder / output).read_text(encoding="utf-8")
        for contender in contenders
        for output in edge.outputs
    )


def _times(contenders: Sequence[Contender], edges: Sequence[Edge]) -> list[int]:
    """When each output was last written, of all contenders."""
    return [
        (contender.folder / output).stat().st_mtime_ns
        for contender in contenders
        for edge in edges
        for output in edge.outputs
    ]


def _check(is_so: bool, what: str) -> bool:
    if not is_so:
        print(f"WRONG, it should have been: {what}")
    return is_so


def _print_table(
    size: int,
    runs: int,
    database: str,
    built: dict[str, Figures],
    idle: dict[str, Figures],
    changed: dict[str, Figures],
) -> None:
    print(f"\n{size:,} schemas, {size * len(OUTPUTS):,} outputs, median of {runs} runs")
    if database:
        print(f"stock doit keeps its state in {database}")
    print(f"{'':<21}{'build':>8}  {' nothing to do ':-^41}  {' one changed ':-^24}")
    ours = f"{'wall s':>8}{'CPU s':>8}{'MB':>7}{'/ ninja':>9}{'/ doit':>9}"
    print(f"{'':<21}{'wall s':>8}  {ours}  {'wall s':>8}{'MB':>7}{'/ ninja':>9}")
    for name, each in idle.items():
        cells = f"{each.wall:>8.3f}{each.cpu:>8.3f}{each.memory:>7.0f}"
        ratios = f"{_ratio(each, idle, 'ninja'):>9}{_ratio(each, idle, 'stock doit'):>9}"
        one = f"{changed[name].wall:>8.3f}{changed[name].memory:>7.0f}{_ratio(changed[name], changed, 'ninja'):>9}"
        print(f"{name:<21}{built[name].wall:>8.2f}  {cells}{ratios}  {one}", flush=True)


def _print_bars(idle: dict[str, Figures], changed: dict[str, Figures], cost_of_one: float) -> None:
    """What is asked of schemagen, next to what was measured."""
    generate, plugin = idle.get("schemagen generate"), idle.get("doit with schemagen")
    ninja, doit = idle.get("ninja"), idle.get("stock doit")
    print("bars:")
    if generate and ninja:
        at_most("generate, nothing to do, to ninja", generate.wall / ninja.wall, 1)
        at_most("generate, peak memory, to ninja", generate.memory / ninja.memory, 1)
    if plugin and ninja:
        at_most("doit with schemagen, to ninja", plugin.wall / ninja.wall, 2)
    if plugin and doit:
        at_most("doit with schemagen, to stock doit", plugin.wall / doit.wall, 1 / 6)
    if generate:
        one = changed["schemagen generate"].wall - cost_of_one
        at_most(f"one changed, less the cost of one ({cost_of_one:.2f} s), to nothing", one / generate.wall, 2)


def _ratio(each: Figures, all_figures: dict[str, Figures], peer: str) -> str:
    return f"{each.wall / all_figures[peer].wall:.2f}" if peer in all_figures else ""
