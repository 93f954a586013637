"""Makes the labs' notebooks from their sources, and what is known of their exercises."""
