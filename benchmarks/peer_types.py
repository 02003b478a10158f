"""Generates models of pydantic with datamodel-code-generator, for ``types_python``. Run by a Python that has it:
``python peer_types.py LIST`` reads the paths of schemas, by name, from a JSON file, and prints as JSON the CPU seconds
that each took, by name; those that it cannot do, or not within SECONDS, are left out."""

from __future__ import annotations

import json
import signal
import sys
import time
import warnings
from pathlib import Path

from datamodel_code_generator import DataModelType, InputFileType, PythonVersion, generate

SECONDS = 30


def seconds_of(schema: Path, output: Path) -> float:
    began = time.process_time()
    generate(
        schema,
        input_filename=schema.name,
        input_file_type=InputFileType.JsonSchema,
        output=output,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        disable_timestamp=True,
    )
    return time.process_time() - began


def give_up(*_: object) -> None:
    raise TimeoutError


def main(listed: Path) -> None:
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, give_up)
    seconds = {}
    for name, path in json.loads(listed.read_text()).items():
        signal.alarm(SECONDS)
        try:
            seconds[name] = seconds_of(Path(path), listed.with_name("peer_types_output.py"))
        except Exception:  # noqa: BLE001  # what it cannot do, for whatever reason, is left out of the race
            continue
        finally:
            signal.alarm(0)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
