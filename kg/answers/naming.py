"""Which node of a source a person means by some words.

In: an id of a mapping, an IRI whole or relative to the base, a CURIE, a name in any of its forms, a
label, the beginning of an article's name. Out: the nodes that are meant, and what was probably
meant where there is none.
Refuses: nothing; how many nodes are too many is for the caller to say.

Everything is asked in SPARQL, so that builds, files and endpoints are all the same. One query looks
words up in every way, and the first way that finds something counts; only where none does are the
names of all nodes read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Store

from kg.hints import MOST, nearest_of
from kg.rdf.turtle import Shortener
from kg.terms import PUBLISHED, RDFS, SKOS, kebab, local_name

# Rows of text: what a SELECT query answers.
Ask = Callable[[str], Iterable[tuple[str, ...]]]
# Patterns that bind ?i to what words may name, of a class.
Way = Callable[[str, str], Iterator[str]]
RESOURCE = RDFS + "Resource"
NAMES = tuple(f"<{SKOS}{name}>" for name in ("prefLabel", "altLabel", "hiddenLabel"))
LABEL = f"<{RDFS}label>"
FEW = 8
"""So many of several nodes are shown."""
MANY = 50_000
"""So many names are compared with what was written."""
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
SPAN = "#char="
"""What IRIs of spans have: their labels are their words, which name what is spoken of there."""
_IS_SPAN = f'CONTAINS(STR(?i), "{SPAN}")'
_KNOWN = "EXISTS { ?i ?p ?o } || EXISTS { ?s ?p ?i } || EXISTS { ?s ?i ?o }"


def asking(store: Store) -> Ask:
    """What asks a store."""

    def ask(query: str) -> Iterator[tuple[str, ...]]:
        for row in store.query(query):  # type: ignore[union-attr]  # the rows of a SELECT query
            yield tuple(term.value if term else "" for term in row)

    return ask


class Namer:
    """Looks words up in one source."""

    def __init__(self, ask: Ask, prefixes: Mapping[str, str], base: str, language: str) -> None:
        """Look up in a source; nothing is asked yet.

        Args:
            ask: answers SELECT queries.
            prefixes: of CURIEs; those that are not published are of ontologies.
            base: that IRIs are relative to.
            language: tag of names.
        """
        self._ask, self._prefixes, self._base, self._language = ask, prefixes, base, language
        self._own = [ns for prefix, ns in prefixes.items() if prefix not in PUBLISHED]
        self.short = Shortener(prefixes, base)

    def term(self, words: str) -> dict[str, str]:
        """The term of a vocabulary that a name, a CURIE or an IRI names, with its label."""
        ways = (self._by_term, self._written, self._by_published_term)
        return self._first(self._lookup(words, RESOURCE, ways))

    def called(self, words: str, class_: str = RESOURCE) -> dict[str, str]:
        """The nodes that words name, each with its label.

        Args:
            words: as a person types them.
            class_: IRI of the class that a node must be of; everything is an rdfs:Resource.
        """
        words = words.encode(errors="replace").decode()  # a command line may have other bytes
        ways = (self._written, self._by_id, self._by_term, self._by_name, self._by_label)
        if found := self._first(self._lookup(words, class_, (*ways, self._by_published_term))):
            return found
        exact = {iri: label for iri, label, names in self._all(class_) if words in names}
        return exact or self._beginning(words, class_)

    def _first(self, lookup: str) -> dict[str, str]:
        """What the first way of naming finds that finds anything."""
        found: dict[int, dict[str, str]] = {}
        for way, iri, label in self._ask(lookup):
            found.setdefault(int(way), {}).setdefault(iri, label)
        return found[min(found)] if found else {}

    def meant(self, words: str, class_: str = RESOURCE) -> str | None:
        """What was probably meant, as a sentence for a diagnostic's help."""
        ids, names, by_name = dict[str, str](), dict[str, set[str]](), dict[str, str]()
        for iri, _, known in self._all(class_):
            ids[iri] = local_name(iri)
            names.setdefault(local_name(iri), set()).update(known)
            by_name |= dict.fromkeys(known, iri)
        near = {by_name[name]: name for name in reversed(nearest_of(words, by_name))}
        if not near:
            parts = nearest_of(words, ids.values(), names)
            near = {iri: id_ for iri, id_ in ids.items() if id_ in parts} or _part(words, by_name)
        shown = [self._suggested(name, iri) for iri, name in sorted(near.items(), key=_by_name)]
        return f"did you mean {' or '.join(shown)}?" if 0 < len(shown) <= MOST else None

    def ids(self, class_: str) -> list[str]:
        """The ids of the nodes of a class."""
        return sorted({local_name(iri) for iri, _, _ in self._all(class_)})

    def candidates(self, found: Mapping[str, str]) -> tuple[str, ...]:
        """Several nodes as notes of a diagnostic."""
        first = list(found.items())[:FEW]
        shown = ((self.short(f"<{iri}>"), label) for iri, label in first)
        return tuple(f"`{short}`: {label}" if label else f"`{short}`" for short, label in shown)

    def _suggested(self, name: str, iri: str) -> str:
        short = self.short(f"<{iri}>")
        return f"`{name}`" if name in short else f"`{name}` ({short})"

    # Ways of naming

    def _lookup(self, words: str, class_: str, ways: Iterable[Way]) -> str:
        """A query for some ways of naming, each with its number."""
        condition = _KNOWN if class_ == RESOURCE else f"EXISTS {{ ?i a {NamedNode(class_)} }}"
        parts = [
            f"{{ {pattern} FILTER({condition}) BIND({number} AS ?way) }}"
            for number, way in enumerate(ways)
            for pattern in way(words, class_)
        ]
        either = " UNION ".join(parts)
        return (
            f"SELECT DISTINCT ?way ?i ?label {{ {either} FILTER(isIRI(?i)) "
            f"OPTIONAL {{ ?i {LABEL} ?label }} }} ORDER BY ?way ?i ?label"
        )

    def _written(self, words: str, _: str) -> Iterator[str]:
        """An IRI or a CURIE."""
        iri = words.removeprefix("<").removesuffix(">")
        prefix, colon, rest = iri.partition(":")
        if _ABSOLUTE.fullmatch(iri) and _usable(iri):
            yield _one_of([iri])
        elif colon and prefix in self._prefixes and _usable(rest):
            yield _one_of([self._prefixes[prefix] + rest])
        elif _usable(iri) and self._base:
            yield _one_of([self._base + iri])
        elif colon and _usable(iri):
            yield _one_of([iri])

    def _by_id(self, words: str, _: str) -> Iterator[str]:
        """An id of a mapping file: unique over all kinds, or `article/id`."""
        if _usable(words) and self._kinds:
            yield _one_of([f"{self._base}{kind}/{words}" for kind in self._kinds])

    def _by_term(self, words: str, _: str) -> Iterator[str]:
        """A local name of the ontology."""
        if _usable(words) and self._own:
            yield _one_of([namespace + words for namespace in self._own])

    def _by_published_term(self, words: str, _: str) -> Iterator[str]:
        """A local name of a published vocabulary."""
        if _usable(words):
            yield _one_of([namespace + words for namespace in self._prefixes.values()])

    def _by_name(self, words: str, _: str) -> Iterator[str]:
        """A name or an alias, written out."""
        for literal in self._literals(words):
            yield from (f"?i {name} {literal}" for name in NAMES)

    def _by_label(self, words: str, class_: str) -> Iterator[str]:
        """The label of what has no name, such as a class or the words of a statement."""
        span = "" if class_ == RESOURCE else f" FILTER(!{_IS_SPAN})"
        yield from (f"?i {LABEL} {literal}{span}" for literal in self._literals(words))

    def _literals(self, words: str) -> Sequence[Literal]:
        return Literal(words, language=self._language), Literal(words)

    def _beginning(self, words: str, class_: str) -> dict[str, str]:
        """The articles whose names begin so."""
        if "text" not in self._prefixes or not _usable(words):
            return {}
        start = Literal(f"{self._base}article/{words}")
        condition = "" if class_ == RESOURCE else f"?i a {NamedNode(class_)} ."
        article = NamedNode(f"{self._prefixes['text']}Article")
        query = f"?i a {article} . {condition} FILTER(STRSTARTS(STR(?i), {start}))"
        rows = self._ask(f"SELECT DISTINCT ?i {{ {query} }} LIMIT {FEW + 1}")
        return dict.fromkeys(sorted(iri for (iri,) in rows), "")

    @cached_property
    def _kinds(self) -> list[str]:
        """The path segments of individuals in IRIs, as sections declare them."""
        if "text" not in self._prefixes or not self._base:
            return []
        section = NamedNode(f"{self._prefixes['text']}section")
        declared = self._ask(f"SELECT DISTINCT ?class {{ ?class {section} ?section }}")
        return sorted({kebab(local_name(iri)) for (iri,) in declared})

    # All names

    def _all(self, class_: str) -> list[tuple[str, str, set[str]]]:
        """Every node of a class that has a name: IRI, label, and all names with its id."""
        found: dict[str, tuple[str, set[str]]] = {}
        named = list(self._ask(_NAMED)) if class_ == RESOURCE else []
        for iri, name in named or self._ask(_members(class_)):
            _, names = found.setdefault(iri, (name, {local_name(iri)}))
            names.update({name} - {""})
        return [(iri, label, names) for iri, (label, names) in found.items()]


