"""Mapping files read against the ontology.

In: YAML with places. Out: typed entries, and individuals by id.
"""
