"""doit reads this file: `doit -n 2` builds schemas/ with the packs in templates/ into build/."""

from schemagen.doit_plugin import doit_config, generate_tasks

DOIT_CONFIG = doit_config()


def task_generate():
    """generate the outputs of every schema that changed"""
    yield from generate_tasks()
