"""`kg` without what takes seconds and is the same in every build.

    python tests/quick_kg.py WORDS ...

That is the form of the shapes, and HermiT. The fixture `quick` leaves out the same in a process of
tests.
"""

from __future__ import annotations

import kg.building.flow
import kg.reasoning.entailment
from kg.__main__ import run

if __name__ == "__main__":
    kg.building.flow.check_shapes = lambda _: []
    kg.reasoning.entailment.find_java = lambda: None
    run()
