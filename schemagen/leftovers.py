"""This module knows how to tell what nothing makes any more, and to remove of it what is provably ours."""

from __future__ import annotations

from schemagen.collisions import is_forbidden
from schemagen.errors import OutputError
from schemagen.rows import BASENAME, PROJECT_BASENAME, row_name
from schemagen.session import Session
from schemagen.state.claims import Origin
from schemagen.writing import Orphan, find_orphans, remove_orphan


def remove_orphans(session: Session) -> None:
    """Remove the outputs of schemas and packs that are gone, where their bytes are ours; say which are not."""
    assert session.state is not None
    if session.changes is not None:
        return  # no schema came or went
    _forget_gone_tasks(session)
    gone = []
    for orphan in orphans_of(session):
        why_kept = _remove(session, orphan)
        if why_kept:
            session.has_kept_orphans = True
            session.warn(f"{orphan.path}:1:1: nothing makes this file any more, but it {why_kept}")
        else:
            gone.append(orphan.path)
    session.changed += gone
    session.state.release(gone)


def _remove(session: Session, orphan: Orphan) -> str:
    """Remove an orphan; returns why it is kept, empty if it is not."""
    if not orphan.is_intact:
        return "was edited: kept"
    try:
        remove_orphan(session.root, session.config.output, orphan.path)
    except OutputError as problem:
        return problem.message
    return ""


def orphans_of(session: Session) -> list[Orphan]:
    """The files that we wrote and that nothing makes any more."""
    owned = _owned_in_scope(session)
    if not owned:
        return []
    tasks = (*session.tasks(), *session.project.project_tasks)
    planned = {output.path for task in tasks for output in task.outputs}
    # Whatever the state says: what is read is no leftover. It may be an output of before that is kept by hand now, or
    # the state may come from somebody who would have us remove it.
    read = {*session.project.basis, *(path for task in tasks for path in (task.schema, *task.links.inputs))}
    owned = {path: digests for path, digests in owned.items() if path not in read and not is_forbidden(path)}
    return list(find_orphans(session.root, owned, planned, session.config.output))


def _forget_gone_tasks(session: Session) -> None:
    assert session.state is not None
    ours = (f"{BASENAME}:", f"{PROJECT_BASENAME}:")
    known = [name for name in session.state.names() if name.startswith(ours)]
    if not known or not session.config.is_whole:
        return
    present = {row_name(task) for task in (*session.tasks(), *session.project.project_tasks)}
    for name in known:
        if name not in present and not session.state.facts(name).get("aside"):
            session.state.forget_row(name)


def _owned_in_scope(session: Session) -> dict[str, dict[str, Origin]]:
    """What we wrote, without what this run says nothing about: it has options of its own, or those had."""
    assert session.state is not None
    owned = session.state.owned()
    if session.config.is_whole:
        return {
            path: digests for path, digests in owned.items() if not all(origin.is_aside for origin in digests.values())
        }
    packs = {pack.name for pack in session.project.packs}
    return {
        path: digests
        for path, digests in owned.items()
        if path.startswith(session.config.output + "/")
        and all(origin.pack in packs and session.config.holds(origin.schema) for origin in digests.values())
    }
