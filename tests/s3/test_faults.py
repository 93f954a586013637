"""What survives: a killed server, a restart, a full disk, a second start, a taken port."""

import http.client
import os
import socket
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.conftest import connect, kill_cloud, start_cloud, stop_cloud, wait_for


class Server:
    """A local AWS that a test may end and start again, and an empty bucket in it."""

    def __init__(self, home):
        self.home, self.process, self.bucket = home, None, ""
        self.up()

    def new_bucket(self, name):
        self.bucket, self.others = name, bodies(self.home)
        self.cloud.client("s3").create_bucket(Bucket=name)

    def bodies(self):
        """The bodies of objects and parts that have come since the bucket."""
        return [path for path in bodies(self.home) if path not in self.others]

    def up(self, *arguments):
        self.process = start_cloud(self.home, *arguments)
        self.cloud = connect(self.home, self.process)
        return self.cloud.client("s3")

    def kill(self):
        kill_cloud(self.process)


@pytest.fixture(scope="module")
def mortal(tmp_path_factory):
    """One that dies again and again."""
    made = Server(tmp_path_factory.mktemp("mortal") / "home")
    yield made
    stop_cloud(made.process)


@pytest.fixture
def server(mortal, fresh):
    mortal.new_bucket(fresh("lake"))
    return mortal


def bodies(home):
    return sorted(
        p
        for part in ("objects", "parts", "incoming")
        for p in (home / "s3" / part).rglob("*")
        if p.is_file()
    )


