"""Distributed Maps: each item, or batch of items, is an execution of its own.

`state` runs one as a Map Run: `sources` reads the items, `formats` the files that hold them,
`batches` groups them, `children` executes them some at a time, `results` hands on what came out.
How they reach S3 stands in `lake`, what a Map Run is in `runs`, what AWS's API tells of it in
`operations`, what of a definition could never run in `problems`.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""
