"""Put on the path of the real command, this notes what it, and every process that it forks, asks of the interpreter.

Python's audit events are raised by the interpreter and by its own modules in C; a hook cannot be taken away again, and
a process that is forked has it too. What would go to the network is not only noted but fails. What the events do not
show, calls that a library in another language makes by itself, ``strace`` does.
"""

import os
import sys

_LOG = os.open(os.environ["AUDIT_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
_CANARY = os.environ.get("AUDIT_CANARY", "")
# Those that say that something was looked at or began, and nothing of what is to be proved.
_QUIET = ("import", "object.", "sys.", "code.__new__", "builtins.id", "os.putenv", "os.unsetenv", "gc.", "function.")
_NETWORK = (
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "socket.getaddrinfo",
    "socket.gethost",
    "urllib.",
    "http.",
)
_seen = set()


def _note(event, args):
    if event.startswith(_QUIET):
        return
    if event in {"compile", "exec", "marshal.loads", "marshal.load", "pickle.find_class"}:
        told = (_caller(), _about(event, args))
    elif event == "open":
        told = (_text(args[0]), str(args[1] or ""), str(args[2]))
    else:
        told = tuple(map(_text, args))
    key = (os.getpid(), event, told)
    if key not in _seen:
        _seen.add(key)
        line = "\t".join([str(os.getpid()), event, *told]).replace("\n", " ")
        os.write(_LOG, line.encode("utf-8", "backslashreplace") + b"\n")
    if event.startswith(_NETWORK):
        raise PermissionError(f"{event} in a build")


def _caller():
    """The file of the code that asks; empty where that is the interpreter."""
    try:
        return sys._getframe(2).f_code.co_filename
    except ValueError:
        return ""


def _about(event, args):
    if event == "pickle.find_class":
        return f"{args[0]}.{args[1]}"
    if event == "compile" and _CANARY:
        source = args[0] if isinstance(args[0], str) else bytes(args[0] or b"").decode("utf-8", "replace")
        return f"canary {args[1]}" if _CANARY in source else _text(args[1])
    return ""


def _text(value):
    return os.fsdecode(value) if isinstance(value, str | bytes) else repr(value)[:200]


sys.addaudithook(_note)
