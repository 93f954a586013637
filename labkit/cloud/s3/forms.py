"""An HTML form as it arrives: its fields, and after them its file.

The file goes to disk. What follows it is ignored.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html
"""

from __future__ import annotations

import re
from typing import IO, Any

from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData
from werkzeug.wsgi import get_input_stream

from labkit.cloud.operations import AwsError

Environ = dict[str, Any]
_MOST_FIELDS = 20_480  # bytes, before the file
_AT_ONCE = 64 << 10


def received(environ: Environ, file: IO[bytes]) -> dict[str, str]:
    """The fields before the file, with its name for ``${filename}``.

    Args:
        environ: the request.
        file: where the file goes.

    Raises:
        ValueError: it is no form, or breaks off.
        AwsError: its fields are too large, or it has no file, or two.
    """
    _, options = parse_options_header(environ["CONTENT_TYPE"])
    if not options.get("boundary"):
        raise ValueError("no boundary")
    decoder, stream = MultipartDecoder(options["boundary"].encode()), get_input_stream(environ)
    fields: dict[str, bytes] = {}
    filename, name, begun = None, "", False
    event: Any = NeedData()
    while not isinstance(event, Epilogue):
        if isinstance(event, NeedData):
            if len(decoder.buffer) > _AT_ONCE:  # a part's head that does not end
                raise _too_many_fields()
            decoder.receive_data(stream.read(_AT_ONCE) or None)
        elif isinstance(event, Field | File):
            if begun and event.name.lower() == "file":
                raise _not_one_file()
            name = event.name.lower()
            if name == "file":
                begun, filename = True, getattr(event, "filename", None)
            elif not begun:  # what several fields of one name say is a list
                fields[name] = fields[name] + b"," if name in fields else b""
        elif isinstance(event, Data) and name == "file":
            file.write(event.data)
        elif isinstance(event, Data) and not begun:
            fields[name] += event.data
            if sum(map(len, fields.values())) > _MOST_FIELDS:
                raise _too_many_fields()
        event = decoder.next_event()
    if not begun:
        raise _not_one_file()
    told = {name: value.decode("utf-8", "replace") for name, value in fields.items()}
    if filename is not None:
        base = re.split(r"[/\\]", filename)[-1]
        told = {name: value.replace("${filename}", base) for name, value in told.items()}
    return told


def _too_many_fields() -> AwsError:
    words = "Your POST request fields preceeding the upload file was too large."
    told = {"MaxPostPreDataLengthBytes": str(_MOST_FIELDS)}
    return AwsError("MaxPostPreDataLengthExceeded", words, 400, **told)


def _not_one_file() -> AwsError:
    words = "POST requires exactly one file upload per request."
    return AwsError("InvalidArgument", words, 400, ArgumentName="file", ArgumentValue="0")
