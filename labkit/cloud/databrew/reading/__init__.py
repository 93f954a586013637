"""What a data set means: which objects, how their format is read, as SQL over their files."""
