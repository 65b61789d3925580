"""What the head of a query file says, and values of its parameters as terms.

In: the text of a query, and values as people write them. Out: its `Header`, and a term for each
parameter. Refuses: a head that says something else (Q611), and values
that are missing, unknown or of another type (Q612).

    # title: Who met whom, and when
    # param person?: news:Person - only meetings of this person
    # param since: xsd:date = 2020-01-01 - only on this day or later
    # param side: news:Attitude in (praise, concern)
    # example: person=mohammad-baqeri since=2023-01-01
    # plot timeline: when=day what=meeting

A parameter stands in the query as the variable of its name; one with `?` may be left open, and then
is a variable like any other. Values become terms before they reach the query.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from kg.diagnostics import ContentError, Findings, Location, Misuse
from kg.figures.kinds import faults
from kg.hints import did_you_mean
from kg.questions.binding import Term, bind
from kg.sparql.grammar import first_fault, scan
from kg.terms import DATATYPES, RDF, to_literal

PARAMETER = re.compile(
    r"(?P<name>\w+)(?P<open>\?)?:\s+(?P<type>[\w.-]*:[\w.-]+)"
    r"(?:\s+in\s+\((?P<choices>[^)]*)\))?(?:\s+=\s+(?P<default>.+?))?(?:\s+-\s+(?P<words>.+))?"
)
FORM = "`name: prefix:Type`, then `in (a, b)`, `= default` and `- description` as needed"

ANY = NamedNode("urn:x")
# An id, a CURIE, an IRI or a label of an individual, and its class, to the individual.
Resolve = Callable[[str, str], NamedNode]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable of a query that whoever asks gives a value.

    Attributes:
        name: of the variable.
        type: IRI of a datatype, or of the class that the individual must be of.
        open: whether it may be left without a value.
        choices: the only values allowed; empty if any of the type is.
        default: its value if none is given.
        words: what it means.
        shown: the type as the file writes it.
        line: of the file.
    """

    name: str
    type: str
    open: bool = False
    choices: tuple[str, ...] = ()
    default: str | None = None
    words: str = ""
    shown: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True)
class Header:
    """What the comments at the head of a query file say.

    Attributes:
        title: one line.
        description: more of it.
        parameters: by name, in the order of the file.
        example: values to try it with; the expected answer beside the file is the answer to these.
        plots: for each figure, which columns it shows as what.
    """

    title: str = ""
    description: str = ""
    parameters: dict[str, Parameter] = field(default_factory=dict)
    example: dict[str, str] = field(default_factory=dict)
    plots: dict[str, dict[str, str]] = field(default_factory=dict)


def read_header(text: str, name: str, prefixes: Mapping[str, str]) -> Header:
    """The head of a query: its comments before anything else.

    Args:
        text: the query.
        name: its path, for places.
        prefixes: known in types.

    Raises:
        ContentError: Q611.
    """
    findings = Findings()
    values: dict[str, str] = {}
    parameters: dict[str, Parameter] = {}
    plots: dict[str, dict[str, str]] = {}
    for number, key, value in _lines(text):
        place = Location(name, number, 1)
        if key.startswith("plot "):
            plots[key[5:].strip()] = _plot(key[5:].strip(), value, text, place, findings)
        elif not key.startswith("param "):
            values[key] = value
        elif found := _parameter(f"{key[6:].strip()}: {value}", prefixes, place, findings):
            parameters[found.name] = found
    _refuse_misplaced(text, parameters, name, findings)
    findings.raise_errors()
    example, title = _pairs(values.get("example", "")), values.get("title", "")
    return Header(title, values.get("description", ""), parameters, example, plots)


