"""Options that a verb takes together, as one value.

In: options and the tuple that holds their values. Out: a decorator for the verb.
Refuses: nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Verb = Callable[..., Any]
ARGUMENTS = "kg.arguments"
"""Under this name, the context of a verb has the whole command line."""


def bundled(
    name: str,
    kind: Any,  # noqa: ANN401  (no type says: a class of named tuples)
    options: Sequence[Callable[[Verb], Verb]],
) -> Callable[[Verb], Verb]:
    """Give a verb some options; it takes them as one argument.

    Args:
        name: of that argument.
        kind: a named tuple with a field for each option.
        options: in the order in which help shows them.
    """

    def decorate(verb: Verb) -> Verb:
        def collected(*arguments: Any, **values: Any) -> Any:  # noqa: ANN401  (of any verb)
            chosen = {field: values.pop(field) for field in kind._fields}
            return verb(*arguments, **{name: kind(**chosen)}, **values)

        collected.__doc__ = verb.__doc__
        collected.__dict__.update(verb.__dict__)
        for option in reversed(options):
            option(collected)
        return collected

    return decorate
