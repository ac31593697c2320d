"""The program of a process that runs functions for jobs: it reads calls and writes answers until its input ends."""

import importlib
import os
import resource
import sys
from functools import reduce
from typing import BinaryIO

import msgspec

from graphql_api.jobs.messages import LENGTH, Answer, Call


def main() -> None:
    """Answer calls from standard input, with the memory that the first argument allows, in bytes."""
    limit = int(sys.argv[1])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    calls, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints must not get among the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while header := calls.read(LENGTH.size):
        (length,) = LENGTH.unpack(header)
        _write(answers, _answer(calls.read(length)))


def _answer(message: bytes) -> bytes:
    call = msgspec.msgpack.decode(message, type=Call)
    try:
        function = reduce(getattr, call.name.split("."), importlib.import_module(call.module))
        answer = Answer(result=function(*call.arguments))  # type: ignore[operator]
        return msgspec.msgpack.encode(answer)
    except MemoryError:
        return msgspec.msgpack.encode(Answer(error="It needs more memory than is allowed."))
    except Exception as error:  # noqa: BLE001 - the caller decides what each error means
        return msgspec.msgpack.encode(Answer(raised=(type(error).__name__, str(error))))


def _write(answers: BinaryIO, answer: bytes) -> None:
    answers.write(LENGTH.pack(len(answer)) + answer)
    answers.flush()


if __name__ == "__main__":
    main()
