"""Paginated reports on paper: from a sheet of a definition to a PDF file."""
