"""What the lake is asked: who may use its key, what a crawler made, how a table is kept."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from labkit.exercises.at_work import MOST_S
from labkit.exercises.states import reader
from labkit.names import CRAWLER_ROLE, DATABREW_ROLE, FETCH_ROLE, FLOW_ROLE, REDSHIFT_ROLE
from labkit.progress import Progress, wait
from labkit.storage import split_uri

if TYPE_CHECKING:
    from labkit.lab import Lab

# What a use of a KMS key is good for: an upload needs a data key, a download decrypts one.
USES = {"administer": "kms:PutKeyPolicy", "read": "kms:Decrypt", "write": "kms:GenerateDataKey"}
CALLER, CONTEXT = "aws:principalarn", "kms:encryptioncontext:"
EQUALS = ("StringEquals", "StringLike", "ArnEquals", "ArnLike", "Bool")
UNLIKE = ("StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike")
IF_EXISTS = "IfExists"
HOUSE, CHARTS = (CRAWLER_ROLE, FETCH_ROLE, FLOW_ROLE), "aws-quicksight-service-role-"
GIVEN = ["dataedu-access"]  # the policy that each role of the environment has from the beginning
# Roles that become users of the key in a later lab, and what is there by then.
LATER = {
    DATABREW_ROLE: ("databrew", "list_datasets", "Datasets"),
    REDSHIFT_ROLE: ("redshift", "describe_clusters", "Clusters"),
}
FORMATS = ("parquet", "orc", "avro", "json", "csv")


@reader
def key_users(lab: Lab, newcomer: str, *roles: str) -> dict[str, list[str]] | None:
    """What the key's policy and grants let you and some roles do, and who else may use the key.

    ``None`` as long as they name neither the first role nor a stranger, and the role has got no
    policy of its own either, which is told as ``own policy``. Other roles of the lab's own
    environment come and go, and are not told once the lab that needs them has begun.
    """
    uses = _uses(lab)
    you = lab.caller.rsplit("/", 1)[-1]
    others = [name for name, can in uses.items() if can - {"administer"}]
    strangers = sorted(name for name in others if name != you and not _is_expected(lab, name))
    if newcomer not in uses and not strangers:
        if not _has_own_policy(lab, newcomer):
            return None
        uses[newcomer] = {"own policy"}
    asked = {"you": you, **{role: role for role in (newcomer, *roles)}}
    told = {name: sorted(uses.get(who, ())) for name, who in asked.items()}
    return told | {"others": strangers}


@reader
def crawler(lab: Lab, name: str) -> dict[str, Any] | None:
    """Which folders a crawler reads, what its database holds, and how its last crawl ended.

    A crawl that was started, and not waited for, may still go on: its end is waited for a while.
    """
    glue = lab.client("glue")
    try:
        found = wait(
            f"The crawler {name}",
            lambda: glue.get_crawler(Name=name)["Crawler"],
            until=lambda one: one["State"] == "READY",
            tell=lambda one: Progress(f"Crawler {name}: {one['State']}"),
            timeout_s=MOST_S,
            quiet=True,
        )
    except glue.exceptions.EntityNotFoundException:
        return None
    targets = found["Targets"].get("S3Targets", [])
    database = found.get("DatabaseName", "")
    return {
        "database": database,
        "tables": _tables(lab, database),
        "folders": sorted({_read(lab, target["Path"]) for target in targets}),
        "last": found.get("LastCrawl", {}).get("Status", ""),
    }


@reader
def kept(lab: Lab, database: str, name: str, folder: str = "") -> dict[str, Any] | None:
    """How a table's rows are kept: the files' format, the bucket, the partition keys.

    Args:
        folder: where the rows should be; told where they are there or below, else ``another``.
    """
    glue = lab.client("glue")
    try:
        found = glue.get_table(DatabaseName=database, Name=name)["Table"]
    except glue.exceptions.EntityNotFoundException:
        return None
    storage, metadata = found.get("StorageDescriptor", {}), _metadata(lab, found)
    location = storage.get("Location", "")
    there = {"folder": _folder(location, folder)} if folder else {}
    return there | {
        "format": metadata.get("format") or _format(storage) or _kind(found),
        "bucket": _bucket(location, lab.guid),
        "partition_keys": metadata.get("keys")
        or [key["Name"] for key in found.get("PartitionKeys", [])],
    }


def _tables(lab: Lab, database: str) -> list[str]:
    """The tables of a database; none where there is no such database yet."""
    if database not in lab.catalog.databases():
        return []
    return sorted(
        one["Name"] for one in lab.all("glue", "get_tables", "TableList", DatabaseName=database)
    )


def _read(lab: Lab, uri: str) -> str:
    """A folder of the raw bucket; one of another with the bucket before it."""
    bucket, folder = split_uri(uri.rstrip("/"))
    return folder if bucket == lab.names.raw_bucket else f"{_bucket(uri, lab.guid)}/{folder}"


def _metadata(lab: Lab, table: dict[str, Any]) -> dict[str, Any]:
    """An Iceberg table's partition keys and the format of its files; nothing of other tables.

    Source: https://iceberg.apache.org/spec/#table-metadata-fields
    """
    if not (place := table.get("Parameters", {}).get("metadata_location")):
        return {}
    said = json.loads(lab.storage.read(place))
    [spec] = [one for one in said["partition-specs"] if one["spec-id"] == said["default-spec-id"]]
    keys = [_transformed(field) for field in spec["fields"]]
    formats = said.get("properties", {}).get("write.format.default", "parquet")
    return {"keys": keys, "format": formats.lower()}


def _transformed(field: dict[str, Any]) -> str:
    """A field of a partition spec: a column's name, or what is made of a column."""
    is_column = field["transform"] == "identity"
    return str(field["name"] if is_column else f"{field['transform']} {field['name']}")


