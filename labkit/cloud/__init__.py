"""The local AWS: one server process a workspace, moto behind a front of our own.

Start with `front`, through which every request comes, and `operations`, the registry of what is
answered here; `state` is what survives. A package a service; `engine` runs SQL and knows no AWS.
"""
