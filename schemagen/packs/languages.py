"""This module knows how text is made safe in each language that a pack can write."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from schemagen.view import is_safe_name
from schemagen.view.markdown import escape_markdown


@dataclass(frozen=True, slots=True)
class Language:
    """``escape`` is what ``{{x}}`` does to a text. Where ``only_tokens``, no escaping could make a text safe wherever
    it stands, so that only names of the view that are complete tokens of the language may be printed."""

    name: str
    escape: Callable[[str], str]
    only_tokens: bool = False

    def allows(self, name: str) -> bool:
        """Whether ``{{name}}`` may stand in a template for this language."""
        return not self.only_tokens or is_safe_name(self.name, name)


def _escape_json(text: str) -> str:
    """``text`` as it stands between the quotes of a JSON string; numbers, true and false stay as they are."""
    return json.dumps(text)[1:-1]


LANGUAGES: Mapping[str, Language] = {
    language.name: language
    for language in (
        Language("html", html.escape),
        Language("markdown", escape_markdown),
        Language("json", _escape_json),
        Language("text", str),
        Language("typescript", str, only_tokens=True),
        Language("javascript", str, only_tokens=True),
        Language("python", str, only_tokens=True),
        Language("yaml", str, only_tokens=True),
    )
}
_BY_SUFFIX = {
    **dict.fromkeys(("html", "htm", "xml", "svg"), "html"),
    **dict.fromkeys(("md", "markdown"), "markdown"),
    **dict.fromkeys(("ts", "mts", "cts", "tsx"), "typescript"),
    **dict.fromkeys(("js", "mjs", "cjs", "jsx"), "javascript"),
    **dict.fromkeys(("py", "pyi"), "python"),
    **dict.fromkeys(("yaml", "yml"), "yaml"),
    "json": "json",
}


def language_of(suffix: str) -> str:
    """The language of files that end in ``.suffix``; text where it is none that we know."""
    return _BY_SUFFIX.get(suffix.lower(), "text")
