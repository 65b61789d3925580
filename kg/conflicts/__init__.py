"""What the articles state differently of one thing, side by side.

In: a build. Out: differences, classified, with the words of each side.
"""
