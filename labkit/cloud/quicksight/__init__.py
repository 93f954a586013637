"""Amazon QuickSight: data sets in SPICE, analyses and dashboards drawn, questions answered.

Data comes by `sources` and `data_sets` through `ingestions` into `spice`; `definitions` are what
authors make of it, `visuals` the data that these show, `render` the pictures, `embedding` the
pages, `reports` the files. `calc` is the language of calculated fields; `topics` and
`questions` are Q.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/Welcome.html
"""

import labkit.cloud.quicksight.absent
import labkit.cloud.quicksight.accounts
import labkit.cloud.quicksight.bundles
import labkit.cloud.quicksight.data_sets
import labkit.cloud.quicksight.definitions
import labkit.cloud.quicksight.embedding
import labkit.cloud.quicksight.ingestions
import labkit.cloud.quicksight.questions
import labkit.cloud.quicksight.reports
import labkit.cloud.quicksight.sources
import labkit.cloud.quicksight.topics  # noqa: F401