def _members(class_: str) -> str:
    kinds, of = ", ".join((*NAMES, LABEL)), "?any" if class_ == RESOURCE else NamedNode(class_)
    return (
        f"SELECT DISTINCT ?i ?name {{ ?i a {of} FILTER(isIRI(?i) && !{_IS_SPAN}) "
        f"OPTIONAL {{ ?i ?p ?name FILTER(?p IN ({kinds})) }} }} LIMIT {MANY}"
    )


_NAMED = (
    "SELECT DISTINCT ?i ?name { "
    + " UNION ".join(f"{{ ?i {name} ?name }}" for name in NAMES[:2])
    + f" FILTER(isIRI(?i)) }} LIMIT {MANY}"
)


def _one_of(iris: Iterable[str]) -> str:
    return f"VALUES ?i {{ {' '.join(f'<{iri}>' for iri in iris if _is_iri(iri))} }}"


def _is_iri(text: str) -> bool:
    """Whether words behind a namespace made an IRI; those with a `#` of their own do not always."""
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def _usable(words: str) -> bool:
    """Whether words can be part of an IRI."""
    return bool(words) and not re.search(r'[\x00-\x20<>"{}|\\^`]', words)


def _part(words: str, by_name: Mapping[str, str]) -> dict[str, str]:
    """The node whose name has these words and the fewest others, if it is but one."""
    wanted = set(words.casefold().split())
    having = [name for name in by_name if wanted and wanted <= set(name.casefold().split())]
    fewest = min((len(name.split()) for name in having), default=0)
    found = {by_name[name]: name for name in having if len(name.split()) == fewest}
    return found if len(found) == 1 else {}


def _by_name(item: tuple[str, str]) -> tuple[str, str]:
    iri, name = item
    return name, iri
