"""The parts of `lab.warehouse`: results, plans, loads, bills, and the pictures of them."""
