"""Glue Data Quality: rulesets in DQDL, and their evaluation on tables of the catalog.

`dqdl` reads rules, `rules` judges data by them, one line of a registry a type of rule, `evaluating`
makes of that the results that `runs` keeps.

Source: https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""

from labkit.cloud.glue.quality import recommendations, rulesets, runs

__all__ = ["recommendations", "rulesets", "runs"]
