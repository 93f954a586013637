"""The fullest weeks of the log: what a listing of a bucket tells before anything is a table."""

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.question import Question

WEEKS = """log = f"s3://{lab.names.raw_bucket}/lmsapi/requests/"
weeks = lab.storage.folders(log)
"""
DATES = ".folder.str[13:23].tolist()"


def reference(data: Data) -> list[str]:
    """The three weeks with the most bytes, the fullest first."""
    sizes = data.sizes("requests").groupby("process_date")["bytes"].sum()
    return [str(week) for week in sizes.nlargest(3).index]


q2 = Question(
    id="lab1-q2",
    points=1,
    title="The fullest weeks",
    task="""In which three weeks was the log of clicks longest? Go by the bytes of the weeks'
folders under `lmsapi/requests/`. Put the three dates into the list `fullest`, the fullest week
first, as texts such as `2020-08-17`.""",
    reads="fullest",
    starter="fullest = ...  # from lab.storage.folders(...)",
    answer=f'{WEEKS}fullest = weeks.nlargest(3, "bytes"){DATES}',
    reference=reference,
    compare=Compare(ordered=True),
    hints=(
        (
            "`lab.storage.folders` tells the bytes of each folder right under an address, as a "
            "DataFrame."
        ),
        'A DataFrame\'s `nlargest(3, "bytes")` keeps the three rows with the most bytes.',
        'What is left is a text\'s work: `"process_date=2020-08-17/"[13:23]` is the date.',
    ),
    explanation="""S3 knows the size of each object, so a listing answers this without reading one
line of the log, and before anything is a table. A listing costs a fraction of a cent for a thousand
objects.""",
    messages={
        "folders": "The right folders, but the dates alone were asked for: without `process_date=` "
        "and the slash.",
        "fewest": "These are the weeks with the fewest bytes. `nlargest` begins at the other end.",
        "objects": "Each week has two objects, so their number says nothing. Go by `bytes`.",
        "turned": "The right weeks, the other way round: the fullest comes first.",
        "one": "That is one week. Three were asked for.",
        "submissions": "That is another table: `requests` is the log of clicks.",
    },
    wrong=(
        (f'{WEEKS}fullest = weeks.nlargest(3, "bytes").folder.tolist()', "folders"),
        (f'{WEEKS}fullest = weeks.nlargest(3, "bytes").folder.str.strip("/").tolist()', "folders"),
        (f'{WEEKS}fullest = weeks.nlargest(3, "bytes").folder.str.split("=").str[1]', "folders"),
        (f'{WEEKS}fullest = weeks.nsmallest(3, "bytes"){DATES}', "fewest"),
        (f'{WEEKS}fullest = weeks.nlargest(3, "objects"){DATES}', "objects"),
        (f'{WEEKS}fullest = weeks.sort_values("bytes").tail(3){DATES}', "turned"),
        (f'{WEEKS}fullest = weeks.nlargest(1, "bytes"){DATES}', "one"),
        (
            WEEKS.replace("requests", "submission_dim")
            + f'fullest = weeks.nlargest(3, "bytes"){DATES}',
            "submissions",
        ),
    ),
    right=(
        f'{WEEKS}fullest = tuple(weeks.nlargest(3, "bytes"){DATES})',
        f'{WEEKS}fullest = weeks.sort_values("bytes").tail(3){DATES}[::-1]',
        f'{WEEKS}fullest = weeks.nlargest(3, "bytes").folder.str[13:23]',
        f"""{WEEKS}names = weeks.sort_values("bytes", ascending=False).folder[:3]
fullest = [name.removeprefix("process_date=").strip("/") for name in names]""",
        f'{WEEKS}fullest = weeks.nlargest(3, "bytes")[["folder"]].map(lambda name: name[13:23])',
        f"""{WEEKS}objects = lab.storage.objects(log)
week = objects.key.str.extract(r"process_date=([0-9-]+)", expand=False)
fullest = objects.groupby(week).bytes.sum().nlargest(3).index""",
    ),
)
