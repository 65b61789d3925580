"""A build in the syntaxes and forms that other tools and people want.

In: a finished build. Out: files: whole or split, in four profiles of the same facts.
"""
