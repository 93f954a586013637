"""What a question costs a thousand times: a partition, a column, and the smallest bill there is."""

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.question import Question

COUNT = "SELECT count(*) FROM db_raw_lmsdemo.requests WHERE"
YEAR, WEEK = "process_date <= '2021-05-03'", "process_date = '2020-10-12'"
A_WEEK = "\"timestamp\" >= '2020-10-12' AND \"timestamp\" < '2020-10-19'"
SIZES = """folders = lab.storage.folders(f"s3://{lab.names.raw_bucket}/lmsapi/requests/")
folders = folders[folders.folder <= "process_date=2021-05-03/"].set_index("folder").bytes
sizes = {"year": folders.sum(), "week": folders["process_date=2020-10-12/"]}
"""
SWAPPED = SIZES.replace('"year": ', '"week": ').replace('"week": folders[', '"year": folders[')


def reference(data: Data) -> dict[str, float]:
    """Dollars for a thousand runs over all files, and over those of one week."""
    sizes = data.sizes("requests")
    scanned = {
        "year": sizes.bytes.sum(),
        "week": sizes[sizes.process_date == "2020-10-12"].bytes.sum(),
    }
    return {name: 1000 * max(int(size), 10**7) * 5 / 10**12 for name, size in scanned.items()}


def bills(week: str = WEEK, bill: str = "1000 * found.bill") -> str:
    """The cell that asks for both, with other conditions or another way to reckon."""
    return f'''def bill(condition):
    found = lab.query("{COUNT} " + condition)
    return round({bill}, 4)


bills = {{
    "year": bill({YEAR!r}),
    "week": bill({week!r}),
}}'''


def reckoned(bill: str, sizes: str = SIZES) -> str:
    """The cell that reckons with the bytes of the files, which are what is scanned."""
    return f"{sizes}bills = {{name: {bill} for name, size in sizes.items()}}"


q7 = Question(
    id="lab1-q7",
    points=2,
    title="A thousand times",
    task=f"""Two pages count requests in the CSV log, each of them a thousand times a month:

- `year` asks `{COUNT} {YEAR}`
- `week` asks `{COUNT} {WEEK}`

What does AWS charge a month for each? Make a dictionary `bills` with the keys `year` and `week`, in
dollars, exact to a tenth of a cent. No result is reused. One run of each is enough to know, as its
result tells `scanned_bytes` and `bill`.""",
    reads="bills",
    starter='bills = ...  # {"year": ..., "week": ...}',
    answer=bills(),
    reference=reference,
    compare=Compare(tolerance=0.00051),
    hints=(
        "Run each statement once with `lab.query`, and keep what it returns.",
        "$5 for a terabyte (10¹² bytes), and 10 MB at least for each run.",
        "`1000 * lab.query(...).bill` is a thousand runs.",
    ),
    explanation="""One week is a small part of the bytes, but not of the bill: no run costs less
than 10 MB. Below that it is no use to read less; asking less often, or reusing results, is.""",
    messages={
        "no-minimum": "You reckoned with the bytes that the week's folder has. *A run is charged "
        "for 10 MB at least*.",
        "one-run": "That is one run. A thousand were asked for.",
        "no-partition": 'A condition on `"timestamp"` reads every file to find out. The week '
        "was asked for by `process_date`.",
        "binary": "AWS's prices go by powers of ten: a terabyte is 10¹² bytes, and 10 MB are 10⁷.",
        "a-year": "That is a year's bill. A month was asked for.",
        "gigabyte": "$5 buys a terabyte, not a gigabyte.",
        "rounded": "Rounded too far. A tenth of a cent was asked for: three digits behind the "
        "point.",
        "cents": "These are cents. Dollars were asked for.",
        "swapped": "The two are the wrong way round: the whole year costs more.",
        "bytes": "These are bytes. What do they cost?",
    },
    wrong=(
        (reckoned("1000 * size / 1000**4 * 5"), "no-minimum"),
        (reckoned("max(size, 10**7) / 1000**4 * 5"), "one-run"),
        (bills(week=A_WEEK), "no-partition"),
        (reckoned("1000 * max(size, 10**7) / 1024**4 * 5"), "binary"),
        (reckoned("1000 * max(size, 10 * 1024**2) / 1000**4 * 5"), "binary"),
        (reckoned("1000 * max(size, 10 * 1024**2) / 1024**4 * 5"), "binary"),
        (reckoned("12_000 * max(size, 10**7) / 1000**4 * 5"), "a-year"),
        (reckoned("1000 * max(size, 10**7) / 1000**3 * 5"), "gigabyte"),
        (reckoned("1000 * max(size, 10**7) / 1000**4 * 500"), "cents"),
        (reckoned("round(max(size, 10**7) * 5 / 10**9, 2)"), "rounded"),
        (reckoned("5 * max(size, 10**7) / 10**9", SWAPPED), "swapped"),
        (reckoned("size"), "bytes"),
    ),
    right=(
        bills().replace("count(*)", "max(user_id)"),
        bills(bill="max(found.scanned_bytes, 10**7) * 5 / 10**9"),
        reckoned("round(max(size, 10**7) * 5 / 10**9, 3)"),
        f"{SIZES}import pandas as pd\nbills = pd.Series(sizes).clip(lower=10**7) * 5 / 10**9",
        "from decimal import Decimal\n" + reckoned("5 * Decimal(max(int(size), 10**7)) / 10**9"),
    ),
)
