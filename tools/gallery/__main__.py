"""Write the gallery of all charts anew: ``python -m tools.gallery``."""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

from labkit.cloud.quicksight.render.drawing import draw, to_svg
from labkit.cloud.quicksight.render.sketch import Picture
from tools.gallery.case import Case
from tools.gallery.cases import cases

OUT = Path(__file__).parents[2] / "docs" / "gallery"
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>labkit: charts</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1340px;
       padding: 0 1rem; color: #16191f; background: #f4f6f8 }}
main {{ display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(420px, 1fr)) }}
figure {{ margin: 0; background: #fff; border: 1px solid #e3e7eb; border-radius: 6px;
         overflow: hidden }}
figure svg {{ display: block; width: 100%; height: auto }}
figcaption {{ padding: .5rem .9rem; font-size: 13px; color: #545b64 }}
</style>
<h1>Charts</h1>
<p>Each type of QuickSight's visuals as the local AWS draws it, over made data. Point at a mark to
read it. This page is written by <code>python -m tools.gallery</code>.</p>
<main>
{pictures}
</main>
</html>
"""


def main() -> int:
    pictures = [_figure(each, draw(each.visual, each.data, theme=each.theme)) for each in cases()]
    OUT.mkdir(parents=True, exist_ok=True)
    page = PAGE.format(pictures="\n".join(pictures))
    (OUT / "index.html").write_text(page, encoding="utf-8")
    sys.stdout.write(f"{len(pictures)} charts, {len(page) / 1e6:.2f} MB: {OUT / 'index.html'}\n")
    return 0


def _figure(case: Case, picture: Picture) -> str:
    svg = to_svg(picture)
    svg = svg[svg.index("<svg") :]
    return (
        f'<figure role="img" aria-label="{escape(case.name)}">{svg}'
        f"<figcaption>{escape(case.name)}</figcaption></figure>"
    )


if __name__ == "__main__":
    sys.exit(main())
