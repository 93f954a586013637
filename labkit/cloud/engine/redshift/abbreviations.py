"""Abbreviations of time zones, fixed distances from UTC: those of PostgreSQL 8.0, as Redshift's.

``IST`` is Israel's there, and ``GST`` Guam's. Source: ``datetktbl`` in PostgreSQL 8.0's
``src/backend/utils/adt/datetime.c``
"""

from __future__ import annotations

from collections.abc import Iterator

#: Quarters of an hour to the east; those of summer end with a mark.
_TOLD = """
acsst 42! adt -12! aesst 44! aest 40 aft 18 akdt -32! akst -36 almst 28 almt 24 amst 20! amt 16
anast 52! anat 48 art -12 ast -16 awsst 36! awst 32 azot -4 azst 20! azt 16 bdst 8 bdt 24 bnt 32
bort 32 bot -16 bra -12 bst 4! bt 12 btt 24 cadt 42! cast 38 cat -40 cct 32 cdt -20! cest 8! cet 4
cetdst 8! chadt 55! chast 51 ckt 48 clst -12! clt -16 cot -20 cst -24 cxt 28 davt 28 ddut 40 dnt 4
easst -20! east -24 eat 12 edt -16! eest 12! eet 8 eetdst 12! egt -4 est -20 fjst -52! fjt -48
fkst -12! fkt -8 galt -24 gamt -36 gest 20! get 16 gft -12 gilt 48 gmt 0 gst 40 gyt -16 hdt -36!
hkt 32 hst -40 ict 28 iot 20 irkst 36! irkt 32 irt 14 ist 8 it 14 javt 28 jayt 36 jst 36 jt 30
kdt 40! kgst 24! kgt 20 kost 48 krast 28! krat 32 kst 36 lhdt 44! lhst 42 ligt 40 lint 56 lkt 24
magst 48! magt 44 mart -38 mawt 24 mdt -24! mest 8! met 4 metdst 8! mht 48 mmt 26 mpt 40 msd 16!
msk 12 mst -28 mut 16 mvt 20 myt 32 nct 44 ndt -10! nft -14 novst 28! novt 24 npt 23 nst -14
nut -44 nzdt 52! nzst 48 nzt 48 omsst 28! omst 24 pdt -28! pet -20 petst 52! pett 48 pgt 40 phot 52
pht 32 pkt 20 pmdt -8! pont 44 pst -32 pwt 36 pyst -12! pyt -16 ret 16! sast 38 sct 16! tft 20
tjt 20 tkt -40 tmt 20 tot 52 truk 40 tvt 48 ulast 36! ulat 32 ut 0 utc 0 uyst -8! uyt -12 uzst 24!
uzt 20 vet -16 vlast 44! vlat 40 vut 44 wakt 48 wast 28 wat -4 west 4! wet 0 wetdst 4! wft 48
wgst -8! wgt -12 wst 32 yakst 40! yakt 36 yapt 40 ydt -32! yekst 24! yekt 20 yst -36 z 0 zulu 0
"""
_WORDS = _TOLD.split()
_QUARTERS = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))


def minutes_east(name: str) -> int | None:
    """The minutes east of UTC of an abbreviation; None when it is none.

    >>> minutes_east("PST"), minutes_east("ist"), minutes_east("Europe/Paris")
    (-480, 120, None)
    """
    told = _QUARTERS.get(name.strip().lower())
    return None if told is None else int(told.rstrip("!")) * 15


def clock(minutes: int) -> str:
    """``-08:00``"""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def listed() -> Iterator[str]:
    """The abbreviations as ``pg_timezone_abbrevs`` tells them: name, offset, summer time.

    >>> next(row for row in listed() if "PDT" in row)
    '(PDT,-07:00:00,t)'
    """
    for name, told in _QUARTERS.items():
        offset = clock(int(told.rstrip("!")) * 15).removeprefix("+")
        yield f"({name.upper()},{offset}:00,{'t' if told.endswith('!') else 'f'})"
