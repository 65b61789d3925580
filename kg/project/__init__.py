"""The folders of a project and the files in them.

In: a folder. Out: settings, articles, YAML in which everything has a place, and the finished builds
in the build folder.
"""
