"""This module knows how to resolve references: where each leads, and all that a schema reaches by them.

``scan`` lists the references, ids and anchors of one document; ``documents`` holds a document with its scan;
``folders`` finds the files that references name; ``answers`` says where one reference leads; ``library``
follows them all.
"""

from schemagen.refs.answers import UNUSABLE, owners_of_ids
from schemagen.refs.documents import Document
from schemagen.refs.library import Known, Library, scanned
from schemagen.refs.scan import Reference, Resource, Scan, scan_document

__all__ = [
    "UNUSABLE",
    "Document",
    "Known",
    "Library",
    "Reference",
    "Resource",
    "Scan",
    "owners_of_ids",
    "scan_document",
    "scanned",
]
