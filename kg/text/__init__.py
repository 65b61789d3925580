"""The words of an article: where quotes, names and time expressions stand, and what they say.

In: text. Out: spans, surfaces and calendar values. Knows nothing of mappings, files or RDF.
"""
