"""This room knows how to write the types of a schema as Python: as dataclasses, TypedDicts or models of pydantic."""