def _is_expected(lab: Lab, name: str) -> bool:
    """Whether a role of the environment is a user of its key, from the beginning or by now."""
    if name not in LATER:
        return name in HOUSE or name.startswith(CHARTS)
    service, operation, member = LATER[name]
    return bool(getattr(lab.client(service), operation)()[member])


def _uses(lab: Lab) -> dict[str, set[str]]:
    """What each principal of the key's policy and grants may do with it, for S3."""
    allowed, denied = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    spared: list[tuple[list[str], set[str]]] = []  # all but these are denied something
    for statement in _statements(lab):
        is_allowed = statement["Effect"] == "Allow"
        is_met = _is_met(_conditions(statement), lab, every=is_allowed)
        granted = set(_granted(statement)) if is_met else set()
        if not _fits(lab.key_arn, _resources(statement)):
            continue
        if (names := _spared(statement, lab.account)) and not is_allowed:
            spared.append((names, granted))
            continue
        for principal in ["*"] if names else _principals(statement, lab.account):
            (allowed if is_allowed else denied)[principal] |= granted
    for names, granted in spared:
        for principal in {*allowed} - {*names}:
            denied[principal] |= granted
    return {one: can - denied[one] - denied["*"] for one, can in allowed.items()}


def _statements(lab: Lab) -> Iterator[dict[str, Any]]:
    """The statements of the key's policy; a grant is told as the statement that says the same."""
    kms = lab.client("kms")
    policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn, PolicyName="default")["Policy"])
    yield from policy["Statement"]
    for grant in kms.list_grants(KeyId=lab.key_arn)["Grants"]:
        actions = [f"kms:{operation}" for operation in grant["Operations"]]
        limits = grant.get("Constraints", {}).values()
        pairs = {f"{CONTEXT}{key}": value for limit in limits for key, value in limit.items()}
        told = {"Effect": "Allow", "Principal": grant["GranteePrincipal"], "Action": actions}
        yield told | {"Condition": {"StringEquals": pairs}}


def _resources(statement: dict[str, Any]) -> list[str]:
    """Which keys a statement is about; a grant is of its own key."""
    return _all(statement.get("Resource", "*"))


