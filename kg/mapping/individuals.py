"""Who and what a mapping file can name: individuals by id, with their classes.

In: the `Outline` of a file, the ontology, and the individuals that are known. Out: `Declared`.
Refuses: ids that cannot be used or are taken (M206), and in `a:` unknown classes (M210) and classes
of another section (M204).

An id whose entry cannot be read is declared all the same, as a `vague` individual: whoever names it
is not at fault. Its IRI begins with `LOST`, so that what rests on it can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass

from kg.diagnostics import Findings, Location
from kg.hints import did_you_mean
from kg.mapping.outline import Item, Outline
from kg.ontology.declarations import Ontology, Section
from kg.project.documents import List, Map, Node, Text
from kg.terms import LABELS, OWL, SLUG, digest, local_name

LOST = "urn:kg:lost:"
"""Beginning of the IRIs of individuals whose entries cannot be read; never in a build."""


@dataclass(frozen=True, slots=True)
class Individual:
    """Something that mapping files can name.

    Attributes:
        iri: of the individual.
        types: its classes.
        place: where it is declared; `None` if the ontology does, or if it is an article.
        vague: its classes are not known for certain, because its entry has a fault.
        names: what it is called, for hints.
    """

    iri: str
    types: tuple[str, ...]
    place: Location | None = None
    vague: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """The individuals of a file by id.

    Attributes:
        individuals: by id.
        displaced: classes of entries whose ids are of no use or belong to others: an id that
            nobody declares could be meant for one of them.
    """

    individuals: dict[str, Individual]
    displaced: frozenset[str] = frozenset()


def declare(
    outline: Outline,
    *,
    stem: str,
    base: str,
    ontology: Ontology,
    known: AbstractMapping[str, Individual],
    findings: Findings,
) -> Declared:
    """The individuals that a file declares.

    Args:
        outline: the file.
        stem: of the article; part of the IRI of what is local to it.
        base: IRI that the IRIs of the data begin with.
        ontology: gives the classes.
        known: individuals declared elsewhere; their ids are taken.
        findings: takes M206.
    """
    found: dict[str, Individual] = {}
    displaced = set(outline.displaced)
    classes = Classes(ontology, Findings())  # faults of `a:` are reported when the entry is read
    for item in outline.items:
        if item.name is None:
            continue
        taken = found.get(item.name.text) or known.get(item.name.text)
        if taken:
            _refuse_taken(item.name, taken, findings)
            displaced.add(item.section.iri)
            found[item.name.text] = _lost(item.name, None)  # which of the two is meant?
        elif not SLUG.fullmatch(item.name.text):
            _refuse_unusable(item.name, findings)
            displaced.add(item.section.iri)
            found[item.name.text] = _lost(item.name, item.section)
        else:
            found[item.name.text] = _individual(item, item.name, stem, base, classes)
    for name, section in outline.lost:
        if name.text not in known:
            found.setdefault(name.text, _lost(name, section))
    return Declared(found, frozenset(displaced))


def _individual(item: Item, name: Text, stem: str, base: str, classes: Classes) -> Individual:
    scope = item.section.kind if item.shared else f"{item.section.kind}/{stem}"
    types, certain = classes.read(item.body, (item.section.iri,))
    names = tuple(_names(item.body, classes.ontology))
    return Individual(f"{base}{scope}/{name.text}", types, name.place, not certain, names)


def _names(body: Map, ontology: Ontology) -> Iterator[str]:
    for key, node in body.pairs:
        declared = ontology.properties.get(key.text)
        if declared and declared.iri in LABELS:
            items = node.items if isinstance(node, List) else (node,)
            yield from (item.text for item in items if isinstance(item, Text))


def _lost(name: Text, section: Section | None) -> Individual:
    types = (section.iri,) if section else ()
    return Individual(LOST + digest(name.text), types, name.place, vague=True)


def _refuse_unusable(name: Text, findings: Findings) -> None:
    findings.error(
        "M206",
        f"id `{name.text}` is not usable, expected lower-case words joined by hyphens",
        name.place,
        notes=["the id becomes part of an IRI"],
    )


def _refuse_taken(name: Text, taken: Individual, findings: Findings) -> None:
    is_ = f"taken by {a(taken.types, ' and ')}" if taken.types else "taken"
    findings.error(
        "M206",
        f"id `{name.text}` is {is_}",
        name.place,
        notes=[] if taken.place else ["the ontology declares it, or it is the name of an article"],
        help="name the individual that exists, or choose another id",
        related=[("declared here", taken.place)] if taken.place else [],
    )


class Classes:
    """Reads `a:`."""

    def __init__(self, ontology: Ontology, findings: Findings) -> None:
        self.ontology, self.findings = ontology, findings

    def read(self, body: Map, classes: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
        """The classes named by `a:`, each of which must be below one of `classes`.

        Returns:
            The classes, and whether they are certain; if not, any class below could be meant.
        """
        stated = body.get("a")
        if stated is None:
            return classes, True
        items = stated.items if isinstance(stated, List) and stated.items else (stated,)
        found = [cls for item in items if (cls := self.one(item, classes))]
        return tuple(found) or classes, len(found) == len(items)

    def places(self, body: Map) -> tuple[Location, ...]:
        """Where each of several classes stands; what is of one class is so as a whole."""
        stated = body.get("a")
        items = stated.items if isinstance(stated, List) else ()
        return tuple(item.place for item in items) if len(items) > 1 else ()

    def names(self, classes: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The labels of classes, by local name."""
        labels, known = self.ontology.graph.labels, self.ontology.class_names
        return {name: labels(known[name]) for name in classes}

    def one(self, node: Node, classes: tuple[str, ...]) -> str | None:
        """The class that a value of `a:` names, if it names one."""
        expected = either(local_name(c) for c in classes)
        if not isinstance(node, Text) or not node.text.strip():
            message = f"`a` does not name a class, expected a kind of {expected}"
            self.findings.error("D105", message, node.place)
            return None
        word = node.text
        cls = self.ontology.class_names.get(word)
        if cls and self.ontology.is_a((cls,), classes):
            return cls
        names = self.ontology.class_names
        below = [name for name in names if self.ontology.is_a((names[name],), classes)]
        wrong = f"a kind of {expected}" if cls else "declared in the ontology"
        self.findings.error(
            "M204" if cls else "M210",
            f"class `{word}` is not {wrong}",
            node.place,
            notes=[f"kinds of {expected}: {', '.join(below)}"],
            help=did_you_mean(word, below, self.names(below)),
        )
        return None


def either(words: Iterable[str]) -> str:
    """Words of which one is meant: `Person or State`."""
    return " or ".join(words)


def a(classes: Iterable[str], joined: str = " or ") -> str:
    """Classes with an article: `an Order or a Rule`; that it is an individual goes unsaid."""
    words = [local_name(cls) for cls in classes if not cls.startswith(OWL)]
    return joined.join(f"an {word}" if word[0] in "AEIOU" else f"a {word}" for word in words)
