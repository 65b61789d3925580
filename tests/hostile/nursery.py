"""A process that has loaded the engine and forks itself for each command, so that hundreds of
commands can each have a process of their own, with its exit status, its limits and its traceback.

In: lines of JSON on standard input, one command each. Out: lines of JSON with exit status
(negative: the signal that ended it; null: it ran too long) and peak memory in MiB.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import signal
import sys
import time
import traceback

gc.disable()  # as `kg.__main__` does

import pkgutil  # noqa: E402
from importlib import import_module  # noqa: E402
from pathlib import Path  # noqa: E402

import kg  # noqa: E402

for _module in pkgutil.walk_packages(kg.__path__, "kg."):
    if _module.name != "kg.__main__":
        import_module(_module.name)

WALL, CPU = 20, 15
ENDS = (signal.SIGINT, signal.SIGTERM)
DATA = 2 << 30
"""Bytes that a command may allocate: hostile input must not make it ask for more."""

# https://man7.org/linux/man-pages/man2/capset.2.html: root obeys the modes of files without these.
VERSION_3, DAC_OVERRIDE, DAC_READ_SEARCH = 0x20080522, 1 << 1, 1 << 2


def obey_modes() -> None:
    """Let modes of files hold for this process, even if it is root."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()
    libc.capget(header, sets)
    for part in (0, 1):  # effective, permitted
        sets[part] &= ~(DAC_OVERRIDE | DAC_READ_SEARCH)
    if libc.capset(header, sets):
        raise OSError(ctypes.get_errno(), "capset")


def become(job: dict) -> None:
    """Turn a fork into the command."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.close(number)
        if job[name] is not None:
            flags = os.O_RDONLY if name == "stdin" else os.O_WRONLY | os.O_CREAT
            os.dup2(os.open(job[name], flags), number)
    os.chdir(job["cwd"])
    os.environ.clear()
    os.environ.update(job["env"])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (DATA, DATA))
    if job["largest"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["largest"], job["largest"]))
    if job["obeying"]:
        obey_modes()
    if job["without_folder"]:
        Path(job["cwd"]).rmdir()


def streams(job: dict) -> None:
    """The standard streams as an interpreter that starts makes them."""
    encoding = job["env"].get("PYTHONIOENCODING", "utf-8")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        errors = "backslashreplace" if name == "stderr" else "strict"
        stream = None
        if job[name] is not None:
            mode = "r" if name == "stdin" else "w"
            stream = open(number, mode, encoding=encoding, errors=errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def run(job: dict) -> None:
    """The command, as `python -m kg` runs it."""
    try:
        become(job)
        streams(job)
        sys.argv = ["kg", *map(os.fsdecode, map(bytes.fromhex, job["arguments"]))]
        start = import_module("kg.cli").run
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
        start()
    except BaseException:
        os.write(2, traceback.format_exc().encode(errors="replace"))
    os._exit(1)


def wait(child: int) -> dict:
    """How a command ended."""
    deadline = time.monotonic() + WALL
    while time.monotonic() < deadline:
        found, status, usage = os.wait4(child, os.WNOHANG)
        if found:
            ended = os.waitstatus_to_exitcode(status)
            return {"status": ended, "memory": usage.ru_maxrss // 1024}
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return {"status": None, "memory": 0}


def main() -> None:
    for line in sys.stdin:
        job = json.loads(line)
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # until the command runs
        child = os.fork()
        if not child:
            run(job)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
        print(json.dumps({"pid": child}), flush=True)
        print(json.dumps(wait(child)), flush=True)


if __name__ == "__main__":
    main()
