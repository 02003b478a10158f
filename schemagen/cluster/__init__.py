"""This package knows how to have batches made by the workers of a dask cluster, as any other engine makes them.

``scheduler`` says which cluster, ``engine`` speaks with it; ``sending`` makes bytes of batches and takes results apart,
``remote`` is what runs on the workers. Both sides have ``frames`` (the layout of these bytes) and ``identity`` (whether
they are of one kind). Nothing here but ``engine`` imports dask, and that only when it is used.
"""
