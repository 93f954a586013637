"""What AWS Glue's own library offers to scripts of Python shell jobs."""
