"""What is a whole statement, and which statements a text has."""

from __future__ import annotations

import pytest

from kg.shell.statements import State, state, statements


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", State.EMPTY),
        ("  \n# nothing yet\n", State.EMPTY),
        ("SELECT", State.OPEN),
        ("PREFIX a: <b:>\n", State.OPEN),
        ("SELECT * { ?s ?p", State.OPEN),
        ("SELECT * { ?s ?p ?o } LIMIT", State.OPEN),
        ('ASK { ?s ?p """one\ntwo', State.OPEN),
        ("ASK { ?s ?p '''one\n# two", State.OPEN),
        ("SELECT * { ?s ?p ?o }", State.WHOLE),
        ("SELECT * { ?s ?p ?o } # done", State.WHOLE),
        ('ASK { ?s ?p """one\ntwo""" }', State.WHOLE),
        ("ASK { ?s ?p '' }", State.WHOLE),
        ("meetings", State.WHOLE),
        ("who-met-whom\n", State.WHOLE),
        (".show x", State.WHOLE),
        (" .format", State.WHOLE),
        ("ASK { ?s ?p ?o ; ?q ?r } ;", State.WHOLE),
        ("ASK {}; # done\n", State.WHOLE),
        ("meetings;", State.WHOLE),
        ("ASK {}; ASK {", State.OPEN),
        ("ASK {}; ASK }", State.WRONG),
        ("ASK { ?s ?p ?o ;", State.OPEN),
        ("; ASK {}", State.WRONG),
        ("SELECT * }", State.WRONG),
        ("SELECT * { ?s ?p 'one\n", State.WRONG),
        ("two words", State.WRONG),
        (". .", State.WRONG),
    ],
)
def test_the_grammar_tells_what_is_incomplete_from_what_is_wrong(text: str, expected) -> None:
    assert state(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("# a comment\n\n", []),
        ("ASK {}", ["ASK {}"]),
        ("ASK {}\nASK {}\n", ["ASK {}\n", "ASK {}\n"]),
        ("SELECT * {}\nLIMIT 5\nASK {}", ["SELECT * {}\nLIMIT 5\n", "ASK {}"]),
        ("SELECT * {\n\n}\n\nLIMIT 5", ["SELECT * {\n\n}\n", "LIMIT 5"]),
        (".time on\nmeetings\nASK {\n.x }\n", [".time on\n", "meetings\n", "ASK {\n.x }\n"]),
        ("ASK }\n{\n\nASK {}\n", ["ASK }\n{\n", "ASK {}\n"]),
        ("ASK }\n.quit\n", ["ASK }\n", ".quit\n"]),
        ("# why\nASK {}\n# and then\nASK {}", ["# why\nASK {}\n# and then\n", "ASK {}"]),
        ("ASK {", ["ASK {"]),
        ("ASK {};", ["ASK {}"]),
        (
            "ASK {}; ASK {} ; SELECT * {}\nLIMIT 5;\n",
            ["ASK {}", " ASK {} ", " SELECT * {}\nLIMIT 5"],
        ),
        ("ASK {}\n;\nASK { ?s ?p 1 ;\n ?q 2 }", ["ASK {}\n", "ASK { ?s ?p 1 ;\n ?q 2 }"]),
        (
            'ASK { ?s ?p ";" };\nmeetings;\n.show x;',
            ['ASK { ?s ?p ";" }', "meetings;\n", ".show x;"],
        ),
        ("ASK {}; .quit\n", ["ASK {}", " .quit\n"]),
    ],
)
def test_a_text_is_read_statement_by_statement(text: str, expected: list[str]) -> None:
    assert list(statements(text.splitlines(keepends=True))) == expected


def test_a_statement_is_handed_out_before_more_is_read() -> None:
    def lines():
        yield "ASK {}\n"
        yield "\n"
        raise AssertionError("too much was read")

    assert next(statements(lines())) == "ASK {}\n"
