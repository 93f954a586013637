"""Geometries in the plane, for the dialects: values, their texts and bytes, measures, relations.

A dialect has its own signatures, words and printing; what a geometry is stands here once.
Source: https://www.ogc.org/standard/sfa/
"""
