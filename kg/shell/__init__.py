"""What a prompt knows: where a statement ends, and what could be written next.

In: the text before the cursor and a build. Out: statements and proposals.
"""
