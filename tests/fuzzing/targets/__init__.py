"""What is fuzzed, each with what must be so."""

from tests.fuzzing.running import Target
from tests.fuzzing.targets import bundles, caches, configuration, mustache, packs, schemas, state, statefiles, texts

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        *schemas.TARGETS,
        *texts.TARGETS,
        *mustache.TARGETS,
        *packs.TARGETS,
        *configuration.TARGETS,
        *state.TARGETS,
        *statefiles.TARGETS,
        *caches.TARGETS,
        *bundles.TARGETS,
    )
}
