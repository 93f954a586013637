"""Pictures in 256 colours: what is filled keeps its colour, however small it is."""

import io

import numpy as np
from PIL import Image

from labkit.cloud.quicksight.embedding.palette import small_png

INKS = ("#2E5090", "#E07B39", "#3A9E6F", "#4A7DC7", "#8E5EA2", "#E6B422", "#4BC0C0", "#8C8C8C")


def test_areas_keep_their_colours():
    """A legend's yellow became the orange beside it, so that two series had one colour."""
    shades = np.random.default_rng(0).integers(0, 256, (4, 400, 3), np.uint8)  # many, as of words
    shades = np.tile(shades, (15, 1, 1))
    picture = Image.new("RGB", (400, 200), "#FFFFFF")
    picture.paste(Image.fromarray(shades), (0, 140))
    for at, ink in enumerate(INKS):
        picture.paste(ink, (20 + 20 * at, 20, 30 + 20 * at, 30))
    written = io.BytesIO()
    picture.save(written, "PNG")
    small = Image.open(io.BytesIO(small_png(written.getvalue())))
    assert (small.mode, small.size) == ("P", (400, 200))
    told = [small.convert("RGB").getpixel((25 + 20 * at, 25)) for at in range(len(INKS))]
    assert ["#{:02X}{:02X}{:02X}".format(*each) for each in told] == list(INKS)
