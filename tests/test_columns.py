"""The columns in which a snapshot keeps tasks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemagen.state.columns import Columns, Row

NUMBERS = st.integers(0, 2**40)
ROWS = st.lists(
    st.builds(
        Row,
        name=st.text("abc/é", min_size=1),
        inputs=st.lists(NUMBERS, min_size=1, max_size=4),
        outputs=st.lists(NUMBERS, max_size=3),
        ids=st.lists(st.text(), max_size=2).map(tuple),
        place=st.tuples(NUMBERS, NUMBERS),
    ),
    min_size=1,
)


@given(ROWS)
def test_columns_come_back_as_they_were(rows: list[Row]) -> None:
    columns = Columns.of(rows)
    assert Columns.from_parts(columns.to_parts()) == columns
    assert list(columns.task_names()) == [row.name for row in rows]
    assert list(columns.schemas()) == [row.inputs[0] for row in rows]
    assert columns.known_ids() == {task: row.ids for task, row in enumerate(rows) if row.ids}
    assert [list(columns.outputs_of(task)) for task in range(len(rows))] == [row.outputs for row in rows]


@given(ROWS, st.data())
def test_tasks_touching_a_path_are_those_that_read_or_write_it(rows: list[Row], data: st.DataObject) -> None:
    known = sorted({path for row in rows for path in (*row.inputs, *row.outputs)})
    paths = data.draw(st.sets(st.sampled_from(known)))
    touching = {task for task, row in enumerate(rows) if paths & {*row.inputs, *row.outputs}}
    assert Columns.of(rows).touching(paths) == touching


@given(ROWS, st.data())
def test_replacing_tasks_is_as_making_the_columns_anew(rows: list[Row], data: st.DataObject) -> None:
    changed = data.draw(st.sets(st.integers(0, len(rows) - 1)))
    new = {}
    for task in sorted(changed):
        other = data.draw(ROWS)[0]
        new[task] = other._replace(name=rows[task].name, outputs=rows[task].outputs)
    assert Columns.of(rows).replaced(new) == Columns.of(new.get(task, row) for task, row in enumerate(rows))
