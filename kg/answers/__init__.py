"""Whom a query is asked of, and how its answer is written.

In: a query and a source: a build, files, an endpoint. Out: tables and the standard formats.
"""
