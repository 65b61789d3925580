"""Findings in the forms that people and tools read.

In: diagnostics. Out: text with carets, JSON, SARIF, JUnit XML, annotations of a pull request; what
each code means.
"""
