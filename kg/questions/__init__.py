"""Queries that a project keeps: their heads, their parameters, the answers written beside them.

In: query files. Out: queries with their values bound, and findings about them.
"""
