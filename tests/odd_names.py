"""Keys and titles that are no names in some language, or are one there already."""

from __future__ import annotations

ODD_NAMES = [
    # nothing, white space, digits, signs
    *("", " ", "\t", "\n", "0", "1", "42", "1st", "3d", "-1", "1.5", "00", "-", "--", "_", "__", "___", "$", "$$"),
    *("@", "#", "#/$defs/a", "a/b", "a~b", "a.b", "a b", "a-b", "a_b", "a:b", "a+b", "<", ">", "<=>", "&", "*", "**"),
    *("?", "!", "%", "%20", "'", '"', "`", "\\", "(", ")", "[", "]", "[key: string]", "{", "}", "{{x}}", "|", ";", ","),
    *("=", "==", "a=b", "~", "^", "...", "..", ".", "../x", "/etc/passwd", "C:\\x", "\0", "\x7f", "\u2028", "\ufeff"),
    # those that differ in nothing but case or separators
    *("aB", "ab", "AB", "Ab", "a_B", "A-b", "userId", "user_id", "user-id", "UserID", "USER_ID", "user id"),
    # reserved words and names of the languages
    *("class", "def", "None", "True", "False", "null", "true", "false", "undefined", "NaN", "Infinity", "async"),
    *("await", "yield", "import", "export", "from", "as", "is", "in", "not", "and", "or", "lambda", "pass", "with"),
    *("new", "this", "self", "super", "delete", "default", "enum", "interface", "type", "unknown", "never", "any"),
    *("object", "string", "number", "boolean", "symbol", "bigint", "function", "var", "let", "const", "void", "static"),
    *(
        "int",
        "str",
        "float",
        "bool",
        "list",
        "dict",
        "tuple",
        "set",
        "bytes",
        "print",
        "match",
        "case",
        "_1",
        "__class__",
    ),
    *("__init__", "__slots__", "__dict__", "__annotations__", "from_dict", "to_dict", "additional_properties", "UNSET"),
    *("__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty", "length", "name", "arguments"),
    *("Array", "Record", "Object", "String", "Number", "Boolean", "Symbol", "Promise", "Date", "Map", "Set", "JSON"),
    *("Any", "Literal", "Union", "Optional", "TypedDict", "NotRequired", "Never", "Self", "List", "Dict", "Field"),
    *("BaseModel", "model_config", "model_fields", "dataclass", "field", "readonly", "module", "require", "index"),
    # other scripts, and what looks alike
    *(
        "é",
        "e\u0301",
        "ñandú",
        "straße",
        "STRASSE",
        "İstanbul",
        "ıstanbul",
        "日本語",
        "名前",
        "имя",
        "имЯ",
        "اسم",
        "שם",
    ),
    *("ﬁle", "file", "ℌ", "H", "ª", "²", "½", "Ⅷ", "ǅ", "µ", "μ", "K", "Å", "𝒳", "𝟙", "a\u200db", "a\u200bb"),
    *("👍", "👩‍👩‍👧", "🇩🇪", "☃", "♥ love", "→", "€uro", "a\u0301\u0302\u0303", "\u0301", "·", "x·y", "゛", "ー"),
    # very long
    "a" * 300,
    "a" * 300 + "b",
    "very_" * 60,
    "Very" * 60,
    "1" * 300,
    "-" * 300,
]
