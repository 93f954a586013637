"""A bucket that is given tags twice at once keeps both."""

from labkit.cloud.around import tagging
from labkit.cloud.operations import Context, Principal
from tests.at_once import Pair, Watched


def test_a_bucket_keeps_the_tags_of_both(tmp_path, monkeypatch):
    cloud, held = Watched(tmp_path / "home"), []
    context = Context(cloud, tagging.API, "TagResources", "us-east-1", Principal("arn", "1" * 12))

    def call(_, service, name, asked):
        if name == "GetBucketTagging":
            return {"TagSet": [*held]}
        return put(asked["Tagging"]["TagSet"])

    def tag(key):
        return tagging.tag_resources(
            context, ResourceARNList=["arn:aws:s3:::b"], Tags={key: "given"}
        )

    pair = Pair(cloud, lambda: tag("a"), lambda: tag("b"))
    put = pair.meanwhile(lambda tags: held.__setitem__(slice(None), tags))
    monkeypatch.setattr(tagging, "_call", call)
    assert pair.run() == [{"FailedResourcesMap": {}}] * 2
    cloud.stop()
    assert [each["Key"] for each in held] == ["a", "b"]
