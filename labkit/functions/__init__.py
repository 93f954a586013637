"""The workshop's two Lambda functions: sources here, zipped by `labkit.environment`."""
