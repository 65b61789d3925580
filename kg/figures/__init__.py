"""Answers drawn: timelines, bars and graphs.

In: an answer. Out: SVG, PNG or HTML, the same to the byte each time.
"""
