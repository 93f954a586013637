"""The services with operations of our own: importing this registers them all."""
