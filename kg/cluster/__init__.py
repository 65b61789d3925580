"""Builds whose articles are worked on by many machines, and whose result is many files.

In: nothing. Out: nothing; see the modules.
"""
