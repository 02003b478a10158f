"""``python -m schemagen`` is the ``schemagen`` command."""

import sys

from schemagen.cli import main

sys.exit(main())
