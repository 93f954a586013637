"""What a data set means: which objects, how their format is read, as SQL over their files.

`source` is the entry: `inputs` finds the objects, `readers` has one reader a format.
"""
