"""The process that runs one function on a hostile file. `limited` starts it; it limits itself before it reads more."""

import errno
import importlib
import inspect
import os
import resource
import sys
import traceback
from typing import Any, get_type_hints

import msgspec

from domain.files.content_failures import ContentRejected
from resolvers.files.inspection.messages import Crash, OutOfMemory, Output, Rejection, Reply, Request

_NICE = 10
_MAX_TRACEBACK = 4000


def main() -> None:
    """Read a request, run it, and write the reply. What libraries print goes elsewhere."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    request = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Request)
    _limit(request)
    replies.write(msgspec.msgpack.encode(_run(request)))
    replies.close()


def _limit(request: Request) -> None:
    """Bound CPU and memory, write no file, leave no core dump, and give way to the server."""
    sys.dont_write_bytecode = True
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (request.seconds, request.seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (request.memory, request.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _run(request: Request) -> Reply:
    try:
        function: Any = getattr(importlib.import_module(request.module), request.name)
        return Output(msgspec.Raw(msgspec.msgpack.encode(function(*_arguments(function, request.args)))))
    except ContentRejected as rejection:
        return Rejection(rejection.file_name, rejection.fault, rejection.detail)
    except MemoryError:
        return OutOfMemory()
    except Exception as error:  # noqa: BLE001 - the server reports it as the bug that it is
        # What a system call reports, like the one that maps a file.
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:
            return OutOfMemory()
        return Crash(traceback.format_exc()[-_MAX_TRACEBACK:])


def _arguments(function: Any, args: tuple[Any, ...]) -> list[Any]:
    """Convert arguments to what the function declares: paths and enums travel as text."""
    hints = get_type_hints(function)
    names = list(inspect.signature(function).parameters)
    return [
        msgspec.convert(arg, hints[name], dec_hook=lambda kind, value: kind(value))
        for name, arg in zip(names, args, strict=True)
    ]


if __name__ == "__main__":
    main()
