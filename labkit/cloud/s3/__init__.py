"""S3: bodies as files, their index in moto, and the front that streams between them."""
