"""Blocking work on files, off the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

_Parameters = ParamSpec("_Parameters")
ResultT = TypeVar("ResultT")

# Hashing and the system calls on files release the interpreter, so a few threads use all cores and disks.
_THREADS: Final = ThreadPoolExecutor(8, thread_name_prefix="files")


async def run_blocking(
    function: Callable[_Parameters, ResultT], *args: _Parameters.args, **kwargs: _Parameters.kwargs
) -> ResultT:
    """Call a function in a thread. A cancellation waits until the function has returned.

    So nothing closes a file, or unlocks it, while a thread still works on it.
    """
    loop = asyncio.get_running_loop()
    future = loop.run_in_executor(_THREADS, lambda: function(*args, **kwargs))
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        raise
