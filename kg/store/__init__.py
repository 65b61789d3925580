"""A finished build, opened for reading.

In: a build folder. Out: its store, who states each triple in which words, and its graphs in the
syntaxes that other tools read.
"""
