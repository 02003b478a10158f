"""This package knows how to keep the bytes of outputs where other builds find them: other checkouts, other branches,
other machines.

An output is found by its *key*, a SHA-256 over everything that its bytes depend on (``keys``). What is kept lies in
*groups*: a blob, the outputs one after the other, at ``cas/ab/SHA256``, and a mapping that says which output is where
in it, at ``ac/v1/ab/GROUP`` (``mapping``). A store is a folder (``folder``), which has an index from the keys of
outputs to groups, or whatever fsspec has a file system for (``objects``), where a group is asked for by its own key: a
digest over the keys of its members, which are neighbours in the project (``groups``). ``stores`` uses both as one.

What a store gives is never trusted: see ``mapping``. Nothing here fails a build.
"""
