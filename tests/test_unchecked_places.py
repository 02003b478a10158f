"""What a ``$ref`` leads to where no metaschema looks, such as ``$defs`` before 2019-09, may be anything at all; what a
pack cannot use of it is passed over, or refused, like what a metaschema refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import IS_WHOLE
from tests.fuzzing.inventing import DIALECTS, KEYWORDS
from tests.fuzzing.pipeline import Pipeline

WRONG: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, "", "x", "(", [], [[]], [{}], [None], ["x", "x"], [1, "x", ["y"]], {}),
    *({"x": None}, {"x": 1}, {"x": "x"}, {"x": []}, {"x": [[]]}, {"x": [1, {}]}, {"x": {"x": {}}}, [{"x": []}, True]),
    *({"propertyName": []}, {"propertyName": "x", "mapping": 1}, ["object", []], ["string", None], "object", "array"),
)
BESIDE: tuple[dict[str, Any], ...] = (
    {},
    {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]},
    {"type": ["array", "string", "number"], "enum": ["a", 1, ["x"]], "default": "a", "not": {"required": [["x"]]}},
)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return Pipeline(tmp_path_factory.mktemp("project"))


# Unresolved references are let be, so that one of them does not hide what else there is.
OPAQUE, OPAQUE_WITH_OPTIONS = 1, 5


@pytest.mark.parametrize("dialect", [DIALECTS[2], DIALECTS[4]][: 2 if IS_WHOLE else 1])
@pytest.mark.parametrize("keyword", KEYWORDS)
def test_keyword_with_any_value_is_passed_over_or_refused(pipeline: Pipeline, keyword: str, dialect: str) -> None:
    for beside in BESIDE if IS_WHOLE else BESIDE[::2]:
        odd = {f"w{number}": {**beside, keyword: value} for number, value in enumerate(WRONG)}
        together = {"properties": {name: {"$ref": f"#/odd/{name}"} for name in odd}, "odd": odd}
        alone = [{"properties": {"one": {"$ref": "#/odd"}}, "odd": each} for each in odd.values()]
        for schema in [together, *(alone if IS_WHOLE else [])]:
            data = json.dumps({"$schema": dialect, **schema}).encode()
            pipeline.take(data, OPAQUE)
            if beside is BESIDE[-1] or IS_WHOLE:
                pipeline.take(data, OPAQUE_WITH_OPTIONS)
