"""Queries: their grammar, forms that the engine answers rightly, their faults, their parameters.

In: the text of a query and a store of pyoxigraph. Out: answers, or findings at their place.
"""
