"""The command `kg`, and `python -m kg`.

A query lives for some fifty milliseconds. Collecting garbage among freshly loaded modules would be
a twentieth of that, so collection is off before the first of them; what lives longer turns it on.
"""

import gc

gc.disable()

from kg.cli import run  # noqa: E402

if __name__ == "__main__":  # a worker process imports this module under another name
    run()
