"""A machine with AWS accounts and proxies of its own: all that is asked goes to the local AWS."""

import shlex

import boto3
import pytest

from labkit import cli, process
from labkit.lab import Lab

NOWHERE = "http://127.0.0.1:9"  # nobody listens there
CONFIG = f"""
[default]
ignore_configured_endpoint_urls = true
use_fips_endpoint = true
use_dualstack_endpoint = true
region = eu-west-1
[profile real]
services = mine
[services mine]
sts =
  endpoint_url = {NOWHERE}
"""
SETTINGS = {
    "proxies": {"HTTP_PROXY": NOWHERE, "http_proxy": NOWHERE, "NO_PROXY": ".example"},
    "a profile that is not there": {"AWS_PROFILE": "none"},
    "a profile": {"AWS_PROFILE": "real", "AWS_SESSION_TOKEN": "token"},
    "an endpoint of one service": {"AWS_ENDPOINT_URL_STS": NOWHERE},
    "AWS's endpoints": {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
    "FIPS": {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
    "the default profile": {},
}


@pytest.fixture(params=SETTINGS)
def here(cloud, tmp_path, monkeypatch, request):
    """A shell of a machine that has settings for AWS itself."""
    config = tmp_path / "config"
    config.write_text(CONFIG)
    ours = {"LABKIT_HOME": str(cloud.home), "AWS_CONFIG_FILE": str(config)}
    for name, value in (ours | SETTINGS[request.param]).items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_clients_of_a_shell_ask_the_local_aws(here, cloud, capsys):
    assert cli.main(["env"]) == 0
    for line in capsys.readouterr().out.splitlines():
        verb, *words = shlex.split(line)
        for word in words:
            name, _, value = word.partition("=")
            here.delenv(name, raising=False)
            if verb == "export":
                here.setenv(name, value)
    sts = boto3.Session().client("sts")
    assert (sts.meta.endpoint_url, sts.meta.region_name) == (cloud.endpoint, cloud.region)
    assert sts.get_caller_identity()["Account"] == process.find().account


def test_a_lab_asks_the_local_aws(here, cloud):
    found = process.find(cloud.home)
    lab = Lab(1, found.session(), found.endpoint)
    assert lab.client("sts").get_caller_identity()["Account"] == found.account
