"""What is fuzzed, each with what must be so."""

from tests.fuzzing.running import Target
from tests.fuzzing.targets import schemas, texts

TARGETS: dict[str, Target] = {target.name: target for target in (*schemas.TARGETS, *texts.TARGETS)}
