"""The sentences of an article, and their words, as spans.

In: the text of an article as stored. Out: one `Span` a sentence, in order, without white space at
either end; together they hold every character that is not white space. Refuses nothing.

A line end ends a sentence: a headline has no full stop. Within a line, `.`, `!`, `?` or `…`, with
the quotation marks and brackets that close behind it, ends a sentence when white space and then a
capital, a digit or a letter without case follow. So a full stop inside closing quotation marks ends
a sentence before a capital, “…,” he said goes on, and a quotation of several sentences is several
sentences. A full stop or an ellipsis ends none

- after a title or an abbreviation that something must follow (Gen., Dr., e.g.);
- after an abbreviation that a number must follow (No. 5), when one does;
- after a single capital (J. Smith), an abbreviation that may come last (U.S., a.m., Jan., Inc.), or
  white space (the ellipsis of an elision), unless the next word is one that begins sentences (The,
  He, In ...);
- where no letter has come before it: `1. Ports` and `... The rest` are whole.

The words are English; in other languages the rules on capitals and marks still hold. What this
cannot see: “Ready?” Smith asked is two sentences here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.text.quotes import Span

# Line ends as `str.splitlines` knows them.
_LINE = re.compile("[^\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029]+")
# A no-break space may part a curly closing mark from the text before it.
_END = re.compile("(?<![.!?…])([.!?…]++)((?:[\u00a0\u2009\u202f]?[”’»]|[\"')\\]])*+)(?=\\s)")
_DASHES = "–—-"
_NEXT = re.compile(f"\\s*(?P<opening>[\\s…“‘„«\"'(\\[{_DASHES}]*)(?P<word>\\w*)")
_TOKEN = re.compile(f"[^\\s“‘„«\"'(\\[/{_DASHES}]*\\Z")
_LONGEST = 24
"""Characters to look back for an abbreviation: linear time whatever the text is."""
_DOTTED = re.compile(r"[^\W\d_]{1,3}(?:\.[^\W\d_]{1,3})+")
_WORD = re.compile(r"\w+(?:[’'.,-]\w+)*")
_LETTER = re.compile(r"[^\W\d_]")

_NEVER_LAST = frozenset(
    """
    adm amb brig capt cdr cf cmdr cmdt col cpl dr e.g fr gen hon i.e lt maj messrs mr mrs ms mt
    pres prof rep rev sen sgt supt viz vs
    """.split()  # noqa: SIM905  (a list of words reads best as words)
)
_BEFORE_NUMBERS = frozenset({"approx", "ca", "no", "nos", "nr", "p", "pp", "vol"})
_SELDOM_LAST = frozenset(
    """
    apr aug bros co corp dec dept est etc feb ft gov inc jan jr jul jun ltd mar nov oct sep sept sr
    st
    """.split()  # noqa: SIM905
)
_BEGINNING = frozenset(
    """
    a according after all also although an and as at before both but by during each elsewhere
    for from he her here his however i if in it its later many meanwhile most my no on one or our
    she since so some such that the their then there these they this those to under until we what
    when where while who with you
    """.split()  # noqa: SIM905
)


def split(text: str) -> list[Span]:
    """The sentences of a text, in order."""
    return [span for line in _LINE.finditer(text) for span in _split_line(text, *line.span())]


def words(text: str, span: Span) -> list[Span]:
    """The words of a stretch of text: `Iran’s`, `US-Israeli` and `2.3` are one each."""
    return [Span(*match.span()) for match in _WORD.finditer(text, span.start, span.end)]


def _split_line(text: str, start: int, end: int) -> Iterator[Span]:
    letter = _LETTER.search(text, start, end)
    for marks in _END.finditer(text, start, end):
        if letter and letter.start() < marks.start() and _ends(text, start, marks, end):
            yield _trimmed(text, start, marks.end())
            start = marks.end()
            letter = _LETTER.search(text, start, end)
    if text[start:end].strip():
        yield _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Span:
    part = text[start:end]
    return Span(start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip()))


def _ends(text: str, start: int, marks: re.Match[str], end: int) -> bool:
    """Whether the sentence that began at `start` ends with these marks."""
    follows = _NEXT.match(text, marks.end(), end)
    if not follows or not follows["word"] or follows["word"][0].islower():
        return False
    stop, closing = marks.groups()
    if closing or stop.strip(".…"):
        return True
    token = _TOKEN.search(text, max(start, marks.start() - _LONGEST), marks.start())
    return _is_last(token[0] if token else "", follows)


def _is_last(token: str, follows: re.Match[str]) -> bool:
    """Whether a full stop or ellipsis behind `token` is more than part of it."""
    word, after = token.lower(), follows["word"]
    if word in _NEVER_LAST:
        return False
    if word in _BEFORE_NUMBERS:
        return not after[0].isdigit()
    initial = len(token) == 1 and token.isupper()
    if not token or initial or word in _SELDOM_LAST or _DOTTED.fullmatch(token):
        # Behind a dash a dateline goes on: `WASHINGTON, D.C. – The`.
        return after.lower() in _BEGINNING and not follows["opening"].startswith(tuple(_DASHES))
    return True