def _conditions(statement: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Operator, key in small letters and patterns of each test."""
    return [
        (operator, key.lower(), _all(patterns))
        for operator, tests in statement.get("Condition", {}).items()
        for key, patterns in tests.items()
    ]


def _is_met(conditions: list[tuple[str, str, list[str]]], lab: Lab, *, every: bool) -> bool:
    """Whether requests that S3 makes for somebody of the account meet conditions.

    The buckets of the lake have bucket keys, so the context of each request is the bucket.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html

    Args:
        every: whether those for each bucket have to, as what allows does; else those for one.
    """
    asked = {
        "kms:viaservice": [f"s3.{lab.region}.amazonaws.com"],
        "kms:calleraccount": [lab.account],
        "aws:securetransport": ["true"],
        f"{CONTEXT}aws:s3:arn": [f"arn:aws:s3:::{one}" for one in _lake(lab)],
    }
    all_or_any = all if every else any
    return all(
        key == CALLER
        or all_or_any(_holds(operator, one, patterns) for one in asked.get(key, [None]))
        for operator, key, patterns in conditions
    )


def _holds(operator: str, value: str | None, patterns: list[str]) -> bool:
    """Whether a test holds, of a value that a request may not have; of other operators none does.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    base = operator.removesuffix(IF_EXISTS)
    if value is None:
        return base in UNLIKE or (base in EQUALS and base != operator)
    return (base in EQUALS and _fits(value, patterns)) or (
        base in UNLIKE and not _fits(value, patterns)
    )


def _lake(lab: Lab) -> tuple[str, str]:
    return lab.names.raw_bucket, lab.names.curated_bucket


def _fits(value: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def _principals(statement: dict[str, Any], account: str) -> list[str]:
    """Whom a statement is about: those whom a condition names, else its principals."""
    return _callers(statement, EQUALS, account) or _names(statement.get("Principal", {}), account)


def _spared(statement: dict[str, Any], account: str) -> list[str]:
    """Whom a statement about all others leaves out."""
    named = _names(statement.get("NotPrincipal", {}), account)
    return named or _callers(statement, UNLIKE, account)


def _callers(statement: dict[str, Any], operators: tuple[str, ...], account: str) -> list[str]:
    tests = _conditions(statement)
    found = [
        arns
        for operator, key, arns in tests
        if key == CALLER and operator.removesuffix(IF_EXISTS) in operators
    ]
    return _names(found, account)


def _names(principal: Any, account: str) -> list[str]:
    """Roles and users of the account by their names, those of others by their ARNs."""
    named = principal.values() if isinstance(principal, dict) else principal
    arns = [arn for one in _all(named) for arn in _all(one)]
    return [_name(arn) if f"::{account}:" in arn or "::" not in arn else arn for arn in arns]


def _name(arn: str) -> str:
    return arn.rsplit(":", 1)[-1].rsplit("/", 1)[-1]


def _granted(statement: dict[str, Any]) -> Iterator[str]:
    """The uses that a statement is about, by its `Action` or all but its `NotAction`."""
    patterns = _all(statement.get("Action") or statement.get("NotAction", []))
    for use, action in USES.items():
        is_named = any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)
        if is_named == ("Action" in statement):
            yield use


def _has_own_policy(lab: Lab, role: str) -> bool:
    """Whether somebody has given a role a policy, which is of no use where the key's is silent."""
    iam = lab.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return names != GIVEN or bool(
        iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    )


def _all(said: Any) -> list[Any]:
    return [said] if isinstance(said, str) else [*said]


def _format(storage: dict[str, Any]) -> str:
    """The files' format by what reads them; a table's parameters say what someone claims."""
    reads = str(storage.get("SerdeInfo", {}).get("SerializationLibrary", "")).lower()
    return next((one for one in FORMATS if one in reads), "text" if reads else "")


def _kind(table: dict[str, Any]) -> str:
    """What a table without a reader of its files is: a view, or of an open table format."""
    kind = table.get("Parameters", {}).get("table_type") or table.get("TableType", "")
    return str(kind).lower().replace("_", " ")


def _bucket(location: str, guid: str) -> str:
    """A bucket's name without what differs from learner to learner: ``dataedu-curated``."""
    return split_uri(location)[0].removesuffix(f"-{guid}") if location else ""


def _folder(location: str, folder: str) -> str:
    """The folder that was asked for, if an address lies in it."""
    prefix = split_uri(location)[1] if location else ""
    return folder if f"{prefix}/".startswith(f"{folder}/") else "another"
