"""This module knows which words are no identifiers of ours in each language, though they look like one."""

from __future__ import annotations

import keyword


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Keywords of Python, and the types that type expressions name: as a member's name in the body of a class these
# would hide the type from every annotation below (``int: int``).
PYTHON_VALUES = frozenset(keyword.kwlist) | _words("bool dict float int list object str tuple")
# What our type expressions and a module of generated classes may import or use as it is.
PYTHON_TYPES = frozenset(keyword.kwlist) | _words(
    """Any Literal Never Union Optional TypedDict NotRequired Required ReadOnly Generic TypeVar TypeAlias
    TypeAliasType Annotated ClassVar Final Self Mapping Sequence Iterable Iterator Callable Enum StrEnum IntEnum
    Unset InvalidData JsonObject Decoder JsonInteger JsonNever JsonNumber OpenModel ClosedModel
    BaseModel Field RootModel ConfigDict Ellipsis NotImplemented Exception BaseException ValueError TypeError KeyError
    Warning DeprecationWarning Path Decimal"""
)
# ECMAScript's reserved words, in strict mode and in modules, those of TypeScript, and global values.
TYPESCRIPT_VALUES = _words(
    """break case catch class const continue debugger default delete do else enum export extends false finally for
    function if import in instanceof new null return super switch this throw true try typeof var void while with
    as implements interface let package private protected public static yield await async of any boolean
    declare get module require number set string symbol type from object unknown never bigint undefined
    asserts infer is keyof namespace readonly unique global abstract constructor accessor satisfies using override out
    arguments eval NaN Infinity globalThis"""
)
# Global types that our type expressions and generated modules use: one of the same name would hide them.
TYPESCRIPT_TYPES = TYPESCRIPT_VALUES | _words(
    """Array ReadonlyArray Record Readonly Partial Required Object String Number Boolean Symbol BigInt Function Promise
    Date JSON"""
)
