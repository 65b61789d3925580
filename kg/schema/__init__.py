"""JSON Schema for mapping files and authority files.

In: ontology, shapes and individuals. Out: schemas for editors and for drafting tools.
"""
