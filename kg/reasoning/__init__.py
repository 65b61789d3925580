"""What follows from facts and axioms, and why facts contradict them.

In: triples and an ontology. Out: what is inferred, or the fewest facts and axioms that clash.
"""
