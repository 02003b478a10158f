"""Makes terminal.svg, what the README shows: `.venv/bin/python docs/images/terminal.py` runs the commands and draws."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
COMMANDS = (
    "doit -n 2",
    "doit -n 2",
    "sed -i s/Invoice/Bill/ schemas/billing/invoice.json",
    "schemagen generate --dry-run",
    "schemagen generate",
    "schemagen check",
)
# Without the fonts that it would fetch.
FORMAT = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def main() -> None:
    console = Console(record=True, width=100, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    with tempfile.TemporaryDirectory() as folder:
        for name in ("schemas", "templates"):
            shutil.copytree(REPOSITORY / name, Path(folder, name))
        for name in ("dodo.py", "pyproject.toml"):
            shutil.copy(REPOSITORY / name, folder)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        for command in COMMANDS:
            console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
            words = ["sh", "-c", f"{command} 2>&1"]
            done = subprocess.run(
                words, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, encoding="utf-8", check=True
            )
            lines = done.stdout.splitlines()
            for line in lines if len(lines) < 9 else [*lines[:3], "...", *lines[-2:]]:
                console.print(Text.from_ansi(line))
    svg = console.export_svg(title="schemagen", code_format=FORMAT, unique_id="terminal")
    (HERE / "terminal.svg").write_text(svg, encoding="utf-8")
    print(json.dumps({"bytes": len(svg)}))


if __name__ == "__main__":
    main()
