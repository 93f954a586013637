"""The phrases that a question is made of, beside the topic's own names.

Each line: a tag, what the phrase means, and its wordings. One letter a tag, so that a rule of the
grammar is a regular expression over the tags of a question (`grammar`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Phrase:
    """What some words stand for.

    Args:
        tag: one letter, its part of speech in the grammar.
        means: the value that the rule reads.
    """

    tag: str
    means: str


PHRASES = """
A SUM             | sum | summed | summing up | sum up
A TOTAL           | total | totals | overall
A AVERAGE         | average | averages | avg | mean | on average | averaged
A MAX             | maximum | max | maximal | largest | biggest | greatest | longest | heaviest
A MAX             | tallest | oldest | fastest | most expensive | the most expensive
A MIN             | minimum | min | minimal | smallest | shortest | lightest | youngest
A MIN             | slowest | cheapest | least expensive | the least expensive
A MEDIAN          | median
A STDEV           | standard deviation | stdev | stddev
A VAR             | variance
C DISTINCT_COUNT  | number of different | number of distinct | number of unique | distinct number
C DISTINCT_COUNT  | distinct count | count distinct | unique count | how many different
C DISTINCT_COUNT  | how many distinct | how many unique | count of distinct | count of unique
C DISTINCT_COUNT  | number of the different | count unique | count of different | total unique
C COUNT           | number of | number | count | counts | counting | amount | numbers
C COUNT           | quantity | frequency | number of times | how many times | how often | times
C COUNT           | many | counted
C TOTAL           | total number | total numbers | total count | how many total
C MANY            | how many
B BY              | by | per | across | over | according to | for every | versus time | change over
B BY              | in terms of | in term of | depending on | based on | with respect to
B BY              | broken down by | split by | grouped by | by grouped by | sliced by
B BY              | changes over
B BY              | against time | change with | along | through | from different | for different
B GROUP           | groups by | group by | group by attribute | grouping by | and group by attribute
B GROUP           | group and
B GROUP           | categorize by | group
B COLOR           | colored by | coloured by | color by | colour by | stacked by | stack by
B COLOR           | by color | with color | with colour | one color per | one colour per
B COLOR           | color per | colour per | colored per | coloured per | in colors per
E UNIQUE          | distinct | unique
E EACH            | each | every | different | various | all the different
v VERSUS          | versus | vs | against | compared to | compared with | in comparison to
k COMPARE         | compare | comparison | comparing
O >               | more than | greater than | higher than | above | over than | larger than
O >               | bigger than | exceeding | exceeds | older than | longer than | > | exceed
O >               | taller than | heavier than | better than | bigger | greater
O >               | more expensive than | faster than
O <               | less than | fewer than | lower than | below | under | smaller than
O <               | younger than
O <               | shorter than | lighter than | worse than | <
O <               | cheaper than | slower than | less expensive than
O >=              | at least | greater than or equal to | no less than | not less than | reaches
O >=              | reached | reach | or more | and more | >= | more than or equal to | minimum of
O >=              | or later | or newer
O >=              | or higher | or above | equal to or greater than | higher than or equal to
O <=              | at most | less than or equal to | no more than | not more than | up to | or less
O <=              | or earlier | or older
O <=              | <= | or lower | or below | or fewer
O =               | equal to | equals | equal | = | exactly | named | called
O !=              | not equal to | does not equal | does not equal to | != | <> | other than
O !=              | is not equal to | do not equal | except | excluding | without | not in | isn't
O !=              | except for | exclude | excludes | ignoring | ignore | apart from | omitting
O !=              | not including | leaving out | but not
D before          | before | earlier than | prior to | until
D after           | after | later than | since
b between         | between | in the range of | ranging from | ranges from | in range of
b between         | range from
b from            | from
z null            | null | empty | missing | blank | unknown value
n not             | not | no | never | aren't | weren't | don't | doesn't | n't | didn't
i is              | took place | take place | each of them | each of these | each of those
i is              | is | are | was | were | equal | be | been | being | has | have | had
c CONTAINS        | contains | contain | containing | including the letters | includes | include
c CONTAINS        | have the letters | has the letters | with the letters | the letters | letters
c CONTAINS        | have the letter | has the letter | the letter | letter | like | substring
c STARTS_WITH     | starts with | start with | starting with | begins with | beginning with
c STARTS_WITH     | begin with
c ENDS_WITH       | ends with | end with | ending with
& and             | and | & | as well as | along with | together with | plus
| or              | or
, stop            | , | . | ? | ; | : | ( | )
w who             | whose | who | that | which | where | with | when | for those | only | among
w who             | having | those | on | at
s sort            | sort | sorted | order | ordered | rank | ranked | arrange | arranged | sorting
s sort            | ordering | ranking | arranging
h show            | show | display | list | displayed | listed | shows | displays
d ASCENDING       | asc | ascending | increasing | ascending order | asc order | ascend
d ASCENDING       | alphabetical | alphabetically | in alphabetical order | oldest first
d DESCENDING      | desc | descending | decreasing | descending order | desc order | descend
d DESCENDING      | descennding | latest first | newest first
J 1               | january | jan
J 2               | february | feb
J 3               | march | mar
J 4               | april | apr
J 5               | may
J 6               | june | jun
J 7               | july | jul
J 8               | august | aug
J 9               | september | sept | sep
J 10              | october | oct
J 11              | november | nov
J 12              | december | dec
H Sunday          | sunday | sundays
H Monday          | monday | mondays
H Tuesday         | tuesday | tuesdays
H Wednesday       | wednesday | wednesdays
H Thursday        | thursday | thursdays
H Friday          | friday | fridays
H Monday,Tuesday,Wednesday,Thursday,Friday | on weekdays | on week days | on working days
H Saturday        | saturday | saturdays
H Saturday,Sunday | weekend | weekends
X x               | x | x axis | axis x | x label
Y y               | y | y axis | axis y | y label
T DESCENDING      | top | highest | most | best | leading | the most | busiest | strongest
T DESCENDING      | most often | most common | the most common | most frequent | the most frequent
T ASCENDING       | fewest | the fewest | least common | the least common | least frequent
T ASCENDING       | bottom | lowest | least | worst | the least | weakest | quietest
G bin             | bin | bins | binned | binning | bucket
U YEAR            | year | years | yearly | annual | annually | year interval
U QUARTER         | quarter | quarters | quarterly
U MONTH           | month | months | monthly | time
U WEEK            | week | weeks | weekly
U DAY             | day | days | daily
U HOUR            | hour | hours | hourly
U MINUTE          | minute | minutes
U WEEKDAY         | weekday | weekdays | day of week | day of the week | days of the week
U WEEKDAY         | weekends versus weekdays | weekends vs weekdays | weekdays versus weekends
U WEEKDAY         | weekdays vs weekends | weekend versus weekday
U WEEKDAY         | week day | week days | weekday interval
U MONTH_OF_YEAR   | month of year | month of the year | calendar month
U HOUR_OF_DAY     | hour of day | hour of the day | time of day | hours of the day
R LAST            | last | past | previous
R THIS            | this | current
R NEXT            | next
R TODAY           | today
R YESTERDAY       | yesterday
R TO_DATE         | to date | so far
m YEAR            | year over year | yoy | year on year | yearly growth | compared to last year
m MONTH           | month over month | mom | month on month | monthly growth | month to month
m MONTH           | compared to last month | versus last month | vs last month
m WEEK            | week over week | wow | week on week | weekly growth
m DAY             | day over day | day on day | daily growth
m QUARTER         | quarter over quarter | qoq | quarter on quarter
t RUNNING_SUM     | running total | running sum | cumulative | running totals | cumulated
t MOVING_AVERAGE  | moving average | rolling average
t PERCENT_OF_TOTAL | percent of total | percentage of total | share of total | percentage of all
t PERCENT_OF_TOTAL | share of | percentage of | percent of | what percentage of | what share of
t PERCENT_OF_TOTAL | what percent of | as percent of total | as a percentage of total | in percent
t DIFF            | difference | change in | growth of | growth in
K BarChartVisual       | bar chart | bar graph | bar | bars | bar plot | histogram | bar charts
K BarChartVisual       | column chart
K BarChartVisual:STACKED | stacked bar chart | stacked bar | stacked bars | stacked bar graph
K BarChartVisual:STACKED | stacked | stack
K PieChartVisual       | pie chart | pie | pie graph | donut chart | donut
K LineChartVisual      | line chart | line graph | line | line plot | line charts
K LineChartVisual:GROUPED | grouping line chart | grouped line chart | group line chart
K LineChartVisual:GROUPED | multi line chart
K LineChartVisual:GROUPED | grouping line
K ScatterPlotVisual    | scatter chart | scatter plot | scatter | scatter graph | scatterplot
K ScatterPlotVisual    | point chart
K ScatterPlotVisual:GROUPED | grouping scatter | grouping scatter chart | grouped scatter
K ScatterPlotVisual:GROUPED | grouped scatter chart
K HeatMapVisual        | heat map | heatmap
K TreeMapVisual        | tree map | treemap
K TableVisual          | table
K PivotTableVisual     | pivot table | pivot | crosstab
K KPIVisual            | kpi
K FunnelChartVisual    | funnel chart | funnel
K BoxPlotVisual        | box plot | boxplot
K WaterfallVisual      | waterfall chart | waterfall
K WordCloudVisual      | word cloud
K RadarChartVisual     | radar chart | radar
K GaugeChartVisual     | gauge chart | gauge
q PieChartVisual       | proportion | proportions | percentage | breakdown
q LineChartVisual      | change of | changes of | changes in | changed
q LineChartVisual      | trend | trends | tendency | evolution | develop | developed
q ScatterPlotVisual    | correlation | relationship | relation | correlated | relate to
q ScatterPlotVisual    | relates to | correlate | correlates
q BarChartVisual       | distribution
x FUTURE          | will | predict | predicted | prediction | forecast | forecasts | going to
x ARITHMETIC      | difference between | ratio of | ratio between | ratio | divided by
x FUTURE          | likely to | expected to | projected
x why             | why | what caused | contributed to | drivers of | explain
"""

# What is little, and what is much: "from the lowest to the highest", "largest first".
SCALES = """
low lower lowest            | high higher highest
small smaller smallest      | large larger largest big bigger biggest great greatest
few fewest least less       | many most more
short shortest small smallest | long longest tall tallest
light lightest              | heavy heaviest
young youngest              | old oldest
cheap cheapest              | expensive
slow slowest                | fast fastest
early earliest old oldest   | late latest new newest
worst                       | best
bottom                      | top
minimum min                 | maximum max
least common,least frequent | most common,most frequent
least expensive             | most expensive
a                           | z
"""


def phrases() -> Iterator[tuple[tuple[str, ...], Phrase]]:
    """Every wording with what it stands for."""
    for text, direction in _ways():
        yield tuple(text.split()), Phrase("d", direction)
    for line in PHRASES.strip().splitlines():
        head, _, wordings = line.partition(" | ")
        tag, means = head.split(None, 1)
        for wording in wordings.split(" | "):
            yield tuple(wording.split()), Phrase(tag, means.strip())


def _ways() -> Iterator[tuple[str, str]]:
    """Orders said by their ends: "from low to high", "largest first"."""
    for line in SCALES.strip().splitlines():
        little, much = (_listed(each) for each in line.split("|"))
        for ends, direction in ((little, "ASCENDING"), (much, "DESCENDING")):
            yield from ((f"{each} first", direction) for each in ends if len(each) > 1)
        for low, high in itertools.product(little, much):
            for form in ("{} to {}", "from {} to {}", "from the {} to the {}"):
                for end in ("", " order"):
                    yield form.format(low, high) + end, "ASCENDING"
                    yield form.format(high, low) + end, "DESCENDING"


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split("," if "," in text else None)]
