"""Crawlers and classifiers as the API knows them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import everything, wait_for
from tests.glue.lake import Lake, columns, make_role

A = "id,name\n1,x\n"


def test_defaults(lake: Lake) -> None:
    lake.define("data", Tags={"team": lake.name})
    found = lake.glue.get_crawler(Name=lake.crawler)["Crawler"]
    assert (found["State"], found["Version"], found["CrawlElapsedTime"]) == ("READY", 1, 0)
    assert found["Targets"]["S3Targets"] == [{"Path": lake.uri("data"), "Exclusions": []}]
    assert found["Targets"]["JdbcTargets"] == []
    assert found["SchemaChangePolicy"] == {
        "UpdateBehavior": "UPDATE_IN_DATABASE",
        "DeleteBehavior": "DEPRECATE_IN_DATABASE",
    }
    assert found["RecrawlPolicy"] == {"RecrawlBehavior": "CRAWL_EVERYTHING"}
    assert found["Role"] == lake.role
    assert "LastCrawl" not in found
    assert lake.glue.list_crawlers(Tags={"team": lake.name})["CrawlerNames"] == [lake.crawler]
    names = [lake.crawler, "nope"]
    answer = lake.glue.batch_get_crawlers(CrawlerNames=names)
    assert [c["Name"] for c in answer["Crawlers"]] == [lake.crawler]
    assert answer["CrawlersNotFound"] == ["nope"]
    pages = lake.glue.get_paginator("get_crawlers").paginate(PaginationConfig={"PageSize": 1})
    assert lake.crawler in [c["Name"] for page in pages for c in page["Crawlers"]]


def test_update_and_delete(lake: Lake) -> None:
    lake.define()
    lake.glue.update_crawler(Name=lake.crawler, TablePrefix="raw_", Description="d")
    found = lake.glue.get_crawler(Name=lake.crawler)["Crawler"]
    assert (found["TablePrefix"], found["Description"], found["Version"]) == ("raw_", "d", 2)
    assert found["DatabaseName"] == lake.database
    lake.glue.delete_crawler(Name=lake.crawler)
    with pytest.raises(ClientError, match=f"Crawler entry with name {lake.crawler} does not exist"):
        lake.glue.get_crawler(Name=lake.crawler)


def test_role_may_be_an_arn_and_a_path_begin_with_its_bucket(
    lake: Lake, client: Callable[[str], Any]
) -> None:
    lake.role = client("iam").get_role(RoleName=lake.role)["Role"]["Arn"]
    lake.put("data/a.csv", A)
    lake.crawl(target={"Path": f"{lake.bucket}/data"})
    assert lake.table("data")["StorageDescriptor"]["Location"] == lake.uri("data/")
    assert lake.glue.get_crawler(Name=lake.crawler)["Crawler"]["Role"] == "glue-crawler"


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("no such role", {"Role": "nope"}, "InvalidInputException", "unable to assume role"),
    ("no target", {"Targets": {}}, "InvalidInputException", "at least one target"),
    ("no database", {"DatabaseName": ""}, "InvalidInputException", "database"),
    (
        "path",
        {"Targets": {"S3Targets": [{"Path": "/tmp"}]}},
        "InvalidInputException",
        "Invalid S3 path",
    ),
    (
        "dynamodb",
        {"Targets": {"DynamoDBTargets": [{"Path": "p"}]}},
        "NotImplementedException",
        "DynamoDBTargets cannot be crawled",
    ),
    (
        "jdbc path",
        {"Targets": {"JdbcTargets": [{"ConnectionName": "c", "Path": "%/public"}]}},
        "InvalidInputException",
        "Invalid JDBC path",
    ),
    (
        "jdbc connection",
        {"Targets": {"JdbcTargets": [{"Path": "dev/public/%"}]}},
        "InvalidInputException",
        "must name a connection",
    ),
    (
        "deprecated tables of the catalog",
        {"Targets": {"CatalogTargets": [{"DatabaseName": "d", "Tables": ["t"]}]}},
        "InvalidInputException",
        "must be LOG",
    ),
    ("schedule", {"Schedule": "every day"}, "InvalidInputException", "not valid"),
    (
        "too often",
        {"Schedule": "cron(0/1 * * * ? *)"},
        "InvalidInputException",
        "5 minutes is the least",
    ),
    ("classifier", {"Classifiers": ["nope"]}, "EntityNotFoundException", "nope"),
    ("configuration", {"Configuration": "[]"}, "InvalidInputException", "Configuration"),
    (
        "configured value",
        {"Configuration": '{"Version": 1.0, "Grouping": {"TableGroupingPolicy": "x"}}'},
        "InvalidInputException",
        "Grouping.TableGroupingPolicy",
    ),
    (
        "lake formation",
        {"LakeFormationConfiguration": {"UseLakeFormationCredentials": True}},
        "NotImplementedException",
        "Lake Formation",
    ),
    (
        "events",
        {"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVENT_MODE"}},
        "InvalidInputException",
        "with an EventQueueArn",
    ),
    (
        "new folders need LOG",
        {"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}},
        "InvalidInputException",
        "only LOG",
    ),
]


@pytest.mark.parametrize(
    ("options", "code", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_refused(lake: Lake, options: dict[str, Any], code: str, message: str) -> None:
    good = {
        "Name": lake.crawler,
        "Role": lake.role,
        "DatabaseName": lake.database,
        "Targets": {"S3Targets": [{"Path": lake.uri()}]},
    }
    with pytest.raises(ClientError) as raised:
        lake.glue.create_crawler(**good | options)
    error = raised.value.response["Error"]
    assert error["Code"] == code
    assert message in error["Message"]
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        lake.glue.get_crawler(Name=lake.crawler)


def test_role_must_trust_glue(lake: Lake, client: Callable[[str], Any]) -> None:
    lake.role = make_role(client("iam"), f"{lake.name}-role", "lambda")
    with pytest.raises(ClientError, match="verify role's TrustPolicy"):
        lake.define()


def test_twice_the_same_name(lake: Lake) -> None:
    lake.define()
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        lake.define()


def test_a_trigger_on_demand_starts_its_crawler_and_job(lake: Lake) -> None:
    lake.put("data/a.csv", A)
    lake.define()
    job = {"Name": lake.crawler, "Role": lake.role, "Command": {"Name": "glueetl"}}
    lake.glue.create_job(**job)
    actions = [{"CrawlerName": lake.crawler}, {"JobName": lake.crawler}]
    lake.glue.create_trigger(Name=lake.crawler, Type="ON_DEMAND", Actions=actions)
    assert lake.glue.start_trigger(Name=lake.crawler)["Name"] == lake.crawler
    assert (lake.wait()["Status"], list(lake.tables())) == ("SUCCEEDED", ["data"])
    (run,) = lake.glue.get_job_runs(JobName=lake.crawler)["JobRuns"]
    assert run["LogGroupName"] == "/aws-glue/jobs"
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        lake.glue.start_trigger(Name="nobody")


def test_a_trigger_waits_for_all_its_conditions(lake: Lake) -> None:
    """A crawl and a job start what comes after both, once."""
    lake.put("data/a.csv", A)
    lake.define()
    for name in (lake.crawler, f"{lake.crawler}-after"):
        lake.glue.create_job(Name=name, Role=lake.role, Command={"Name": "glueetl"})
    conditions = [
        {"LogicalOperator": "EQUALS", "CrawlerName": lake.crawler, "CrawlState": "SUCCEEDED"},
        {"LogicalOperator": "EQUALS", "JobName": lake.crawler, "State": "FAILED"},
    ]
    after = {"Actions": [{"JobName": f"{lake.crawler}-after", "Arguments": {"--a": "b"}}]}
    lake.glue.create_trigger(
        Name=f"{lake.crawler}-all",
        Type="CONDITIONAL",
        Predicate={"Logical": "AND", "Conditions": conditions},
        StartOnCreation=True,
        **after,
    )
    lake.glue.start_job_run(JobName=lake.crawler)
    assert not lake.glue.get_job_runs(JobName=f"{lake.crawler}-after")["JobRuns"]
    lake.run()

    def runs() -> Any:
        return lake.glue.get_job_runs(JobName=f"{lake.crawler}-after")["JobRuns"]

    (run,) = wait_for(runs)
    assert run["Arguments"] == {"--a": "b"}
    lake.run()
    assert len(runs()) == 1


def test_history_log_and_metrics(lake: Lake) -> None:
    lake.put("data/day=1/a.csv", A)
    last = lake.crawl()
    assert last["LogGroup"] == "/aws-glue/crawlers"
    assert last["LogStream"] == lake.crawler
    lake.run()
    crawls = lake.glue.list_crawls(CrawlerName=lake.crawler)["Crawls"]
    assert [c["State"] for c in crawls] == ["COMPLETED", "COMPLETED"]
    assert crawls[1]["CrawlId"] == last["MessagePrefix"]
    assert json.loads(crawls[1]["Summary"]) == {
        "TABLE": {"ADD": {"Count": 1}},
        "PARTITION": {"ADD": {"Count": 1}},
    }
    assert crawls[0]["DPUHour"] > 0
    one = {"FieldName": "CRAWL_ID", "FilterOperator": "EQ", "FieldValue": last["MessagePrefix"]}
    old = {
        "FieldName": "START_TIME",
        "FilterOperator": "LT",
        "FieldValue": crawls[0]["StartTime"].isoformat(),
    }
    for condition in (one, old):
        found = lake.glue.list_crawls(CrawlerName=lake.crawler, Filters=[condition])["Crawls"]
        assert [c["CrawlId"] for c in found] == [last["MessagePrefix"]]
    for wrong, words in (
        ({"FilterOperator": "LIKE"}, "Value 'LIKE' at 'filters.1.member.filterOperator' failed"),
        ({"FilterOperator": "GE"}, "Only EQ or NE operator is allowed for field : CRAWL_ID"),
        ({"FieldValue": None}, "FilterOperator: EQ, FieldValue: null"),
    ):
        condition = {k: v for k, v in (one | wrong).items() if v is not None}
        with pytest.raises(ClientError, match=words):
            lake.glue.list_crawls(CrawlerName=lake.crawler, Filters=[condition])
    page = lake.glue.list_crawls(CrawlerName=lake.crawler, MaxResults=1)
    assert page["NextToken"]
    lines = [line.partition("] ")[2] for line in lake.lines()]
    assert lines[0] == f"BENCHMARK : Running Start Crawl for Crawler {lake.crawler}"
    assert f"INFO : Created table data in database {lake.database}" in lines
    assert lines[-1] == "BENCHMARK : Crawler has finished running and is in state READY"
    metrics = lake.metrics()
    assert metrics["LastRuntimeSeconds"] > 0
    assert metrics["StillEstimating"] is False


def test_schedule(lake: Lake) -> None:
    lake.define(Schedule="cron(15 12 ? * MON-FRI *)")

    def state() -> str:
        return lake.glue.get_crawler(Name=lake.crawler)["Crawler"]["Schedule"]["State"]

    assert state() == "SCHEDULED"
    with pytest.raises(ClientError, match="SchedulerRunningException"):
        lake.glue.start_crawler_schedule(CrawlerName=lake.crawler)
    lake.glue.stop_crawler_schedule(CrawlerName=lake.crawler)
    assert state() == "NOT_SCHEDULED"
    with pytest.raises(ClientError, match="SchedulerNotRunningException"):
        lake.glue.stop_crawler_schedule(CrawlerName=lake.crawler)
    lake.glue.start_crawler_schedule(CrawlerName=lake.crawler)
    lake.glue.update_crawler_schedule(CrawlerName=lake.crawler, Schedule="")
    with pytest.raises(ClientError, match="NoScheduleException"):
        lake.glue.start_crawler_schedule(CrawlerName=lake.crawler)


CLASSIFIERS: list[tuple[str, dict[str, Any], str, dict[str, str], str]] = [
    (
        "csv with names",
        {"CsvClassifier": {"Delimiter": "~", "ContainsHeader": "ABSENT", "Header": ["k", "v"]}},
        "1~x\n2~y\n",
        {"k": "bigint", "v": "string"},
        "csv",
    ),
    (
        "csv with types",
        {
            "CsvClassifier": {
                "Delimiter": ",",
                "ContainsHeader": "PRESENT",
                "CustomDatatypeConfigured": True,
                "CustomDatatypes": ["INT", "DATE"],
            }
        },
        "n,day\n1,2020-01-01\n2,2020-01-02\n",
        {"n": "int", "day": "date"},
        "csv",
    ),
    (
        "quoted csv",
        {"CsvClassifier": {"Delimiter": ",", "QuoteSymbol": "'", "Serde": "OpenCSVSerDe"}},
        "id,text\n1,'a, b'\n2,'c'\n",
        {"id": "bigint", "text": "string"},
        "csv",
    ),
    (
        "json path",
        {"JsonClassifier": {"JsonPath": "$[*]"}},
        '[{"id": 1, "name": "x"}, {"id": 2, "name": "y"}]',
        {"id": "int", "name": "string"},
        "json",
    ),
    (
        "grok",
        {
            "GrokClassifier": {
                "Classification": "applog",
                "GrokPattern": "%{LEVEL:level} %{INT:code:int} %{GREEDYDATA:message}",
                "CustomPatterns": "LEVEL (INFO|WARN)",
            }
        },
        "INFO 7 started\nWARN 8 slow\n",
        {"level": "string", "code": "int", "message": "string"},
        "applog",
    ),
]


@pytest.mark.parametrize(
    ("classifier", "body", "expected", "classification"),
    [row[1:] for row in CLASSIFIERS],
    ids=[row[0] for row in CLASSIFIERS],
)
def test_custom_classifier(
    lake: Lake,
    classifier: dict[str, dict[str, Any]],
    body: str,
    expected: dict[str, str],
    classification: str,
) -> None:
    name = f"{lake.name}-classifier"
    ((kind, options),) = classifier.items()
    lake.glue.create_classifier(**{kind: {"Name": name, **options}})
    lake.put("data/a.txt", body)
    lake.crawl(Classifiers=[name])
    table = lake.table("data")
    assert columns(table) == expected
    assert table["Parameters"]["classification"] == classification


def test_classifier_records(glue: Any, fresh: Callable[..., str]) -> None:
    name = fresh("classifier")
    xml = {"Name": name, "Classification": "feed", "RowTag": "item"}
    glue.create_classifier(XMLClassifier=xml)
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        glue.create_classifier(XMLClassifier=xml)
    glue.update_classifier(XMLClassifier={"Name": name, "RowTag": "entry"})
    found = glue.get_classifier(Name=name)["Classifier"]["XMLClassifier"]
    assert (found["RowTag"], found["Classification"], found["Version"]) == ("entry", "feed", 2)
    listed = everything(glue.get_classifiers, "Classifiers")
    assert name in [c["Name"] for each in listed for c in each.values()]
    glue.delete_classifier(Name=name)
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_classifier(Name=name)
    with pytest.raises(ClientError, match="InvalidInputException"):
        glue.create_classifier(CsvClassifier={"Name": name, "Delimiter": ",", "QuoteSymbol": ","})
