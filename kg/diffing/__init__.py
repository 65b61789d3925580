"""What differs between two states of a graph: builds, or files of RDF.

In: two sides. Out: what only one of them has, as a patch, or in words with causes and places.
"""