def test_what_was_answered_is_there_after_kill_9(server):
    s3 = server.cloud.client("s3")
    s3.put_bucket_versioning(Bucket=server.bucket, VersioningConfiguration={"Status": "Enabled"})
    for n in range(5):
        s3.put_object(Bucket=server.bucket, Key="a", Body=f"{n}".encode(), Tagging=f"n={n}")
    s3.delete_object(Bucket=server.bucket, Key="a")
    key = server.cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]
    blob = server.cloud.client("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    managed = server.cloud.client("kms").encrypt(KeyId="alias/aws/ssm", Plaintext=b"y")
    server.kill()
    s3 = server.up()
    versions = s3.list_object_versions(Bucket=server.bucket)
    assert (len(versions["Versions"]), len(versions["DeleteMarkers"])) == (5, 1)
    oldest = versions["Versions"][-1]["VersionId"]
    assert s3.get_object(Bucket=server.bucket, Key="a", VersionId=oldest)["Body"].read() == b"0"
    kms = server.cloud.client("kms")
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert kms.decrypt(CiphertextBlob=managed["CiphertextBlob"])["Plaintext"] == b"y"


def test_a_pending_multipart_upload_goes_on_after_a_kill(server):
    s3 = server.cloud.client("s3")
    upload = s3.create_multipart_upload(Bucket=server.bucket, Key="m")["UploadId"]
    whole = {"Bucket": server.bucket, "Key": "m", "UploadId": upload}
    big = os.urandom(5 << 20)
    first = s3.upload_part(**whole, PartNumber=1, Body=big)["ETag"]
    server.kill()
    s3 = server.up()
    second = s3.upload_part(**whole, PartNumber=2, Body=b"end")["ETag"]
    parts = [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": second}]
    s3.complete_multipart_upload(**whole, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=server.bucket, Key="m")["Body"].read() == big + b"end"
    server.kill()
    s3 = server.up()
    assert s3.get_object(Bucket=server.bucket, Key="m")["Body"].read() == big + b"end"
    assert len(server.bodies()) == 1


def test_killed_in_the_middle_of_a_part(server):
    """The part that was answered is there, the half of the next is not, and it can be sent anew."""
    s3 = server.cloud.client("s3")
    upload = s3.create_multipart_upload(Bucket=server.bucket, Key="m")["UploadId"]
    whole = {"Bucket": server.bucket, "Key": "m", "UploadId": upload}
    first, second = os.urandom(5 << 20), os.urandom(5 << 20)
    tag = s3.upload_part(**whole, PartNumber=1, Body=first)["ETag"]
    url = s3.generate_presigned_url("upload_part", whole | {"PartNumber": 2})
    (kept,) = server.bodies()
    client = begin(url, len(second), second[: 4 << 20])
    wait_for(lambda: sum(p.stat().st_size for p in server.bodies()) > len(first))
    server.kill()
    client.close()
    s3 = server.up()
    assert server.bodies() == [kept]
    listed = s3.list_parts(**whole)["Parts"]
    assert [(p["PartNumber"], p["Size"], p["ETag"]) for p in listed] == [(1, len(first), tag)]
    again = s3.upload_part(**whole, PartNumber=2, Body=second)["ETag"]
    parts = [{"PartNumber": 1, "ETag": tag}, {"PartNumber": 2, "ETag": again}]
    s3.complete_multipart_upload(**whole, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=server.bucket, Key="m")["Body"].read() == first + second
    assert len(server.bodies()) == 1


def begin(url, length, content):
    """A connection on which a PUT has been begun."""
    address = urllib.parse.urlsplit(url)
    client = http.client.HTTPConnection(address.hostname, address.port)
    client.putrequest("PUT", f"{address.path}?{address.query}", skip_accept_encoding=True)
    client.putheader("Content-Length", str(length))
    client.endheaders(content)
    return client


def test_killed_in_the_middle_of_a_put(server):
    s3 = server.cloud.client("s3")
    s3.put_object(Bucket=server.bucket, Key="a", Body=b"before")
    url = s3.generate_presigned_url("put_object", {"Bucket": server.bucket, "Key": "a"})
    client = begin(url, 64 << 20, bytes(4 << 20))
    incoming = server.home / "s3" / "incoming"
    wait_for(lambda: any(p.stat().st_size for p in incoming.iterdir()))
    server.kill()
    client.close()
    s3 = server.up()
    assert s3.get_object(Bucket=server.bucket, Key="a")["Body"].read() == b"before"
    assert len(server.bodies()) == 1


FULL = """
import resource, signal, sys
from labkit.cloud.server import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))
sys.exit(main(sys.argv[1:]))
"""


def test_a_full_disk(tmp_path):
    """A file size limit stands for the full disk: writing beyond it fails the same way."""
    home = tmp_path / "home"
    home.mkdir()
    command = [sys.executable, "-c", FULL, "--home", str(home)]
    with (home / "test.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        cloud = connect(home, process)
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="lake")
        s3.put_object(Bucket="lake", Key="a", Body=b"before")
        with pytest.raises(ClientError) as caught:
            s3.put_object(Bucket="lake", Key="a", Body=bytes(12 << 20))
        error = caught.value.response["Error"]
        assert error["Code"] == "InternalFailure"
        assert "could not store" in error["Message"]
        assert s3.get_object(Bucket="lake", Key="a")["Body"].read() == b"before"
        s3.put_object(Bucket="lake", Key="b", Body=b"still works")
        assert len(bodies(home)) == 2
        upload = s3.create_multipart_upload(Bucket="lake", Key="m")["UploadId"]
        whole = {"Bucket": "lake", "Key": "m", "UploadId": upload}
        first = s3.upload_part(**whole, PartNumber=1, Body=bytes(6 << 20))["ETag"]
        with pytest.raises(ClientError, match="could not store"):
            s3.upload_part(**whole, PartNumber=2, Body=bytes(6 << 20))
        assert [p["ETag"] for p in s3.list_parts(**whole)["Parts"]] == [first]
        s3.abort_multipart_upload(**whole)
        assert len(bodies(home)) == 2
    finally:
        stop_cloud(process)


def test_a_second_server_of_the_workspace_ends_at_once(server):
    second = start_cloud(server.home)
    assert second.wait(timeout=20) == 3
    assert "already running" in (server.home / "test.log").read_text()
    assert server.cloud.client("s3").list_objects_v2(Bucket=server.bucket)["KeyCount"] == 0


def test_two_ups_at_once(tmp_path):
    home = tmp_path / "home"
    environment = os.environ | {"LABKIT_HOME": str(home)}
    command = [sys.executable, "-m", "labkit.cli"]
    root = Path(__file__).resolve().parents[2]
    both = [
        subprocess.Popen(
            [*command, "up"], env=environment, cwd=root, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    try:
        said = [process.communicate(timeout=60)[0] for process in both]
        assert [process.returncode for process in both] == [0, 0]
        assert said[0] == said[1]
    finally:
        subprocess.run([*command, "down"], env=environment, cwd=root, check=True, timeout=30)


def test_the_last_runs_port_in_use(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "port").write_text(str(port))
        process = start_cloud(tmp_path / "home")
        try:
            cloud = connect(tmp_path / "home", process)
            assert not cloud.endpoint.endswith(f":{port}")
            assert cloud.client("s3").list_buckets()["Buckets"] == []
        finally:
            stop_cloud(process)


def _rss_mb(pid, field):
    status = Path(f"/proc/{pid}/status").read_text()
    return next(
        int(line.split()[1]) >> 10 for line in status.splitlines() if line.startswith(field)
    )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_memory_stays_flat(server, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    with source.open("wb") as file:
        for _ in range(128):
            file.write(os.urandom(1 << 20))
    server.kill()
    s3 = server.up()
    s3.put_object(Bucket=server.bucket, Key="warm", Body=b"")
    before = _rss_mb(server.process.pid, "VmRSS")
    with source.open("rb") as file:
        s3.put_object(Bucket=server.bucket, Key="one", Body=file)
    s3.upload_file(str(source), server.bucket, "many")
    s3.download_file(server.bucket, "many", str(target))
    assert _rss_mb(server.process.pid, "VmHWM") - before < 64
    assert target.stat().st_size == source.stat().st_size
