"""SHACL: what shapes demand, and what an article does not meet, in the words of mapping files.

In: shapes and the graphs of articles. Out: validation results, and findings at both ends.
"""
