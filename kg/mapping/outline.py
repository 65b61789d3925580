"""The shape of a mapping file: which entries stand in which section, with the defaults filled in.

In: the YAML tree of one file and the sections of the ontology. Out: an `Outline`, with the ids of
what cannot be read, as far as they can be seen.
Refuses: unknown sections (M201), entries that are not keys with values, and groups that are not one
`with` and one `entries` (D105). What the keys mean is left to `kg.mapping.entries`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.diagnostics import Findings, Location
from kg.hints import did_you_mean
from kg.ontology.declarations import Ontology, Section
from kg.project.documents import List, Map, Node, Text


@dataclass(frozen=True, slots=True)
class Item:
    """One entry as it stands in the file.

    Attributes:
        section: where it stands.
        name: its id, if it has one.
        shared: whether the id belongs to the project (a key of a section), not to the article.
        body: its keys and values, those of an enclosing `with` included.
        place: the id, or the first key.
    """

    section: Section
    name: Text | None
    shared: bool
    body: Map
    place: Location

    def holds(self, place: Location) -> bool:
        """Whether a place lies in the entry, or in a default that it takes from its group."""
        end = self.body.place[3:]
        own = Location(self.place.path, self.place.line, self.place.column, *end)
        given = (
            Location(key.place.path, key.place.line, key.place.column, *value.place[3:])
            for key, value in self.body.pairs
            if not _holds(own, key.place)
        )
        return _holds(own, place) or any(_holds(default, place) for default in given)


def _holds(stretch: Location, place: Location) -> bool:
    path, line, column, *end = stretch
    return path == place.path and (line, column) <= (place.line, place.column) < tuple(end)


@dataclass(frozen=True, slots=True)
class Outline:
    """The entries of one file and its `mentions`.

    Attributes:
        path: of the file.
        start: where it says that it is of an article, else where it says anything.
        items: the entries that can be read.
        mentions: what stands under `mentions`.
        lost: ids of entries that cannot be read, with their section if it is known.
        displaced: classes of entries that have the id of another entry.
        partial: there are entries that cannot be read.
    """

    path: str
    start: Location
    items: tuple[Item, ...] = ()
    mentions: Map | None = None
    lost: tuple[tuple[Text, Section | None], ...] = ()
    displaced: frozenset[str] = frozenset()
    partial: bool = False


def outline(document: Map, ontology: Ontology, findings: Findings) -> Outline:
    """Cut a document into entries.

    Args:
        document: the root of the YAML tree.
        ontology: gives the sections.
        findings: takes D105 and M201.
    """
    return _Outliner(ontology, findings).outline(document)


def glimpse(text: str, path: str, ontology: Ontology) -> Outline:
    """The ids that can be seen in a file that is not well formed, line by line.

    Args:
        text: of the file.
        path: to show in places.
        ontology: gives the sections.
    """
    lost: list[tuple[Text, Section | None]] = []
    section: Section | None = None
    depth = 0
    for number, line in enumerate(re.split(r"\r\n?|\n", text), 1):
        if (found := _KEY.match(line)) is None:
            continue
        indent, key = len(found[1]), found[2]
        if indent == 0:
            section, depth = ontology.sections.get(key), 0
        elif indent == (depth := depth or indent):
            place = Location(path, number, indent + 1, number, indent + 1 + len(key))
            lost.append((Text(key, place), section))
    return Outline(path, Location(path, 1, 1), lost=tuple(lost), partial=True)


_KEY = re.compile(r"( *)([\w-]+) *:(?: |$)")


@dataclass
class _Outliner:
    ontology: Ontology
    findings: Findings
    lost: list[tuple[Text, Section | None]] = field(default_factory=list)
    displaced: set[str] = field(default_factory=set)
    partial: bool = False

    def outline(self, document: Map) -> Outline:
        items: list[Item] = []
        mentions: Map | None = None
        repeated = {key.text for key, _ in document.repeated}
        for key, node in document.pairs:
            section = self.ontology.sections.get(key.text)
            if section is None:
                self.unknown(key)
                self.lose(node, None)
            elif key.text in repeated:  # one of the two is meant to be another section
                self.lose(node, None)
            elif section.iri == self.ontology.text("Mention").value:
                mentions = self.keys(node)
            else:
                items += self.items(section, node)
        for _, node in document.repeated:
            self.lose(node, None)
        return Outline(
            document.place.path,
            self.start(document),
            tuple(items),
            mentions,
            tuple(self.lost),
            frozenset(self.displaced),
            partial=self.partial,
        )

    def start(self, document: Map) -> Location:
        article = self.ontology.text("Article").value
        keys = [key for key, _ in document.pairs]
        sections = [self.ontology.sections.get(key.text) for key in keys]
        own = (k for k, s in zip(keys, sections, strict=True) if s is not None and s.iri == article)
        first = next(own, keys[0] if keys else None)
        return Location(document.place.path, 1, 1) if first is None else first.place

    def lose(self, node: Node, section: Section | None) -> None:
        """Note the ids of what cannot be read: keys, or the values of `id` in a list."""
        self.partial = True
        if isinstance(node, Map):
            self.lost += [(key, section) for key, _ in node.pairs]
        elif isinstance(node, List):
            self.lost += [(name, section) for item in node.items for name in _names(item)]

    def unknown(self, key: Text) -> None:
        known, labels = sorted(self.ontology.sections), self.ontology.graph.labels
        names = {name: labels(self.ontology.sections[name].iri) for name in known}
        self.findings.error(
            "M201",
            f"section `{key.text}` is not declared in the ontology",
            key.place,
            notes=[f"the sections are {', '.join(known)}"],
            help=did_you_mean(key.text, known, names),
        )

    def items(self, section: Section, node: Node) -> Iterator[Item]:
        if section.iri == self.ontology.text("Article").value:
            if body := self.keys(node):
                yield Item(section, None, False, body, body.place)
        elif isinstance(node, Map):
            if node.repeated:
                self.displaced.add(section.iri)
                self.partial = True
            for key, value in node.pairs:
                if body := self.keys(value):
                    yield Item(section, key, True, body, key.place)
                else:
                    self.lost.append((key, section))
        else:
            for body in self.bodies(node, section):
                name, rest = self.named(body)
                yield Item(section, name, False, rest, body.place)

    def bodies(self, node: Node, section: Section) -> Iterator[Map]:
        """The entries of a list; a group gives its defaults to the entries under it."""
        if not isinstance(node, List):
            self.findings.error(
                "D105", f"found {_kind(node)}, expected ids with keys, or a list", node.place
            )
            self.partial = True
            return
        for item in node.items:
            body = self.keys(item)
            if body and (body.key("entries") or body.key("with")):
                yield from self.group(body, section)
            elif body:
                yield body

    def group(self, group: Map, section: Section) -> Iterator[Map]:
        defaults, entries = group.get("with"), group.get("entries")
        if not isinstance(defaults, Map) or entries is None or len(group.pairs) != 2:
            found = ", ".join(f"`{key.text}`" for key, _ in group.pairs)
            self.findings.error(
                "D105",
                f"found a group of entries with {found}, expected `with` (keys and values) and "
                "`entries` (a list)",
                group.place,
                help="put the keys that all entries share under `with`",
            )
            self.lost += [(name, section) for _, node in group.pairs for name in _names(node)]
            self.partial = True
            return
        for body in self.bodies(entries, section):
            own = {key.text for key, _ in body.pairs}
            filled = [pair for pair in defaults.pairs if pair[0].text not in own]
            yield Map((*filled, *body.pairs), body.place)

    def keys(self, node: Node) -> Map | None:
        if isinstance(node, Map):
            return node
        self.findings.error("D105", f"found {_kind(node)}, expected keys with values", node.place)
        self.partial = True
        return None

    def named(self, body: Map) -> tuple[Text | None, Map]:
        """The id of an entry in a list, if it has one, and its other keys."""
        name = body.get("id")
        rest = Map(tuple(pair for pair in body.pairs if pair[0].text != "id"), body.place)
        if name is None or isinstance(name, Text):
            return name, rest
        self.findings.error("D105", f"found {_kind(name)}, expected an id", name.place)
        return None, rest


def _names(node: Node) -> Iterator[Text]:
    """The values of `id` in a list, or in one of its entries."""
    if isinstance(node, List):
        for item in node.items:
            yield from _names(item)
    elif isinstance(node, Map) and isinstance(name := node.get("id"), Text):
        yield name


def _kind(node: Node) -> str:
    if isinstance(node, Text):
        return "plain text" if node.text.strip() else "nothing"
    return "a list" if isinstance(node, List) else "keys with values"
