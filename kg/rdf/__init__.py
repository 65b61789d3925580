"""RDF as such: datasets in canonical form, Turtle that people like to read, terms in words.

In: quads and their terms. Out: sorted lines, digests, text. Knows nothing of articles.
"""
