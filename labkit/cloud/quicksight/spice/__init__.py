"""SPICE: a data set's tables become SQL, its rows columnar files, and its readers see their part.

Source: https://docs.aws.amazon.com/quicksight/latest/user/spice.html
"""
