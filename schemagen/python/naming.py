"""This module knows how to name what a Python module declares, its members, and the modules themselves.

Names of types and paths of modules are made of their words alone, so that every module names what others declare as
they do.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from schemagen.types.model import Member
from schemagen.view.modules import module_path
from schemagen.view.names import Scope, Words, py_name, py_type_name, words_of

# What the body of a dataclass uses by name: a field of that name with a default would hide it there.
DATACLASS_MEMBERS = frozenset({"field", "classmethod", "from_dict", "to_dict", "additional_properties"})
_CODEC = "_codec"
# Attributes of pydantic's BaseModel: it warns of a field that hides one.
MODEL_MEMBERS = frozenset(
    {"construct", "copy", "dict", "from_orm", "json", "parse_file", "parse_obj", "parse_raw", "schema", "schema_json"}
    | {"update_forward_refs", "validate", "model_computed_fields", "model_config", "model_construct", "model_copy"}
    | {"model_dump", "model_dump_json", "model_extra", "model_fields", "model_fields_set", "model_json_schema"}
    | {"model_parametrized_name", "model_post_init", "model_rebuild", "model_validate", "model_validate_json"}
    | {"model_validate_strings", "mro", "register"}
)


def member_names(members: Sequence[Member], taken: Collection[str]) -> list[str]:
    """The identifiers of ``members``, each once, none of those that are ``taken``."""
    scope = Scope(py_name)
    names = [py_name(scope.claim(_words_of(member.key))) for member in members]
    # What ends in an underscore is no name of another: words hold none.
    return [f"{name}_" if name in taken else name for name in names]


# Schemas use the same keys and names again and again.
_words_of = lru_cache(maxsize=4096)(words_of)
type_name = lru_cache(maxsize=4096)(py_type_name)


def codec_name(words: Words) -> str:
    """What reads a type; the modules that use it need not know whether it is a class."""
    return f"_{'_'.join(words)}{_CODEC}"


def import_of(module: str, home: str) -> tuple[str, str]:
    """Where the module of the schema ``module`` is, seen from that of ``home``: ``..common`` and ``address``."""
    *folders, own = module_path(module).split("/")
    around = module_path(home).split("/")[:-1]
    shared = 0
    while shared < min(len(folders), len(around)) and folders[shared] == around[shared]:
        shared += 1
    dots = "." * (len(around) - shared + 1)
    return dots + ".".join(folders[shared:]), own


def runtime_of(home: str) -> str:
    """Where the module ``_schemagen`` of the package is, seen from that of the schema ``home``."""
    return "." * (home.count("/") + 1) + "_schemagen"


class ModuleNames:
    """The names of imported modules in a module: ``_address``, each once."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._scope = Scope("_".join)
        self._names: dict[str, str] = {}

    def of(self, module: str) -> str:
        name = self._names.get(module)
        if name is None:
            _, own = import_of(module, self._home)
            name = "_" + "_".join(self._scope.claim((own,)))
            # What reads a type has such a name.
            self._names[module] = name = f"{name}_" if name.endswith(_CODEC) else name
        return name

    def imports(self) -> list[tuple[str, str, str]]:
        """(package, module, the name here) of all that were asked for."""
        return [(*import_of(module, self._home), name) for module, name in self._names.items()]
