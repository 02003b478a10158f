"""This package knows how to build the view: the plain data that a template sees of a schema.

``rules`` reads one schema of any draft as 2020-12; ``nodes`` and ``branches`` build the tree;
``definitions`` names what references lead to, and ``inlining`` puts copies of it where a form needs them;
``constraints``, ``predicates``, ``phrases`` and ``wording`` find the words; ``controls`` and ``patterns`` say
it in HTML; ``literals``, ``text`` and ``markdown`` make text safe; ``shapes`` lists the keys of it all. What builds it,
``root``, is imported by whoever renders, and not here: most builds render little, and many commands nothing.
"""

from schemagen.view.published import VIEW_VERSION, view_schema
from schemagen.view.safety import is_safe_name
from schemagen.view.text import clean, one_line, plain_summary

__all__ = ["VIEW_VERSION", "clean", "is_safe_name", "one_line", "plain_summary", "view_schema"]
