"""A recipe job's work: the data set through the recipe into the outputs, as one statement.

Source: https://docs.aws.amazon.com/databrew/latest/dg/jobs.recipe.html
"""

from __future__ import annotations

import datetime
import zlib

from labkit.cloud.databrew import secrets
from labkit.cloud.databrew.jobs import databases
from labkit.cloud.databrew.jobs.databases import Load, Loading
from labkit.cloud.databrew.jobs.outputs import Writing, stamp
from labkit.cloud.databrew.jobs.tables import output_of, written_to
from labkit.cloud.databrew.jobs.working import Working
from labkit.cloud.databrew.reading import inputs
from labkit.cloud.databrew.recipe import RecipeContext, Relation, compile_recipe
from labkit.cloud.engine.formats.writers import LARGE
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.operations import AwsError


def work(working: Working) -> None:
    """Transform the data set and write the outputs."""
    context = _context(working)
    try:
        result = _compiled(working, context)
        working.log.write("INFO", f"Recipe: {len(working.plan.steps)} step(s)")
        _write(working, result, ordered=_ordered(working, context))
    finally:
        context.close()


def _context(working: Working) -> RecipeContext:
    """What the steps may use; random ones draw the same rows in each run of a job."""
    principal = working.store.principal
    load = inputs.second(
        working.cloud, principal, working.region, working.session, opened=working.opened
    )
    started = datetime.datetime.fromtimestamp(working.run["StartedOn"], datetime.UTC)
    seed = zlib.crc32(working.plan.job["Name"].encode())
    return RecipeContext(
        working.session,
        now=started,
        seed=seed,
        load=load,
        secret=secrets.secret(working.cloud, principal, working.region),
        master_key=secrets.master_key(working.cloud, principal, working.region),
    )


def _compiled(working: Working, context: RecipeContext) -> Relation:
    found = working.read()
    working.job.check()
    return compile_recipe(working.plan.steps, found.sql, found.columns, context)


def _ordered(working: Working, context: RecipeContext) -> bool:
    """Whether rows are written in their order: it was asked for, or they are few."""
    read = sum(each.size_bytes for each in working.opened)
    return context.numbered or context.reordered or read < LARGE


def _write(working: Working, result: Relation, *, ordered: bool) -> None:
    run = working.run
    writing = Writing(
        store=working.store,
        session=working.session,
        job=working.job,
        name=run["JobName"],
        started=run["StartedOn"],
        sql=result.statement,
        columns=result.columns,
        ordered=ordered,
    )
    targets = _targets(working, result)
    outputs = [*(run.get("Outputs") or []), *targets]
    loaded = databases.outputs_of(run, working.catalog)
    loading = _loading(working, writing)
    loads: list[Load] = []
    try:
        with writing.computed(len(outputs) + len(loaded)):
            writing.write(outputs)
            loads += map(loading.load, loaded)
        with working.cloud.lock("databrew"):
            if list(map(written_to, _targets(working, result))) != list(map(written_to, targets)):
                raise AwsError("ConcurrentModificationException", "A table has changed meanwhile.")
            working.put(writing.staged, writing.replaced, writing.tables, loads=loads)
    finally:
        writing.drop()
        for each in loads:
            each.connection.close()


def _targets(working: Working, result: Relation) -> list[Definition]:
    """The outputs that are tables of files, which another job may make or change meanwhile."""
    targets = databases.files_of(working.run)
    return [output_of(working.catalog, each, result.columns) for each in targets]


def _loading(working: Working, writing: Writing) -> Loading:
    return Loading(
        store=working.store,
        region=working.region,
        role=working.plan.job["RoleArn"],
        job=working.job,
        stamp=stamp(writing.started),
        folder=working.id,
        columns=writing.columns,
        copy=writing.parquet,
    )
