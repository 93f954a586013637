"""The operations by category, one function each: to add one is to add a function here."""
