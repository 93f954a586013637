"""Firehose to S3: moto keeps the streams, this package delivers what is put into them, at once.

`deliveries` is where to start reading: records are processed (`processing`), put under the keys
that a prefix says (`keys`), as they are, compressed or as Parquet and ORC (`conversion`). Those of
Kinesis' streams come by `sources`, those of topics by `topics`; `descriptions` tells of streams.
"""

from labkit.cloud.firehose import deliveries, descriptions, sources, topics

__all__ = ["deliveries", "descriptions", "sources", "topics"]
