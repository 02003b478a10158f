"""Random input, damaged input and input that was made to harm, for as long as one likes.

    python -m tests.fuzzing --seconds 3600            all targets, one after the other, for an hour in all
    python -m tests.fuzzing --target texts --seed 7   one of them
    python -m tests.fuzzing --target texts --seed 7 --only 1234   one execution again, with all that it says

An execution is decided by the target, the seed and its number, so that each find can be made again. Executions are
made in a process of their own: one that hangs or dies is a find like any other, and the next ones are made.

What holds for every target: nothing but an error of ours, with a place in a file that was given, may come out of
schemagen; no execution takes longer than some seconds; and what each target says besides. ``guided`` lets atheris,
which sees what code an input comes to, look for inputs for some of them.
"""
