"""What a check adds to a build that writes nothing.

In: a project. Out: all findings of all stages; what is unused; fixes that are certain.
"""
