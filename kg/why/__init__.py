"""Why a build says something, down to the lines of mappings and the words of articles.

In: a build and a node, a triple or a row of an answer. Out: reasons, cards and evidence.
"""
