"""SES: moto keeps identities and judges senders; what is sent stays in the workspace's outbox."""

from labkit.cloud.mail import sending

__all__ = ["sending"]
