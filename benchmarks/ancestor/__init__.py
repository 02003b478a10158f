"""The system that schemagen descends from, its architecture written anew in Node.js, to be measured against.

What it does is in ``ancestor.js``: a queue of batches, one new worker thread for each batch (of 10), in each worker a
cache of schemas and parsed templates of its own, mustache.js, and writes that are not waited for. Both build the pack
in ``pack/``: pages in the manner of a form, of properties, types, constraints, nested objects, enums, unions, and
definitions with references to them by name. ``view.js`` makes the keys of schemagen's view that these templates read,
and the outputs are compared byte by byte.

This favours Node.js:

- its view has some forty keys of a node, and can have no others: schemagen's, which serves any pack, works out for
  this pack also what nobody reads of it, such as copies of definitions;
- it validates nothing: no check against metaschemas, of duplicate keys, of depth, of circles and of references that
  lead nowhere, and a schema that breaks a rule gets a page or ends the build;
- it finds other files by the last part of a URI, and knows no ids but that of a file and no metaschemas;
- it writes in place: a page that is being written can be seen half, two pages can be one file, and a link can lead
  anywhere;
- it remembers nothing: its next build is as long as its first;
- it forgets how numbers were written (1.0 is 1), so both are given schemas with numbers as JavaScript writes them.
"""
