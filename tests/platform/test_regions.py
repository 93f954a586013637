"""The regions of a service, which botocore tells without reading the service's model."""

import pytest
from botocore.loaders import JSONFileLoader
from botocore.session import Session

from labkit.cloud import regions

# Services, and their names in botocore's lists of regions.
NAMED = {"s3": "s3", "cloudwatch": "monitoring", "elbv2": "elasticloadbalancing", "iam": "iam"}


@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
@pytest.mark.parametrize(("service", "name"), NAMED.items(), ids=NAMED)
def test_regions_are_those_of_botocores_lists(service, name, partition):
    session = Session()
    listed = session.get_component("data_loader").load_data("endpoints")
    [found] = (each for each in listed["partitions"] if each["partition"] == partition)
    wanted = set(found["services"].get(name, {"endpoints": {}})["endpoints"]) & set(
        found["regions"]
    )
    assert session.get_service_model(service).endpoint_prefix == name
    assert set(session.get_available_regions(service, partition)) == wanted


def test_no_model_is_read_for_them(monkeypatch):
    monkeypatch.setattr(JSONFileLoader, "_load_file", None)
    assert regions._name.__wrapped__("ec2") == "ec2"
    assert Session().get_available_regions("nothing") == []
