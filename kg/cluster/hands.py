"""Ray: the processes of a cluster, which make shards.

In: an address; `Work` and parcels. Out: shards, in no particular order.
Refuses: the extra `cluster` is missing, an address at which there is no cluster, or a cluster that
cannot do the work (X721); processes that end again and again (X708).

A task whose process or machine is lost is done again elsewhere. What it makes has the same name and
the same bytes, so that it does no harm if the first was not lost but late.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from kg.cluster.shards import Parcel, Shard
from kg.cluster.storage import missing
from kg.cluster.workplace import Work, Workplace
from kg.diagnostics import ContentError, Diagnostic, Misuse, Unavailable

Spread = Callable[[Work, Iterable[Parcel]], Iterator[Shard]]
"""Has shards made: here, by processes of this machine, or by others."""
LOCAL, JOINED = "local", "auto"
LOOPBACK = "127.0.0.1"
RETRIES = 5
"""So many times a shard is tried again after its process was lost."""
AHEAD = 3
"""So many shards for each processor are on their way or being made."""
MEMORY = 256 << 20
"""Bytes that parcels and shards on their way may take in the memory of a local cluster."""
REACH = 5.0
"""Seconds in which a cluster must answer."""


def here(work: Work, parcels: Iterable[Parcel]) -> Iterator[Shard]:
    """Make shards in this process."""
    yield from map(Workplace(work).shard, parcels)


@contextmanager
def cluster(address: str, workers: int | None = None) -> Iterator[Spread]:
    """The processes of a cluster.

    Args:
        address: `local` starts one on this machine; `auto` joins the one that this machine is part
            of; HOST:PORT the one whose head is there.
        workers: processes of a local one; None: as many as there are processors.

    Raises:
        Misuse: X721, this is no address. Unavailable: X721, there is no cluster.
    """
    _check(address)
    # Nobody is told that it is used, and what its processes say is not mixed with our messages.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray  # an extra; it takes a second to load
    except ImportError as error:
        raise missing() from error
    _check(_seen(address))
    options: dict[str, Any] = {"address": address}
    if address == LOCAL:
        options |= {
            "num_cpus": workers,
            "include_dashboard": False,
            "object_store_memory": MEMORY,
            "_node_ip_address": LOOPBACK,
        }
    try:
        ray.init(**options, logging_level=logging.ERROR, log_to_driver=False)
    except Exception as error:  # what goes wrong at the start has no class in common
        raise _unreachable(address, str(error)) from error
    try:
        yield _spread
    finally:
        ray.shutdown()


def _check(address: str) -> None:
    """See that somebody listens at an address: Ray itself waits for minutes."""
    if address in (LOCAL, JOINED):
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit():
        message = f"`{address}` is no address of a cluster"
        help_ = "write `local`, `auto`, or HOST:PORT"
        raise Misuse([Diagnostic("X721", message, help=help_)])
    try:
        socket.create_connection((host.strip("[]"), int(port)), REACH).close()
    except OSError as error:
        raise _unreachable(address, (error.strerror or str(error)).lower()) from error
    except OverflowError as error:
        raise _unreachable(address, "there is no such port") from error


def _seen(address: str) -> str:
    """An address as Ray takes it: this machine is its own address for it, and not the loopback."""
    import ray

    host, _, port = address.rpartition(":")
    here = host in ("localhost", "127.0.0.1", "[::1]", "::1")
    return f"{ray.util.get_node_ip_address()}:{port}" if here else address


def _unreachable(address: str, reason: str) -> Unavailable:
    message = f"there is no cluster at `{address}`"
    help_ = "start one with `ray start --head`, or build with `--on local`"
    if "connect to Ray" in reason:  # somebody answers, but not as one of the same cluster would
        help_ = "see that the versions of Ray are the same, and RAY_AUTH_MODE and the token, if any"
    note = reason.strip().partition("\n")[0]
    return Unavailable([Diagnostic("X721", message, notes=(note,) if note else (), help=help_)])


def _spread(work: Work, parcels: Iterable[Parcel]) -> Iterator[Shard]:
    """Have a cluster make shards; few are on their way at a time, whatever their number."""
    import ray

    shared = ray.put(work)
    options = {"num_cpus": 1, "max_retries": RETRIES, "scheduling_strategy": "SPREAD"}
    task = ray.remote(**options)(_make)
    most = AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
    waiting: dict[Any, Parcel] = {}
    for parcel in parcels:
        # In a list, what is shared is not fetched anew for each shard.
        waiting[task.remote([shared], parcel)] = parcel
        if len(waiting) >= most:
            yield from _done(waiting)
    while waiting:
        yield from _done(waiting)


def _done(waiting: dict[Any, Parcel]) -> Iterator[Shard]:
    """Wait for some of the shards."""
    import ray

    ready, _ = ray.wait(list(waiting), num_returns=1)
    for reference in ready:
        parcel = waiting.pop(reference)
        try:
            found = ray.get(reference)
        except ray.exceptions.RayError as error:
            raise _lost(parcel, error) from error
        if isinstance(found, ContentError):
            raise found
        yield found


def _lost(parcel: Parcel, error: Exception) -> Unavailable:
    reason = str(error).strip().rpartition("\n")[2]
    first, last = parcel.stems[0], parcel.stems[-1]
    message = f"the work on the articles from `{first}` to `{last}` was ended"
    help_ = "see that the machines have memory, and the same packages as this one"
    return Unavailable([Diagnostic("X708", message, notes=(reason,), help=help_)])


_workplaces: dict[str, Workplace] = {}


def _make(shared: list[Any], parcel: Parcel) -> Shard | ContentError:
    """In a process of the cluster: make a shard; what all share is loaded once."""
    import ray

    (reference,) = shared
    try:
        if reference.hex() not in _workplaces:
            _workplaces.clear()
            _workplaces[reference.hex()] = Workplace(ray.get(reference))
        return _workplaces[reference.hex()].shard(parcel)
    except ContentError as error:
        return error
