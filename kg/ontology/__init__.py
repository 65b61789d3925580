"""What an ontology declares and states, and where in its files.

In: the Turtle files of an ontology. Out: keys, sections and value types; axioms and rules.
"""
