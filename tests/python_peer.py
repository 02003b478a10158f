"""Generates models of pydantic with datamodel-code-generator. Run by itself, by a Python that has it:
``python python_peer.py SCHEMAS OUTPUT`` makes of each SCHEMAS/PATH.json a module in OUTPUT, and prints as JSON their
names by PATH."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

from datamodel_code_generator import DataModelType, InputFileType, PythonVersion, generate

ROOT = "Root"


def generate_one(file: Path, output: Path) -> None:
    generate(
        file,
        input_filename=file.name,
        input_file_type=InputFileType.JsonSchema,
        output=output,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        class_name=ROOT,
        disable_timestamp=True,
    )


def main(schemas: Path, folder: Path) -> None:
    warnings.simplefilter("ignore")
    made = {}
    for file in sorted(schemas.rglob("*.json")):
        path = file.relative_to(schemas).with_suffix("").as_posix()
        module = "".join(character if character.isalnum() else "_" for character in path)
        try:
            generate_one(file, folder / f"{module}.py")
        except Exception:  # noqa: BLE001  # what it cannot do is what is counted
            continue
        made[path] = module
    print(json.dumps(made))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
