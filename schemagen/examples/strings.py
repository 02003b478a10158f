"""This module knows how to make a text of a format, a pattern, a length."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from schemagen.examples.limits import NoValueError
from schemagen.examples.numbers import as_fraction
from schemagen.examples.patterns import texts_for
from schemagen.model import JsonValue

_MAX_LENGTH = 2000
_FORMATS = {
    "date": ("2025-01-31", "2025-02-01"),
    "time": ("12:30:00Z", "13:30:00Z"),
    "date-time": ("2025-01-31T12:30:00Z", "2025-02-01T12:30:00Z"),
    "duration": ("P1D", "P2D"),
    "email": ("someone@example.com", "another@example.com"),
    "idn-email": ("someone@example.com", "another@example.com"),
    "hostname": ("example.com", "example.org"),
    "idn-hostname": ("example.com", "example.org"),
    "ipv4": ("192.0.2.1", "192.0.2.2"),
    "ipv6": ("2001:db8::1", "2001:db8::2"),
    "uri": ("https://example.com/", "https://example.org/"),
    "iri": ("https://example.com/", "https://example.org/"),
    "url": ("https://example.com/", "https://example.org/"),
    "uri-reference": ("/path", "/other"),
    "iri-reference": ("/path", "/other"),
    "uri-template": ("/path/{name}", "/other/{name}"),
    "uuid": ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3f2504e0-4f89-41d3-9a0c-0305e82c3302"),
    "json-pointer": ("/name", "/other"),
    "relative-json-pointer": ("0/name", "1/name"),
    "regex": ("^a+$", "^b+$"),
    "color": ("#336699", "#993366"),
}
_ENCODED = {"base64": "ZXhhbXBsZQ==", "base64url": "ZXhhbXBsZQ==", "base16": "00FF", "base32": "ME======"}
_JSON = {"": "{}", "base64": "e30="}
_FILLER = "text"


def choose_text(asked: Iterable[Mapping[str, JsonValue]], ordinal: int, is_right: Callable[[str], bool]) -> str:
    """A text for all of ``asked``, the keywords of schemas, that ``is_right``; another one for each ``ordinal`` from 0.
    Raises NoValueError."""
    asked = list(asked)
    least, most = _lengths(asked)
    skipped: set[str] = set()
    for text in _candidates(asked, least, most, ordinal):
        if len(text) < least or len(text) > most or not is_right(text):
            continue
        if len(skipped | {text}) > ordinal or not any("pattern" in words for words in asked):
            return text
        skipped.add(text)
    raise NoValueError("no text that fits")


def _lengths(asked: Iterable[Mapping[str, JsonValue]]) -> tuple[int, int]:
    least, most = 0, _MAX_LENGTH
    for words in asked:
        low, high = as_fraction(words.get("minLength")), as_fraction(words.get("maxLength"))
        least = max(least, int(low)) if low is not None else least
        most = min(most, int(high)) if high is not None else most
    if least > most:
        raise NoValueError("no length")
    return least, most


def _candidates(asked: list[Mapping[str, JsonValue]], least: int, most: int, ordinal: int) -> Iterator[str]:
    for words in asked:
        form = words.get("format")
        if isinstance(form, str) and form in _FORMATS:
            yield from _FORMATS[form][min(ordinal, 1) :]
        encoding, media_type = words.get("contentEncoding"), words.get("contentMediaType")
        if media_type == "application/json" and encoding in {None, "base64"}:
            yield _JSON[encoding or ""]
        elif isinstance(encoding, str) and encoding in _ENCODED:
            yield _ENCODED[encoding]
    for words in asked:
        if isinstance(words.get("pattern"), str):
            try:
                for text in texts_for(words["pattern"]):
                    yield text
                    yield text + _FILLER[: max(0, least - len(text))].ljust(least - len(text), "a")
            except NoValueError:
                continue
    word = _FILLER if not ordinal else f"{_FILLER}{ordinal + 1}"
    yield word.ljust(least, "x")[-most or None :] if len(word) > most else word.ljust(least, "x")
    yield (str(ordinal) if ordinal else "a").rjust(least, "a")[:most]
    yield ""
    yield from _COMMON


# What patterns that are beyond us often ask for.
_COMMON = (
    *("1.0.0", "v1.0.0", "example", "Example", "EXAMPLE", "1", "a.b", "a/b", "/a", "./a", "#336699", "1d", "10s"),
    *("https://example.com/", "https://example.com/a.git", "someone@example.com", "en", "en-US", "2025-01-31"),
    *("a:b", "a-b", "@a/b", "${a}", "com.example.a", "192.0.2.1", "file.txt", "example.json", "*"),
)