def _lines(text: str) -> list[tuple[int, str, str]]:
    """Line, key and value of each `# key: value`; a line indented further goes on with it."""
    found: list[tuple[int, str, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#"):
            break
        if start := re.match(
            r"#\s?(title|description|example|plot\s+\w+|param\s+\w+\??):\s*(.*)", line
        ):
            found.append((number, start[1], start[2].strip()))
        elif found and (more := re.match(r"#\s{2,}(\S.*)", line)):
            found[-1] = (*found[-1][:2], f"{found[-1][2]} {more[1].strip()}")
    return found


def _plot(
    figure: str, words: str, text: str, place: Location, findings: Findings
) -> dict[str, str]:
    """The columns of a figure by role; each is a variable of the query."""
    roles = _pairs(words)
    variables = {token.text[1:] for token in scan(text) if token.kind == "variable"}
    for fault in faults(figure, roles, variables):
        findings.error("Q611", fault, place)
    if not roles:
        message = f"figure `{figure}` has no columns, expected `ROLE=COLUMN`"
        findings.error("Q611", message, place)
    return roles


def _parameter(
    words: str, prefixes: Mapping[str, str], place: Location, findings: Findings
) -> Parameter | None:
    found = PARAMETER.fullmatch(words)
    if found is None:
        message = f"parameter `{words}` is not well formed, expected {FORM}"
        findings.error("Q611", message, place)
        return None
    prefix, _, local = found["type"].partition(":")
    if prefix not in prefixes:
        message = f"unknown prefix `{prefix}:` in the type of parameter `{found['name']}`"
        findings.error("Q611", message, place, help=did_you_mean(prefix, prefixes))
        return None
    choices = tuple(part.strip() for part in (found["choices"] or "").split(",") if part.strip())
    return Parameter(
        name=found["name"],
        type=prefixes[prefix] + local,
        open=bool(found["open"]),
        choices=choices,
        default=found["default"],
        words=found["words"] or "",
        shown=found["type"],
        line=place.line,
    )


def _refuse_misplaced(
    text: str, parameters: Mapping[str, Parameter], name: str, findings: Findings
) -> None:
    """Each parameter is in the query, and only where a term can stand."""
    if not parameters:
        return
    tokens = scan(text)
    # Most heads are right, and to read a query takes a while.
    is_right = not first_fault(scan(bind(text, dict.fromkeys(parameters, ANY)).text))
    if not is_right and first_fault(tokens):
        return  # a fault of the query itself, which is reported when it is asked
    for parameter, declared in parameters.items():
        place = Location(name, declared.line, 1)
        uses = [t for t in tokens if t.kind == "variable" and t.text[1:] == parameter]
        if not uses:
            message = f"parameter `{parameter}` is not in the query"
            findings.error("Q611", message, place)
        elif not is_right and first_fault(scan(bind(text, {parameter: ANY}).text)):
            findings.error(
                "Q611",
                f"parameter `{parameter}` is used where no term can stand, such as after SELECT",
                place,
                help=f"use it in patterns and FILTER only, and BIND(${parameter} AS ?other) else",
            )


def _pairs(words: str) -> dict[str, str]:
    pairs = re.findall(r'(\w+)=(?:"([^"]*)"|(\S+))', words)
    return {key: quoted or bare for key, quoted, bare in pairs}


def to_terms(
    header: Header, given: Mapping[str, str], resolve: Resolve, language: str
) -> dict[str, Term]:
    """The values of parameters as terms.

    Args:
        header: of the query.
        given: values by the name of the parameter.
        resolve: finds individuals.
        language: tag of values whose type is rdf:langString.

    Raises:
        Misuse: Q612, with all that is wrong.
    """
    findings = Findings()
    for name in sorted(set(given) - set(header.parameters)):
        known = ", ".join(f"`{known}`" for known in header.parameters) or "none"
        findings.error(
            "Q612",
            f"the query has no parameter `{name}`, expected one of {known}",
            help=did_you_mean(name, header.parameters),
        )
    terms: dict[str, Term] = {}
    for parameter in header.parameters.values():
        value = given.get(parameter.name, parameter.default)
        if value is None and not parameter.open:
            _missing(parameter, findings)
        elif value is not None and (term := _term(parameter, value, resolve, language, findings)):
            terms[parameter.name] = term
    if findings.errors():
        raise Misuse(findings)
    return terms


def _missing(parameter: Parameter, findings: Findings) -> None:
    findings.error(
        "Q612",
        f"parameter `{parameter.name}` has no value, expected {_expected(parameter)}",
        notes=[parameter.words] if parameter.words else [],
        help=f"give it with `--with {parameter.name}=...`",
    )


def _expected(parameter: Parameter) -> str:
    return f"one of {', '.join(parameter.choices)}" if parameter.choices else parameter.shown


def _term(
    parameter: Parameter, value: str, resolve: Resolve, language: str, findings: Findings
) -> Term | None:
    if parameter.choices and value not in parameter.choices:
        message = f"parameter `{parameter.name}` is `{value}`, expected {_expected(parameter)}"
        findings.error("Q612", message, help=did_you_mean(value, parameter.choices))
        return None
    try:
        if parameter.type in DATATYPES or parameter.type == RDF + "langString":
            return to_literal(value, parameter.type, language)
        return resolve(value, parameter.type)
    except ValueError as error:
        message = f"parameter `{parameter.name}` is `{value}`, expected {error}"
        findings.error("Q612", message)
    except ContentError as error:
        findings.extend(error.diagnostics)
    return None
