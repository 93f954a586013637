"""Tables and queries of Redshift, which the local QuickSight does not reach yet."""
