"""This room knows the types of a schema: what it accepts as far as types can tell, and how languages write that."""
