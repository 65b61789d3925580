"""Compressed output.

In: a stream and the extension of a packing. Out: a stream that packs what is written to it, the
same bytes for the same content: no name of a file and no time goes in.
Refuses nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

# Each module is only loaded for files that need it.


def _gzip(out: BinaryIO) -> BinaryIO:
    import gzip

    return cast(BinaryIO, gzip.GzipFile("", "wb", 6, out, 0))


def _zstandard(out: BinaryIO) -> BinaryIO:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    return cast(BinaryIO, zstd.ZstdFile(out, "wb"))


PACKINGS: dict[str, Callable[[BinaryIO], BinaryIO]] = {".gz": _gzip, ".zst": _zstandard}
"""By extension."""


@contextmanager
def packing(out: BinaryIO, extension: str) -> Iterator[BinaryIO]:
    """A stream that packs into `out`, which stays open.

    Args:
        out: binary stream.
        extension: one of `PACKINGS`; empty: nothing is packed.
    """
    if not extension:
        yield out
        return
    with PACKINGS[extension](out) as packed:
        yield packed
