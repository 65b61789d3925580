"""The shape of a mapping file: which entries stand in which section, with the defaults filled in.

In: the YAML tree of one file and the sections of the ontology. Out: an `Outline`.
Refuses: unknown sections (M201), entries that are not keys with values, and groups that are not one
`with` and one `entries` (D105). What the keys mean is left to `kg.mapping`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kg.diagnostics import Findings, Location
from kg.documents import List, Map, Node, Text
from kg.hints import did_you_mean
from kg.ontology import Ontology, Section


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


@dataclass(frozen=True, slots=True)
class Outline:
    """The entries of one file and its `mentions`."""

    path: str
    items: tuple[Item, ...]
    mentions: Map | None


def outline(document: Map, ontology: Ontology, findings: Findings) -> Outline:
    """Cut a document into entries.

    Args:
        document: the root of the YAML tree.
        ontology: gives the sections.
        findings: takes D105 and M201.
    """
    return _Outliner(ontology, findings).outline(document)


class _Outliner:
    def __init__(self, ontology: Ontology, findings: Findings) -> None:
        self.ontology, self.findings = ontology, findings

    def outline(self, document: Map) -> Outline:
        items: list[Item] = []
        mentions: Map | None = None
        for key, node in document.pairs:
            section = self.ontology.sections.get(key.text)
            if section is None:
                self.unknown(key)
            elif section.iri == self.ontology.text("Mention").value:
                mentions = self.keys(node)
            else:
                items += self.items(section, node)
        return Outline(document.place.path, tuple(items), mentions)

    def unknown(self, key: Text) -> None:
        known = sorted(self.ontology.sections)
        self.findings.error(
            "M201",
            f"section `{key.text}` is not declared in the ontology",
            key.place,
            notes=[f"the sections are {', '.join(known)}"],
            help=did_you_mean(key.text, known),
        )

    def items(self, section: Section, node: Node) -> Iterator[Item]:
        if section.iri == self.ontology.text("Article").value:
            if body := self.keys(node):
                yield Item(section, None, False, body, body.place)
        elif isinstance(node, Map):
            for key, value in node.pairs:
                if body := self.keys(value):
                    yield Item(section, key, True, body, key.place)
        else:
            for body in self.bodies(node):
                name, rest = self.named(body)
                yield Item(section, name, False, rest, body.place)

    def bodies(self, node: Node) -> Iterator[Map]:
        """The entries of a list; a group gives its defaults to the entries under it."""
        if not isinstance(node, List):
            self.findings.error(
                "D105", f"found {_kind(node)}, expected ids with keys, or a list", node.place
            )
            return
        for item in node.items:
            body = self.keys(item)
            if body and (body.key("entries") or body.key("with")):
                yield from self.group(body)
            elif body:
                yield body

    def group(self, group: Map) -> Iterator[Map]:
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
            return
        for body in self.bodies(entries):
            own = {key.text for key, _ in body.pairs}
            filled = [pair for pair in defaults.pairs if pair[0].text not in own]
            yield Map((*filled, *body.pairs), body.place)

    def keys(self, node: Node) -> Map | None:
        if isinstance(node, Map):
            return node
        self.findings.error("D105", f"found {_kind(node)}, expected keys with values", node.place)
        return None

    def named(self, body: Map) -> tuple[Text | None, Map]:
        """The id of an entry in a list, if it has one, and its other keys."""
        name = body.get("id")
        rest = Map(tuple(pair for pair in body.pairs if pair[0].text != "id"), body.place)
        if name is None or isinstance(name, Text):
            return name, rest
        self.findings.error("D105", f"found {_kind(name)}, expected an id", name.place)
        return None, rest


def _kind(node: Node) -> str:
    if isinstance(node, Text):
        return "plain text" if node.text.strip() else "nothing"
    return "a list" if isinstance(node, List) else "keys with values"
