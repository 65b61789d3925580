"""The build: one article at a time, then what needs them all.

In: a project. Out: a build folder, whole or not at all.
"""
