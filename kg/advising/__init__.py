"""Mistakes in queries that a query itself does not tell.

In: a query, and where it has no rows its data. Out: findings at their place in the query.
"""
