"""Glue's Iceberg REST endpoint, spoken to by pyiceberg's REST catalog as its users set it up."""

from dataclasses import dataclass

import pyarrow as pa
import pytest
from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.exceptions import (
    BadRequestError,
    CommitFailedException,
    ForbiddenError,
    NamespaceAlreadyExistsError,
    NamespaceNotEmptyError,
    NoSuchNamespaceError,
    NoSuchTableError,
    RESTError,
    TableAlreadyExistsError,
)
from pyiceberg.table.update import AssertRefSnapshotId, SetPropertiesUpdate
from pyiceberg.types import StringType

from tests.athena.conftest import Lake
from tests.roles import policy

ROWS = pa.Table.from_pylist([{"id": at, "word": f"w{at}"} for at in range(5)])


def catalog_of(cloud, access_key, secret_key, warehouse=None) -> Catalog:
    """The catalog of an account, as somebody with keys reaches it."""
    signing = {"rest.sigv4-enabled": "true", "rest.signing-name": "glue"}
    told = {"type": "rest", "uri": f"{cloud.endpoint}/iceberg", "warehouse": warehouse}
    keys = {
        "client.access-key-id": access_key,
        "client.secret-access-key": secret_key,
        "client.region": cloud.region,
    }
    return load_catalog("glue", **told, **signing, **keys)


@dataclass
class Rest:
    """A catalog and a lake that it is of."""

    catalog: Catalog
    lake: Lake

    def name(self, table):
        return self.lake.database, table

    def place(self, table):
        return f"s3://{self.lake.bucket}/{table}"

    def make(self, name, rows=ROWS):
        """A table with rows."""
        made = self.catalog.create_table(self.name(name), rows.schema, location=self.place(name))
        made.append(rows)
        return made


@pytest.fixture(scope="module")
def catalog(cloud):
    return catalog_of(cloud, cloud.access_key, cloud.secret_key, cloud.account)


@pytest.fixture
def rest(catalog, lake):
    return Rest(catalog, lake)


def test_namespaces(catalog, fresh):
    name = fresh("space", "_")
    catalog.create_namespace(name, {"comment": "of a test", "owner": "me", "location": "s3://b/x"})
    assert (name,) in catalog.list_namespaces()
    assert catalog.list_namespaces(name) == []
    done = catalog.update_namespace_properties(name, {"owner", "none"}, {"more": "1"})
    assert (done.updated, done.removed, done.missing) == (["more"], ["owner"], ["none"])
    told = {"comment": "of a test", "location": "s3://b/x", "more": "1"}
    assert catalog.load_namespace_properties(name) == told
    catalog.drop_namespace(name)
    assert not catalog.namespace_exists(name)


def test_a_tables_life(rest):
    table = rest.make("life")
    with table.update_schema() as change:
        change.add_column("more", StringType())
    table.delete("id = 3")
    found = rest.catalog.load_table(rest.name("life"))
    assert found.scan().to_arrow()["id"].to_pylist() == [0, 1, 2, 4]
    assert found.schema().column_names == ["id", "word", "more"]
    assert rest.catalog.list_tables(rest.lake.database) == [rest.name("life")]
    rest.catalog.drop_table(rest.name("life"))
    assert not rest.catalog.table_exists(rest.name("life"))
    assert rest.lake.keys("life/")  # the files stay


def test_athena_and_the_endpoint_see_each_others_rows(rest):
    table = rest.make("both")
    assert rest.lake.rows("SELECT count(*), max(word) FROM both") == [["5", "w4"]]
    rest.lake.do("INSERT INTO both VALUES (9, 'athena')")
    table.refresh()
    assert table.scan(row_filter="id = 9").to_arrow()["word"].to_pylist() == ["athena"]


def test_a_commit_that_lost_is_told_so(rest):
    table = rest.make("lost")
    seen = AssertRefSnapshotId(ref="main", snapshot_id=table.metadata.current_snapshot_id)
    table.append(ROWS)
    with pytest.raises(CommitFailedException):
        rest.catalog.commit_table(table, (seen,), (SetPropertiesUpdate(updates={"a": "b"}),))
    assert rest.catalog.load_table(table.name()).scan().to_arrow().num_rows == 10


def test_tables_that_are_none_of_icebergs_are_not_listed(rest):
    rest.lake.csv_table("plain", "id int", {"a.csv": "1\n"})
    assert rest.catalog.list_tables(rest.lake.database) == []
    with pytest.raises(BadRequestError, match="is not an iceberg table"):
        rest.catalog.load_table(rest.name("plain"))


