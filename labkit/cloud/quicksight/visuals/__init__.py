"""What the visuals of a definition show: from a data set's rows to the data of each picture.

`data` is the entry. A `request` knows the visual's names and filters, `wells` and `fields` its
columns; `plan` says what the one `statement` fetches, and `model` is what comes out of it.
"""
