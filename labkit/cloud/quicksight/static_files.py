"""The images of sheets: files in S3 that a definition names as its static files.

QuickSight fetches them in the role in which it reads data; what has another address than one in S3
is not fetched from here. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SheetImage.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_StaticFileSource.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError, Principal
from labkit.cloud.quicksight.sources.access import SourceStore, service_reader

Json = Mapping[str, Any]
MOST_BYTES = 10 * 2**20  # what a page carries of one image
#: The kinds of files that are shown, by how they begin.
KINDS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp"}
WHOLE = "SCALE_WHOLE"  # as an image without a scaling of its own: whole, its shape kept


@dataclass(frozen=True)
class Image:
    """An image of a sheet.

    Args:
        title: what stands for it, its alternative text or its id.
        tip: the words of its tooltip; none without one.
        scaling: the API's ``ScalingType``, or ``SCALE_WHOLE``.
        kind: ``png``, ``jpeg``, ``gif`` or ``webp``; empty where there is no such file.
        content: of the file.
        why: why there is no file, where QuickSight may not read it.
    """

    title: str
    tip: str = ""
    scaling: str = WHOLE
    kind: str = ""
    content: bytes = b""
    why: str = ""


def image_of(
    cloud: Cloud, region: str, definition: Json, image: Json, maker: Principal, most: int | None
) -> Image:
    """A sheet's image and its file.

    Args:
        image: the API's ``SheetImage``.
        maker: who reads where the account has no role for QuickSight.
        most: the bytes beyond which a file is left out.
    """
    source = (image.get("Source") or {}).get("SheetImageStaticFileSource") or {}
    try:
        content = _content(cloud, region, definition, source.get("StaticFileId"), maker, most)
        why = ""
    except AwsError as error:
        content, why = b"", error.message
    tip = image.get("Tooltip") or {}
    shown = tip.get("Visibility") != "HIDDEN"
    return Image(
        title=str(image.get("ImageContentAltText") or image.get("SheetImageId") or "Image"),
        tip=str((tip.get("TooltipText") or {}).get("PlainText") or "") if shown else "",
        scaling=str((image.get("Scaling") or {}).get("ScalingType") or WHOLE),
        kind=next((kind for head, kind in KINDS.items() if content.startswith(head)), ""),
        content=content,
        why=why,
    )


def size_of(image: Image) -> tuple[int, int] | None:
    """How wide and high an image is in pixels, ``None`` where its file does not read."""
    from PIL import Image as files

    try:
        return files.open(BytesIO(image.content)).size if image.kind else None
    except (OSError, ValueError, files.DecompressionBombError):
        return None


def fitted(
    image: Image, size: tuple[float, float], room: tuple[float, float]
) -> tuple[float, float, float, float]:
    """Where an image of a size stands in a room, around its middle: left, top, width, height.

    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SheetImageScalingConfiguration.html
    """
    across, up = (have / own for have, own in zip(room, size, strict=True))
    whole = min(across, up)
    scales = {
        "SCALE_TO_CONTAINER": (across, up),
        "SCALE_TO_WIDTH": (across, across),
        "SCALE_TO_HEIGHT": (up, up),
        "SCALE_NONE": (1.0, 1.0),
    }
    wide, high = (
        own * scale
        for own, scale in zip(size, scales.get(image.scaling, (whole, whole)), strict=True)
    )
    return (room[0] - wide) / 2, (room[1] - high) / 2, wide, high


def _content(
    cloud: Cloud, region: str, definition: Json, id: Any, maker: Principal, most: int | None
) -> bytes:
    store = SourceStore(cloud, service_reader(cloud, maker), region)
    for each in definition.get("StaticFiles") or ():
        file = each.get("ImageStaticFile") or {}
        where = (file.get("Source") or {}).get("S3Options")
        if file.get("StaticFileId") == id and where:
            found = store.find(f"s3://{where['BucketName']}/{where['ObjectKey']}")
            path = store.read(found) if found else None
            fits = path is not None and (most is None or path.stat().st_size <= most)
            return path.read_bytes() if path is not None and fits else b""
    return b""