REFUSED = [
    (NoSuchTableError, lambda rest: rest.catalog.load_table(rest.name("none"))),
    (NoSuchTableError, lambda rest: rest.catalog.drop_table(rest.name("none"))),
    (NoSuchNamespaceError, lambda rest: rest.catalog.list_tables("none")),
    (NamespaceAlreadyExistsError, lambda rest: rest.catalog.create_namespace(rest.lake.database)),
    (TableAlreadyExistsError, lambda rest: rest.make("there")),
    (NamespaceNotEmptyError, lambda rest: rest.catalog.drop_namespace(rest.lake.database)),
    (BadRequestError, lambda rest: rest.catalog.create_table(rest.name("nowhere"), ROWS.schema)),
    (BadRequestError, lambda rest: rest.catalog.purge_table(rest.name("there"))),
    (
        BadRequestError,
        lambda rest: rest.catalog.create_table_transaction(
            rest.name("staged"), ROWS.schema, location=rest.place("staged")
        ),
    ),
]


@pytest.mark.parametrize(("error", "call"), REFUSED)
def test_what_is_refused(rest, error, call):
    rest.make("there")
    with pytest.raises(error):
        call(rest)
    assert rest.catalog.load_table(rest.name("there")).scan().to_arrow().num_rows == 5
    assert rest.catalog.list_tables(rest.lake.database) == [rest.name("there")]


def test_another_catalog_is_not_there(cloud):
    with pytest.raises(RESTError, match="Catalog 999999999999 not found"):
        catalog_of(cloud, cloud.access_key, cloud.secret_key, "999999999999")


def test_a_caller_may_what_a_policy_of_theirs_says(cloud, rest):
    rest.make("judged")
    iam = cloud.client("iam")
    iam.create_user(UserName="rest")
    reads = {"Effect": "Allow", "Action": ["glue:Get*", "s3:Get*", "s3:List*"], "Resource": "*"}
    iam.put_user_policy(UserName="rest", PolicyName="may", PolicyDocument=policy(reads))
    key = iam.create_access_key(UserName="rest")["AccessKey"]
    theirs = catalog_of(cloud, key["AccessKeyId"], key["SecretAccessKey"], cloud.account)
    table = theirs.load_table(rest.name("judged"))
    assert table.scan().to_arrow().num_rows == 5
    with pytest.raises(ForbiddenError, match="glue:DeleteTable"):
        theirs.drop_table(rest.name("judged"))
    with pytest.raises(ForbiddenError, match="glue:UpdateTable"), table.transaction() as change:
        change.set_properties({"owner": "them"})


def test_what_is_governed_is_told_whom_all_is_shown(cloud, rest):
    """Metadata tell of all columns and rows; who may but see a table does not change it."""
    name, formation, iam = rest.name("governed"), cloud.client("lakeformation"), cloud.client("iam")
    rest.make("governed")
    user = iam.create_user(UserName="told")["User"]
    may = {"Effect": "Allow", "Action": "glue:*", "Resource": "*"}
    iam.put_user_policy(UserName="told", PolicyName="may", PolicyDocument=policy(may))
    key = iam.create_access_key(UserName="told")["AccessKey"]
    theirs = catalog_of(cloud, key["AccessKeyId"], key["SecretAccessKey"], cloud.account)
    place, who = (
        {"DatabaseName": name[0], "Name": name[1]},
        {"DataLakePrincipalIdentifier": user["Arn"]},
    )
    everybody = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}
    formation.revoke_permissions(
        Principal=everybody, Resource={"Table": place}, Permissions=["ALL"]
    )
    refused = pytest.raises(ForbiddenError, match="Insufficient Lake Formation permission")
    columns = {"TableWithColumns": place | {"ColumnNames": ["id"]}}
    formation.grant_permissions(Principal=who, Resource=columns, Permissions=["SELECT"])
    with refused:
        theirs.load_table(name)
    formation.grant_permissions(Principal=who, Resource={"Table": place}, Permissions=["SELECT"])
    with pytest.raises(ForbiddenError, match="s3:GetObject"):
        theirs.load_table(name)
    folder = rest.catalog.load_table(name).location().replace("s3://", "arn:aws:s3:::")
    formation.register_resource(ResourceArn=folder, UseServiceLinkedRole=True)
    assert theirs.load_table(name).schema().fields  # with the folder's role
    with refused:
        theirs.drop_table(name)
    may["Action"] = ["glue:*", "s3:*"]
    iam.put_user_policy(UserName="told", PolicyName="may", PolicyDocument=policy(may))
    table = theirs.load_table(name)
    with refused, table.transaction() as change:
        change.set_properties({"owner": "them"})
    assert rest.catalog.load_table(name).scan().to_arrow().num_rows == 5
