"""What the visuals of a definition show: from a data set's rows to the data of each picture."""
