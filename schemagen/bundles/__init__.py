"""This package knows how to take the schemas in a document for schemas of their own that is too large to be held in
memory: a bundle of very many definitions.

``window`` reads a file once, piece by piece, and finds where a value ends; ``scanning`` finds the definitions with
it, ``index`` keeps where they are, with their digests, and ``reading`` has that made only where it has to be;
``changes`` finds what is another than before. ``bundle`` reads a definition where it is asked for. All of them hold the
index and the largest definition, and never the document.
"""
