"""Entries tied to exact words of their article, and the quads that follow from them.

In: a mapping and its article. Out: nodes with their spans, and quads, each with its origin.
"""
