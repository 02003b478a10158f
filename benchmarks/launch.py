"""This module knows how to run one process and write down what it took. Arguments: the file for the figures, the
file for what the process prints, and the command.

It is a process of its own because Linux counts the memory of whoever starts a process as the first peak of that
process: started from the benchmark, ninja would seem to need what the benchmark needs. So this one imports
next to nothing, and is run with ``-I -S``; a peak of some 7 MB or less is still its own.
"""

import os
import sys
import time


def main(figures: str, log: str, command: list[str]) -> None:
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(output, 1)
        os.dup2(output, 2)
        try:
            os.execvp(command[0], command)
        finally:
            os._exit(127)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    with open(figures, "w") as file:
        file.write(f"{os.waitstatus_to_exitcode(status)} {wall} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss}")


main(sys.argv[1], sys.argv[2], sys.argv[3:])
