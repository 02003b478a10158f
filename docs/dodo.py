"""doit reads this file: `cd docs && doit` makes the reference pages here from the schemas in schemagen/contract/."""

from schemagen.doit_plugin import doit_config, generate_tasks

DOIT_CONFIG = doit_config()


def task_generate():
    """generate the pages of every schema that changed"""
    yield from generate_tasks()
