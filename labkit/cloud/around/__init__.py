"""The services around the analytics ones: moto answers them, and here is what it does not do right.

One module a service: messages (SNS, SQS), logs and metrics (CloudWatch), secrets and parameters,
streams and their deliveries, Lake Formation. ``made_up`` says what is refused of all the others.
"""
