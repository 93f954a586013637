"""SNS and SQS: moto keeps topics, queues and messages, and here is what it does not do right.

``topics``, ``publications``, ``fan_out``, ``notifications`` and ``subscriptions`` are SNS's,
``queues``, ``receiving``, ``moves`` and ``polling`` SQS's.
"""

from labkit.cloud.messages import receiving, subscriptions

__all__ = ["receiving", "subscriptions"]
