"""The raw data of the labs: a fictional university's SIS and LMS, made anew with the same bytes.

    import seeds
    seeds.generate(Path("lake"))                 # 153 files under lake/sisdb and lake/lmsapi
    for key, write in seeds.objects(): ...       # or object by object, into any open file
    for key, write in seeds.week(33): ...        # what the LMS exports a week later

README.md in this folder is the data dictionary. Only NumPy and PyArrow are needed.
"""

from seeds.lake import Object, generate, objects, week
from seeds.terms import WEEKS, week_date, week_number

__all__ = ["WEEKS", "Object", "generate", "objects", "week", "week_date", "week_number"]
