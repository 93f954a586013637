"""Parts that operations share, such as patterns, conversions and statistics; none is a step."""
