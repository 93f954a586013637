"""Data shares in Redshift's control plane: which there are, who may use them, who does.

A grant to a namespace of the same account needs nothing more; one to an account is authorized by
the producer and associated by the consumer. Source:
https://docs.aws.amazon.com/redshift/latest/APIReference/API_DescribeDataShares.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift.clusters.listing import pages
from labkit.cloud.redshift.lifecycle import answers
from labkit.cloud.redshift.sharing.producers import producer, reading, warehouses
from labkit.cloud.redshift.sharing.shares import SPACE
from labkit.cloud.redshift.warehouse import RedshiftError
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.words import fault, invalid_value

Shown = dict[str, Any]


@answers("DescribeDataShares")
def describe_data_shares(
    context: Context, *, DataShareArn: str | None = None, **page: Any
) -> Answer:
    found = [share for share in _shares(context) if DataShareArn in (None, share["DataShareArn"])]
    if DataShareArn and not found:
        raise _not_found(DataShareArn)
    return pages("DataShares", found, **page)


@answers("DescribeDataSharesForProducer")
def describe_for_producer(
    context: Context, *, ProducerArn: str | None = None, Status: str | None = None, **page: Any
) -> Answer:
    found = [share for share in _shares(context) if ProducerArn in (None, share["ProducerArn"])]
    return pages("DataShares", [s for s in found if _has(s, Status)], **page)


@answers("DescribeDataSharesForConsumer")
def describe_for_consumer(
    context: Context, *, ConsumerArn: str | None = None, Status: str | None = None, **page: Any
) -> Answer:
    wanted = ConsumerArn.rpartition(":")[2] if ConsumerArn else None
    found = [
        share
        for share in _shares(context)
        if any(
            wanted in (None, each["ConsumerIdentifier"].rpartition(":")[2])
            for each in share["DataShareAssociations"]
        )
    ]
    return pages("DataShares", [s for s in found if s["DataShareAssociations"] and
                 _has(s, Status)], **page)  # fmt: skip


@answers("AuthorizeDataShare")
def authorize(
    context: Context, *, DataShareArn: str, ConsumerIdentifier: str, AllowWrites: bool = False
) -> Answer:
    if AllowWrites:
        raise invalid_value("Writing to data shares is not available in the local AWS")
    return _set_status(
        context, DataShareArn, ConsumerIdentifier, "AUTHORIZED", ("PENDING_AUTHORIZATION",)
    )


@answers("DeauthorizeDataShare")
def deauthorize(context: Context, *, DataShareArn: str, ConsumerIdentifier: str) -> Answer:
    return _set_status(context, DataShareArn, ConsumerIdentifier, "DEAUTHORIZED", None)


@answers("AssociateDataShareConsumer")
def associate(
    context: Context,
    *,
    DataShareArn: str,
    AssociateEntireAccount: bool = False,
    ConsumerArn: str | None = None,
    ConsumerRegion: str | None = None,
    AllowWrites: bool = False,
) -> Answer:
    if AllowWrites:
        raise invalid_value("Writing to data shares is not available in the local AWS")
    if bool(AssociateEntireAccount) + bool(ConsumerArn) + bool(ConsumerRegion) != 1:
        raise invalid_value("Specify one of AssociateEntireAccount, ConsumerArn and ConsumerRegion")
    return _set_status(
        context, DataShareArn, context.account, "ACTIVE", ("AUTHORIZED", "AVAILABLE")
    )


@answers("DisassociateDataShareConsumer")
def disassociate(context: Context, *, DataShareArn: str, **_: Any) -> Answer:
    return _set_status(context, DataShareArn, context.account, "AVAILABLE", ("ACTIVE",))


@answers("RejectDataShare")
def reject(context: Context, *, DataShareArn: str) -> Answer:
    return _set_status(context, DataShareArn, context.account, "REJECTED", None)


def _set_status(
    context: Context, arn: str, consumer: str, status: str, before: tuple[str, ...] | None
) -> Answer:
    """Give a consumer another state; those who may be in which one are the fitting ones."""
    namespace, _, name = arn.rpartition(":")[2].partition("/")
    wanted = consumer.rpartition(":")[2].lower()
    try:
        warehouse = producer(context.cloud, namespace)
    except RedshiftError as error:
        raise _not_found(arn) from error
    with reading(warehouse) as session:
        share = session.objects.find(SPACE, name)
        if share is None:
            raise _not_found(arn)
        told = [each for each in share.body["consumers"] if each["id"] == wanted]
        if not told or (before and told[0]["status"] not in before):
            raise fault("InvalidDataShareFault", f"{consumer} is no such consumer of {arn}")
        changed = [
            each | {"status": status} if each in told else each for each in share.body["consumers"]
        ]
        share = share.changed(consumers=changed)
        session.objects.replace(share)
        session.commit()
        session.begin()
    return _shown(context, warehouse.namespace, share)


def _has(share: Shown, status: str | None) -> bool:
    return status is None or any(
        each["Status"] == status for each in share["DataShareAssociations"]
    )


def _shares(context: Context) -> Iterator[Shown]:
    yield from (_shown(context, *found) for found in _every(context.cloud))


def _every(cloud: Cloud) -> Iterator[tuple[str, Object]]:
    for warehouse in warehouses(cloud):
        with reading(warehouse) as session:
            for share in session.objects.of(SPACE):
                yield warehouse.namespace, share


def _shown(context: Context, namespace: str, share: Object) -> Shown:
    return {
        "DataShareArn": context.arn(f"datashare:{namespace}/{share.name}"),
        "ProducerArn": context.arn(f"namespace:{namespace}"),
        "AllowPubliclyAccessibleConsumers": share.body["public"],
        "DataShareAssociations": [
            {
                "ConsumerIdentifier": _identifier(context, each),
                "Status": each["status"],
                "CreatedDate": each["created"],
                "StatusChangeDate": each["created"],
                "ProducerAllowedWrites": False,
                "ConsumerAcceptedWrites": False,
            }
            for each in share.body["consumers"]
        ],
        "DataShareType": "INTERNAL",
    }


def _identifier(context: Context, consumer: Shown) -> str:
    account = consumer["kind"] == "account"
    return str(consumer["id"]) if account else context.arn(f"namespace:{consumer['id']}")


def _not_found(arn: str) -> Exception:
    return fault("InvalidDataShareFault", f"Data share {arn} does not exist")
