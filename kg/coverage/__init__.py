"""How much of the articles the graph holds.

In: grounded articles. Out: figures, and one page on which every article is coloured.
"""
