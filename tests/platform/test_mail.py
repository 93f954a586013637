"""Mail sent by SES: judged as ever, and kept in the workspace's outbox, attachments included."""

import contextlib
import email
import sqlite3
from email.message import EmailMessage

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

SENDER = "office@example.edu"


@pytest.fixture(scope="module")
def ses(cloud):
    client = cloud.client("sesv2")
    client.create_email_identity(EmailIdentity=SENDER)
    return client


def kept(cloud, message_id):
    [path] = (cloud.home / "outbox").glob(f"*-{message_id}.eml")
    return email.message_from_bytes(path.read_bytes())


def raw(**heads):
    mail = EmailMessage()
    for name, value in heads.items():
        mail[name] = value
    mail.set_content("The report.")
    mail.add_attachment(b"\x00\xff%PDF", maintype="application", subtype="pdf", filename="r.pdf")
    return mail.as_bytes()


def attachment(mail):
    [found] = [part for part in mail.walk() if part.get_filename()]
    return found.get_filename(), found.get_payload(decode=True)


def test_a_raw_mail_is_kept_as_it_was_sent(cloud, ses):
    content = {"Raw": {"Data": raw(From=SENDER, To="dean@example.edu", Subject="June")}}
    sent = ses.send_email(Content=content)
    mail = kept(cloud, sent["MessageId"])
    assert (mail["To"], mail["Subject"]) == ("dean@example.edu", "June")
    assert attachment(mail) == ("r.pdf", b"\x00\xff%PDF")
    state = sqlite3.connect(f"file:{cloud.home}/state.db?mode=ro", uri=True)
    with contextlib.closing(state):  # its head is not kept twice
        rows = state.execute("SELECT pickle FROM backends WHERE service = 'ses'").fetchall()
    assert [b"June" in pickle for (pickle,) in rows] == [False] * len(rows) != []


def test_a_simple_mail_with_an_attachment(cloud, ses):
    file = {"FileName": "a.csv", "ContentType": "text/csv", "RawContent": b"a\n1\n"}
    simple = {
        "Subject": {"Data": "July"},
        "Body": {"Text": {"Data": "hello"}, "Html": {"Data": "<b>hello</b>"}},
        "Attachments": [file],
        "Headers": [{"Name": "List-Id", "Value": "grades"}],
    }
    to = {"ToAddresses": ["dean@example.edu"], "CcAddresses": ["a@example.edu"]}
    sent = ses.send_email(
        FromEmailAddress=SENDER,
        Destination=to,
        ReplyToAddresses=["b@example.edu", "c@example.edu"],
        Content={"Simple": simple},
    )
    mail = kept(cloud, sent["MessageId"])
    assert (mail["From"], mail["Cc"]) == (SENDER, "a@example.edu")
    assert (mail["Reply-To"], mail["List-Id"]) == ("b@example.edu, c@example.edu", "grades")
    assert attachment(mail) == ("a.csv", b"a\n1\n")


def test_the_older_api_sends_too(cloud, ses):
    sent = cloud.client("ses").send_raw_email(
        RawMessage={"Data": raw(From=SENDER, To="x@example.edu")}
    )
    assert kept(cloud, sent["MessageId"])["To"] == "x@example.edu"


def test_the_older_api_sends_a_text(cloud, ses):
    sent = cloud.client("ses").send_email(
        Source=SENDER,
        Destination={"ToAddresses": ["y@example.edu"]},
        Message={"Subject": {"Data": "August"}, "Body": {"Text": {"Data": "hello"}}},
        ReplyToAddresses=["b@example.edu"],
    )
    mail = kept(cloud, sent["MessageId"])
    assert (mail["To"], mail["Subject"]) == ("y@example.edu", "August")
    assert mail["Reply-To"] == "b@example.edu"


REFUSED = [
    ("an unknown sender", raw(From="nobody@example.org", To="x@example.edu"), "MessageRejected"),
    ("no recipient", raw(From=SENDER), "BadRequestException"),
]


@pytest.mark.parametrize(("data", "code"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_is_not_sent(ses, data, code):
    with pytest.raises(ClientError) as refused:
        ses.send_email(Content={"Raw": {"Data": data}})
    assert refused.value.response["Error"]["Code"] == code


def test_the_older_api_calls_it_a_parameter(aws, ses):
    with pytest.raises(ClientError, match=r"InvalidParameterValue.*Missing required header 'To'"):
        aws("ses").send_raw_email(RawMessage={"Data": raw(From=SENDER)})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("a:b", "c", "Invalid tag name <a:b>: only alphanumeric ASCII characters, '_',  '-' are"),
        ("a", "b:c", "Invalid tag value <b:c>: only alphanumeric ASCII characters, '_',  '-' , "),
        ("", "", "The tag name must be specified."),
        ("a", "", "The tag value must be specified."),
        ("a" * 256, "b", "Tag name cannot exceed 255 characters."),
    ],
)
def test_tags_that_are_refused(aws, ses, name, value, words):
    with pytest.raises(ClientError, match=f"InvalidParameterValue.*{words}"):
        aws("ses").send_email(
            Source=SENDER,
            Destination={"ToAddresses": ["dean@example.edu"]},
            Message={"Subject": {"Data": "a"}, "Body": {"Text": {"Data": "b"}}},
            Tags=[{"Name": name, "Value": value}],
        )


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{}", SENDER),
        (b'{"Filter": {"IDENTITY_TYPE": ["DOMAIN"]}}', "NotImplementedException"),
        (b"[1]", "BadRequestException"),
    ],
    ids=["all", "a filter", "no object"],
)
def test_identities_as_newer_clients_ask_for_them(cloud, ses, body, told):
    """They ask by POST for what was asked by GET."""
    client = cloud.client("sesv2", config=Config())

    def post(params, **_):
        params.update(method="POST", url=f"{cloud.endpoint}/v2/email/list-identities", body=body)

    client.meta.events.register("before-call", post)
    try:
        found = [each["IdentityName"] for each in client.list_email_identities()["EmailIdentities"]]
    except ClientError as refused:
        found = [refused.response["Error"]["Code"]]
    assert told in found
