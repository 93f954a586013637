"""DataBrew: data sets, recipes, and jobs that run them, every operation our own.

The resources are `records`. `reading` has a data set's files as SQL, `recipe` compiles steps to one
statement, `projects` shows them on a sample, `jobs` runs them on the whole, `profile` describes a
data set, and `quality` judges one.

Source: https://docs.aws.amazon.com/databrew/latest/dg/api-reference.html
"""

from labkit.cloud.databrew import datasets, deletions, jobs, projects, quality, recipes, tags

__all__ = ["datasets", "deletions", "jobs", "projects", "quality", "recipes", "tags"]
