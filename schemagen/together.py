"""This module knows how to make the outputs of several schemas at once, for formatters that take many."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from schemagen.made import Draft, Made
from schemagen.session import Session

# Outputs of so many bytes together are formatted before more are rendered.
MOST_BYTES = 16 << 20
Item = tuple[str, tuple[str, ...] | None]  # the name of a schema, and the paths of its outputs to be made; None for all


def _alive() -> None:
    """Tell nobody."""


def make_together(
    session: Session, items: Sequence[Item], begin: Callable[[], None], alive: Callable[[], None]
) -> list[Made]:
    """What is made of each of ``items``, with what is to be recorded. ``begin`` is called before each is rendered, and
    ``alive`` after each run of a formatter."""
    made: list[Made] = []
    drafts: list[Draft] = []
    size = 0
    for name, wanted in items:
        begin()
        drafts.append(session.draft_schema(name, wanted_of(session, name, wanted)))
        size += sum(map(len, drafts[-1].raw.values()))
        if size > MOST_BYTES:
            made += finish_all(session, drafts, alive)
            drafts, size = [], 0
    return made + finish_all(session, drafts, alive)


def wanted_of(session: Session, name: str, wanted: tuple[str, ...] | None) -> Sequence[str]:
    """The paths of the outputs that are to be made of a schema."""
    return [output.path for output in session.project.tasks[name].outputs] if wanted is None else wanted


def finish_all(session: Session, drafts: Sequence[Draft], alive: Callable[[], None] = _alive) -> list[Made]:
    """What is made of ``drafts``, in order: what is to be formatted is formatted together."""
    raw = {path: data for draft in drafts for path, data in draft.raw.items()}
    formatted = session.formatting.format_all(raw, alive)
    return [session.recorded(draft.task, session.drafts.finish(draft, formatted)) for draft in drafts]
