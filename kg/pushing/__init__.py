"""Builds into triple stores on the network, by the SPARQL 1.1 Graph Store HTTP Protocol.

In: a build, and the address of a store. Out: what the store holds afterwards, counted or read back.
Refuses: to say that something is loaded which the store has not shown to hold.

https://www.w3.org/TR/sparql11-http-rdf-update/
"""
