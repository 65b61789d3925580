"""The terminals of a SPARQL query, and the first place where it leaves the grammar.

In: the text of a query. Out: its tokens; its parts by the rules of the grammar; the first token
that cannot stand there, and what could instead.
Refuses: nothing. The engine decides; what it refuses is explained here, because its own positions
are those of its last attempt, often the end of the query.

https://www.w3.org/TR/sparql11-query/#sparqlGrammar (section 19.8), whose EBNF is LL(1).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

TOKEN = r"""(?xs)
  (?P<comment>\#[^\n\r]*)
| (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
| (?P<string>\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
    | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
| (?P<variable>[?$]\w+)
| (?P<label>_:[\w.-]*\w)
| (?P<name>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:(?:(?:[\w:%.·-]|\\.)*(?:[\w:%·-]|\\.))?)
| (?P<number>(?:\d+(?:\.\d*)?|\.\d+)[eE][+-]?\d+|\d*\.\d+|\d+)
| (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
| (?P<word>[^\W\d]\w*)
| (?P<space>\s+)
| (?P<mark>\(\s*\)|\[\s*\]|\^\^|\|\||&&|[!<>]=|.)
"""

GRAMMAR = """
Query: Prologue (SelectQuery | ConstructQuery | DescribeQuery | AskQuery) ValuesClause
Prologue: ('BASE' IRI | 'PREFIX' NAME IRI)*
SelectQuery: SelectClause DatasetClause* WhereClause Modifier
SubSelect: SelectClause WhereClause Modifier ValuesClause
SelectClause: 'SELECT' ('DISTINCT' | 'REDUCED')? ((Var | '(' Expression 'AS' Var ')')+ | '*')
ConstructQuery: 'CONSTRUCT' (Template DatasetClause* WhereClause Modifier | ShortConstruct)
ShortConstruct: DatasetClause* 'WHERE' Template Modifier
DescribeQuery: 'DESCRIBE' (VarOrIri+ | '*') DatasetClause* WhereClause? Modifier
AskQuery: 'ASK' DatasetClause* WhereClause Modifier
DatasetClause: 'FROM' 'NAMED'? Iri
WhereClause: 'WHERE'? Group
Modifier: GroupClause? HavingClause? OrderClause? (Limit Offset? | Offset Limit?)?
GroupClause: 'GROUP' 'BY' (BuiltIn | FunctionCall | '(' Expression ('AS' Var)? ')' | Var)+
HavingClause: 'HAVING' Constraint+
OrderClause: 'ORDER' 'BY' (('ASC' | 'DESC') '(' Expression ')' | Constraint | Var)+
Limit: 'LIMIT' NUMBER
Offset: 'OFFSET' NUMBER
ValuesClause: ('VALUES' DataBlock)?
Template: '{' Triples? '}'
Triples: SameSubject ('.' Triples?)?
Group: '{' (SubSelect | Patterns) '}'
Patterns: TriplesBlock? (NotTriples '.'? TriplesBlock?)*
TriplesBlock: SameSubjectPath ('.' TriplesBlock?)?
NotTriples: Union | Optional | Minus | Graph | Service | Filter | Bind | 'VALUES' DataBlock
Union: Group ('UNION' Group)*
Optional: 'OPTIONAL' Group
Minus: 'MINUS' Group
Graph: 'GRAPH' VarOrIri Group
Service: 'SERVICE' 'SILENT'? VarOrIri Group
Filter: 'FILTER' Constraint
Bind: 'BIND' '(' Expression 'AS' Var ')'
DataBlock: Var '{' Value* '}' | (NIL | '(' Var* ')') '{' ('(' Value* ')' | NIL)* '}'
Value: Iri | Literal | 'UNDEF'
Constraint: '(' Expression ')' | BuiltIn | FunctionCall
FunctionCall: Iri Arguments
Arguments: NIL | '(' 'DISTINCT'? Expression (',' Expression)* ')'
SameSubject: VarOrTerm Properties | Node Properties?
Properties: Verb Objects (';' (Verb Objects)?)*
Verb: VarOrIri | 'a'
Objects: Object (',' Object)*
Object: VarOrTerm | Node
Node: '(' Object+ ')' | '[' Properties ']'
SameSubjectPath: VarOrTerm PathProperties | PathNode PathProperties?
PathProperties: PathVerb PathObjects (';' (PathVerb PathObjects)?)*
PathVerb: Var | Path
PathObjects: PathObject (',' PathObject)*
PathObject: VarOrTerm | PathNode
PathNode: '(' PathObject+ ')' | '[' PathProperties ']'
Path: PathSequence ('|' PathSequence)*
PathSequence: PathStep ('/' PathStep)*
PathStep: '^'? PathPrimary ('?' | '*' | '+')?
PathPrimary: Iri | 'a' | '!' (PathOne | '(' PathOne ('|' PathOne)* ')' | NIL) | '(' Path ')'
PathOne: '^'? (Iri | 'a')
VarOrTerm: Var | Iri | Literal | LABEL | ANON | NIL
VarOrIri: Var | Iri
Var: VARIABLE
Iri: IRI | NAME
Literal: Text | ('+' | '-')? NUMBER | BOOLEAN
Text: STRING (TAG | '^^' Iri)?
Expression: And ('||' And)*
And: Relation ('&&' Relation)*
Relation: Sum (('=' | '!=' | '<' | '>' | '<=' | '>=') Sum | 'NOT'? 'IN' Expressions)?
Expressions: NIL | '(' Expression (',' Expression)* ')'
Sum: Product (('+' | '-') Product)*
Product: Unary (('*' | '/') Unary)*
Unary: ('!' | '+' | '-')? Primary
Primary: '(' Expression ')' | BuiltIn | Iri Arguments? | Text | NUMBER | BOOLEAN | Var
BuiltIn: 'NOT'? 'EXISTS' Group | FUNCTION (NIL | '(' 'DISTINCT'? ArgumentList Separator? ')')
ArgumentList: '*' | Expression (',' Expression)*
Separator: ';' 'SEPARATOR' '=' STRING
"""

NAMES = """
ABS AVG BNODE BOUND CEIL COALESCE CONCAT CONTAINS COUNT DATATYPE DAY ENCODE_FOR_URI FLOOR
GROUP_CONCAT HOURS IF IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISURI LANG LANGMATCHES LCASE MAX MD5 MIN
MINUTES MONTH NOW RAND REGEX REPLACE ROUND SAMETERM SAMPLE SECONDS SHA1 SHA256 SHA384 SHA512 STR
STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLEN STRSTARTS STRUUID SUBSTR SUM TIMEZONE TZ UCASE URI
UUID YEAR
"""
FUNCTIONS = frozenset(NAMES.split())
# Levels of precedence, which most expressions pass through unchanged.
LEVELS = ("And", "Relation", "Sum", "Product", "Unary")
# What a reader understands at once, instead of the terminals that it can begin with.
PHRASES = {
    "ArgumentList": "an expression",
    "BuiltIn": "a function",
    "Constraint": "a condition in parentheses or a function",
    "Expression": "an expression",
    "IRI": "an IRI in angle brackets",
    "Iri": "an IRI",
    "Literal": "a literal",
    "NotTriples": "another pattern",
    "NAME": "a prefix that ends in a colon",
    "NUMBER": "a number",
    "Object": "an object",
    "Path": "a property",
    "PathObject": "an object",
    "SameSubject": "a triple",
    "SameSubjectPath": "a triple pattern",
    "STRING": "a string",
    "Value": "a value",
    "VARIABLE": "a variable",
    "VarOrIri": "a variable or an IRI",
    "VarOrTerm": "a variable or a term",
    "Verb": "a property",
    "": "the end of the query",
}
END = ""


class Node:
    """A part of the grammar: a rule, a terminal, or an operator over parts. One object each, so
    that what is known of it is found by identity."""

    __slots__ = ("kind", "parts")

    def __init__(self, kind: str, parts: tuple[Node, ...] = ()) -> None:
        """Have a kind, and parts if it is an operator."""
        self.kind, self.parts = kind, parts


class Token(NamedTuple):
    """A terminal of a query: its kind (a group of `TOKEN`), text and offset."""

    kind: str
    text: str
    start: int

    @property
    def keyword(self) -> str:
        """The word in capitals; empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def terminal(self) -> str:
        """The name that the grammar has for it."""
        if self.kind == "mark":
            return {"()": "NIL", "[]": "ANON"}.get("".join(self.text.split()), self.text)
        if self.kind != "word":
            return self.kind.upper()
        if self.text == "a" or self.keyword not in FUNCTIONS:
            return BOOLEANS.get(self.keyword, self.text if self.text == "a" else self.keyword)
        return "FUNCTION"


BOOLEANS = {"TRUE": "BOOLEAN", "FALSE": "BOOLEAN"}


class Tree(NamedTuple):
    """What a rule of the grammar has matched, in order."""

    rule: str
    parts: tuple[Tree | Token, ...]

    def tokens(self) -> list[Token]:
        """The terminals below."""
        found: list[Token] = []
        stack: list[Tree | Token] = [self]
        while stack:
            part = stack.pop()
            if isinstance(part, Token):
                found.append(part)
            else:
                stack.extend(reversed(part.parts))
        return found

    def trees(self, *rules: str) -> list[Tree]:
        """The parts that one of these rules has matched, or all that are no terminals."""
        found = [part for part in self.parts if isinstance(part, Tree)]
        return [tree for tree in found if not rules or tree.rule in rules]


class Fault(NamedTuple):
    """Where a query leaves the grammar: index of the token, and what could stand there."""

    at: int
    expected: tuple[str, ...]


@lru_cache(4)
def scan(text: str) -> tuple[Token, ...]:
    """The terminals of a query, without space and comments; never fails."""
    found = (Token(m.lastgroup or "", m[0], m.start()) for m in re.finditer(TOKEN, text))
    return tuple(token for token in found if token.kind not in ("space", "comment"))


def first_fault(tokens: tuple[Token, ...]) -> Fault | None:
    """The first token that no continuation of the query could have; None if there is none."""
    found = parse(tokens)
    return found if isinstance(found, Fault) else None


@lru_cache(4)
def parse(tokens: tuple[Token, ...]) -> Tree | Fault:
    """A query by the rules of the grammar, or its first fault.

    Keeps its own stack, so that no nesting is too deep. A rule that matches nothing has no parts.
    """
    stack: list[Node] = [Node("terminal:"), Node("Query")]
    open_: list[list[Tree | Token]] = [[]]
    terminals = [*(token.terminal for token in tokens), END]
    index, hoped = 0, list[Node]()
    while stack:
        node = stack.pop()
        kind = node.kind
        terminal = terminals[index]
        if kind == "end":
            parts = open_.pop()
            open_[-1].append(_tree(node.parts[0].kind, parts))
        elif kind.startswith("terminal:"):
            hoped.append(node)
            if kind != f"terminal:{terminal}":
                return _fault(index, hoped)
            open_[-1].extend(tokens[index : index + 1])
            index, hoped = index + 1, []
        else:
            hoped.append(node)
            inner = _expand(node, terminal)
            if inner is None:
                return _fault(index, hoped)
            if kind in _rules():
                stack.append(Node("end", (node,)))
                open_.append([])
            stack.extend(inner)
    (query,) = open_[0]
    assert isinstance(query, Tree)
    return query


def _tree(rule: str, parts: list[Tree | Token]) -> Tree:
    """A tree; levels of an expression that add nothing, and lists that recur, are made flat."""
    if parts and isinstance(last := parts[-1], Tree):
        if rule in LEVELS and len(parts) == 1:
            return last
        if last.rule == rule:
            parts[-1:] = last.parts
    return Tree(rule, tuple(parts))


def _fault(index: int, hoped: list[Node]) -> Fault:
    return Fault(index, tuple(sorted(frozenset().union(*map(_hopes, hoped)))))


@cache
def _expand(node: Node, terminal: str) -> tuple[Node, ...] | None:
    """What to match instead of a node, last part first; None if the terminal cannot stand there."""
    kind, parts = node.kind, node.parts
    takes = terminal in _first(node)
    if not takes and not _nullable(node):
        return None
    if kind == "sequence":
        return parts[::-1]
    if kind == "choice":
        fitting = (part for part in parts if terminal in _first(part))
        empty = (part for part in parts if _nullable(part))
        return (next(fitting, None) or next(empty),)
    if kind in "?*+":
        again = (_again(node),) if kind != "?" else ()
        return (*again, parts[0]) if takes else ()
    return (_rules()[kind],)


@cache
def _again(node: Node) -> Node:
    return node if node.kind == "*" else Node("*", node.parts)


@cache
def _first(node: Node) -> frozenset[str]:
    kind, parts = node.kind, node.parts
    if kind.startswith("terminal:"):
        return frozenset([kind.removeprefix("terminal:")])
    if kind == "sequence":
        found = frozenset[str]()
        for part in parts:
            found |= _first(part)
            if not _nullable(part):
                break
        return found
    if not parts:
        return _first(_rules()[kind])
    return frozenset().union(*map(_first, parts))


@cache
def _nullable(node: Node) -> bool:
    kind, parts = node.kind, node.parts
    if kind in ("?", "*"):
        return True
    if kind == "choice":
        return any(map(_nullable, parts))
    if kind in ("sequence", "+"):
        return all(map(_nullable, parts))
    return not kind.startswith("terminal:") and _nullable(_rules()[kind])


@cache
def _hopes(node: Node) -> frozenset[str]:
    """What a node can begin with, in words for a reader."""
    kind, parts = node.kind, node.parts
    name = kind.removeprefix("terminal:")
    if name in PHRASES:
        return frozenset([PHRASES[name]])
    if name != kind:
        return frozenset() if name in ("NIL", "ANON", "LABEL") else frozenset([f"`{name}`"])
    if kind == "sequence":
        found = frozenset[str]()
        for part in parts:
            found |= _hopes(part)
            if not _nullable(part):
                break
        return found
    if not parts:
        return _hopes(_rules()[kind])
    return frozenset().union(*map(_hopes, parts))


@cache
def _rules() -> dict[str, Node]:
    lines = (line.split(":", 1) for line in GRAMMAR.strip().splitlines())
    return {name: _choice(re.findall(r"'[^']+'|\w+|\S", body)[::-1]) for name, body in lines}


def _choice(words: list[str]) -> Node:
    """Read alternatives up to a closing parenthesis; `words` is a stack, the next one last."""
    options: list[list[Node]] = [[]]
    while words and (word := words.pop()) != ")":
        if word == "|":
            options.append([])
        elif word in ("?", "*", "+"):
            options[-1].append(Node(word, (options[-1].pop(),)))
        else:
            options[-1].append(_atom(word, words))
    return Node("choice", tuple(Node("sequence", tuple(option)) for option in options))


def _atom(word: str, words: list[str]) -> Node:
    if word == "(":
        return _choice(words)
    if word.startswith("'") or word.isupper():
        return Node("terminal:" + word.strip("'"))
    return Node(word)
