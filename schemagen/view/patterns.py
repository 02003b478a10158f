"""This module knows how to write a schema's pattern as the pattern attribute of an HTML input, where that is safe.

The attribute is anchored, unlike the keyword, and browsers compile it with the flag ``v``: what that flag
does not accept they ignore without a word. So only the plain part of the syntax is passed on.
"""

from __future__ import annotations

import re
from functools import lru_cache

_CLASS_ITEM = r"(?:[A-Za-z0-9_ .,:;@%+*?!#=~'\"<>^$]|\\[dwsDWS]|\\[.\-\\/\[\](){}|^$*+?tnrf])"
_TOKEN = re.compile(
    rf"""
      \[\^?(?:{_CLASS_ITEM}(?:-{_CLASS_ITEM})?)+-?\](?P<class>)
    | (?P<open>\((?:\?:)?(?!\?))
    | (?P<close>\))
    | (?P<or>\|)
    | (?P<repeat>[*+?]\??|\{{\d{{1,4}}(?:,\d{{0,4}})?\}}\??)
    | (?P<anchor>[\^$])
    | (?P<one>[A-Za-z0-9_ \-,:;@%!\#=~'"<>&/.]|\\[dwsDWS]|\\[.\\/\[\](){{}}|^$*+?tnrf])
    """,
    re.VERBOSE,
)
_DOUBLED = re.compile(r"\[[^\]]*([!#$%*+,.:;<=>?@^~&])\1")
_LAST_HYPHEN = re.compile(r"(?<!\\)-\]")
_MAX_LENGTH = 500


@lru_cache(maxsize=1000)  # schemas repeat their patterns, and a pattern takes as long as ten nodes
def html_pattern(pattern: str) -> str:
    """The attribute for ``pattern``; empty where browsers might read it otherwise than JSON Schema does."""
    if not pattern or len(pattern) > _MAX_LENGTH or not _is_plain(pattern) or _DOUBLED.search(pattern):
        return ""
    # A bare hyphen at the end of a class is an error under ``v``.
    pattern = _LAST_HYPHEN.sub(r"\\-]", pattern)
    if pattern.startswith("^") and pattern.endswith("$") and "|" not in pattern and not pattern.endswith("\\$"):
        return pattern[1:-1]
    return rf"[\s\S]*(?:{pattern})[\s\S]*"


def _is_plain(pattern: str) -> bool:
    """Whether ``pattern`` is made of tokens that mean the same with and without the flags ``u`` and ``v``."""
    depth = position = 0
    can_repeat = False
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        if token is None:
            return False
        position = token.end()
        kind = token.lastgroup or "class"
        if kind == "repeat" and not can_repeat:
            return False
        depth += (kind == "open") - (kind == "close")
        if depth < 0:
            return False
        can_repeat = kind in {"class", "one", "close"}
    return depth == 0 and _compiles(pattern)


def _compiles(pattern: str) -> bool:
    """Whether it holds together: a range from high to low or ``{3,1}`` does not."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
