"""The recipe editor: what is clicked, what the session then shows, what is in the picture."""

import json

import pytest
from IPython.core.interactiveshell import InteractiveShell

from labkit import recipes
from labkit.widgets import RecipeEditor, console
from labkit.widgets.recipe_facts import step_facts

PEOPLE = "id,name,score\n1,ann,7.5\n2,bob,\n3,<b>,1\n"
UPPER = {"Action": {"Operation": "UPPER_CASE", "Parameters": {"sourceColumn": "name"}}}
LOWER = {"Action": {"Operation": "LOWER_CASE", "Parameters": {"sourceColumn": "who"}}}
RENAME = {
    "Action": {"Operation": "RENAME", "Parameters": {"sourceColumn": "name", "targetColumn": "who"}}
}


@pytest.fixture
def editor(lab, fresh):
    """An editor of a project of its own, on three people."""
    name = fresh("people")
    lab.storage.add_key_users(lab.role_arn("dataedu-databrew-role"))
    place = f"s3://{lab.names.raw_bucket}/{name}.csv"
    lab.storage.put(PEOPLE, place)
    lab.recipe.add_data_set(name, uri=place, format="CSV")
    lab.recipe.add_project(name, data_set=name)
    return RecipeEditor(lab, name)


def names(editor):
    return [column["name"] for column in editor.view["columns"]]


def words(editor):
    return [step["words"] for step in editor.steps]


def test_it_opens_on_the_sample(editor):
    assert editor.notice == {}
    assert editor.view["rows"][0] == [1, "ann", 7.5]
    assert editor.project["sample"] == "First 500 rows"
    assert editor.project["status"] == "READY"
    assert (editor.project["version"], editor.project["published"]) == ("0.1", "")


def test_a_preview_is_taken_back_by_a_look(editor, click):
    click(editor, "preview", step=UPPER)
    assert editor.at == {"step": UPPER, "index": None}
    assert editor.view["changes"]["changed"] == ["name"]
    assert editor.steps == []
    click(editor, "look")
    assert editor.at == {}
    assert editor.view["rows"][0][1] == "ann"


def test_a_taken_step_stands_in_the_recipe_in_words(editor, click):
    click(editor, "apply", step=UPPER)
    click(editor, "apply", step=RENAME)
    assert words(editor) == ["Change name to upper case", "Rename name to who"]
    assert names(editor) == ["id", "who", "score"]
    click(editor, "look", index=1)
    assert names(editor) == ["id", "name", "score"]


def test_steps_are_changed_moved_and_taken_out(editor, click):
    click(editor, "apply", step=UPPER)
    click(editor, "apply", step=RENAME)
    lower = {"Action": UPPER["Action"] | {"Operation": "LOWER_CASE"}}
    click(editor, "replace", index=0, step=lower)
    assert words(editor)[0] == "Change name to lower case"
    click(editor, "remove", index=0)
    assert words(editor) == ["Rename name to who"]
    click(editor, "undo")
    assert words(editor) == ["Change name to lower case", "Rename name to who"]


def test_what_was_undone_is_done_again_until_something_else_is(editor, click):
    click(editor, "apply", step=UPPER)
    click(editor, "remove", index=0)
    click(editor, "undo")
    assert (words(editor), editor.project["redo"]) == (["Change name to upper case"], True)
    click(editor, "redo")
    assert (words(editor), editor.project["redo"]) == ([], False)
    click(editor, "undo")
    click(editor, "apply", step=RENAME)
    click(editor, "redo")
    assert words(editor) == ["Change name to upper case", "Rename name to who"]


def test_a_change_that_cannot_run_is_not_kept(editor, click):
    click(editor, "apply", step=UPPER)
    click(editor, "apply", step=RENAME)
    click(editor, "move", index=1, to=0)
    assert "There is no column 'name'" in editor.notice["text"]
    assert editor.notice["advice"] == "The recipe stays as it was."
    assert words(editor) == ["Change name to upper case", "Rename name to who"]
    assert names(editor) == ["id", "who", "score"]


def test_a_place_in_a_recipe_that_was_changed_elsewhere_tells_no_step(editor, click, lab):
    click(editor, "apply", step=UPPER)
    lab.recipe.create(editor.project["recipe"], [RENAME])
    for action in ({"do": "remove"}, {"do": "replace", "step": UPPER}, {"do": "move", "to": 0}):
        editor.steps = [step_facts(UPPER)]
        click(editor, action.pop("do"), index=0, **action)
        assert "changed elsewhere" in editor.notice["text"]
        assert words(editor) == ["Rename name to who"]


@pytest.mark.parametrize("action", ["undo", "open", "apply"])
def test_an_undo_takes_nothing_away_that_was_changed_elsewhere(editor, click, lab, action):
    click(editor, "apply", step=UPPER)
    lab.recipe.create(editor.project["recipe"], [RENAME])
    click(editor, action, **({"step": LOWER} if action == "apply" else {}))
    for _ in range(3):
        click(editor, "undo")
    assert words(editor) == ["Rename name to who"]


@pytest.mark.parametrize("change", ["apply", "create"])
def test_what_a_cell_changes_is_seen(editor, click, lab, change, monkeypatch):
    name = editor.project["name"]
    shell = InteractiveShell()
    monkeypatch.setattr(console, "get_ipython", lambda: shell)
    for _ in range(2):  # of two editors the newer one follows
        last = RecipeEditor(lab, name)
    shell.user_ns |= {"lab": lab, "steps": [UPPER]}
    shell.run_cell(f"lab.recipe.{change}({name!r}, steps); lab.recipe.rows({name!r})")
    last.wait()
    assert words(last) == ["Change name to upper case"]
    click(last, "apply", step=RENAME)
    assert (last.notice, words(editor)) == ({}, [])
    last.close()
    shell.run_cell(f"lab.recipe.create({name!r}, [])")
    assert len(words(last)) == 2


def test_a_cell_keeps_its_session(editor, lab):
    name = editor.project["name"]
    session = lab.recipe.calls.open_session(name)
    editor.do_follow()
    action = {"Name": name, "ClientSessionId": session, "RecipeStep": UPPER}
    lab.client("databrew").send_project_session_action(**action)
    editor.do_follow()
    assert (words(editor), editor.notice) == (["Change name to upper case"], {})


def test_who_follows_a_cell_waits_for_a_click(editor, click, monkeypatch):
    call = editor.call

    def called(service, operation, **members):
        answer = call(service, operation, **members)
        if "RecipeStep" in members:
            editor.hear({"do": "follow"}).join(0.2)
        return answer

    click(editor, "apply", step=UPPER)
    monkeypatch.setattr(editor, "call", called)
    click(editor, "apply", step=RENAME)
    click(editor, "undo")
    click(editor, "undo")
    assert (words(editor), editor.notice) == ([], {})


def test_an_undo_that_is_refused_can_be_made_again(editor, click, lab):
    click(editor, "apply", step=UPPER)
    lab.recipe.rows(editor.project["name"])  # takes the session
    click(editor, "undo")
    assert "refresh" in editor.notice["advice"]
    click(editor, "open")
    click(editor, "undo")
    assert words(editor) == []


def test_a_wrong_step_leaves_all_as_it_is(editor, click):
    wrong = {"Action": UPPER["Action"] | {"Parameters": {"sourceColumn": "nobody"}}}
    for action in ("preview", "apply"):
        click(editor, action, step=wrong)
        assert "There is no column 'nobody'" in editor.notice["text"]
    assert (editor.steps, editor.view["rows"][0][1]) == ([], "ann")


def test_columns_are_hidden_and_rows_paged(editor, click):
    click(editor, "frame", hidden=["name"], row=2)
    assert names(editor) == ["id", "score"]
    assert editor.view["rows"] == [[3, 1]]


def test_undo_leaves_a_frame_full_of_columns(editor, click):
    click(editor, "apply", step=UPPER)
    click(editor, "frame", start=2)
    click(editor, "undo")
    assert (editor.frame["start"], names(editor)) == (0, ["id", "name", "score"])


def test_looking_back_stays_where_there_are_rows_and_columns(editor, click):
    click(editor, "frame", start=7, row=50)
    click(editor, "look", index=0)
    assert (editor.frame["start"], editor.frame["row"]) == (0, 0)
    assert (names(editor), len(editor.view["rows"])) == (["id", "name", "score"], 3)


def test_a_file_becomes_the_recipe_and_the_recipe_a_file(editor, click):
    sent = []
    editor.send = lambda content, buffers=None: sent.append((content, buffers))
    click(editor, "upload", text=json.dumps({"steps": [{"recipeAction": UPPER["Action"]}]}))
    assert words(editor) == ["Change name to upper case"]
    for kind in ("json", "yaml"):
        click(editor, "download", format=kind)
        content, [body] = sent.pop()
        assert content["download"].endswith(f".{kind}")
        assert recipes.read(body.decode()) == [UPPER]
    click(editor, "upload", text="no recipe")
    assert "This is no recipe" in editor.notice["text"]


def test_a_recipe_is_published_and_run(editor, click, lab):
    click(editor, "apply", step=UPPER)
    click(editor, "publish", description="first")
    assert editor.notice["text"].endswith("as version 1.0.")
    assert not editor.project["changed"]
    click(editor, "run", to=editor.project["to"], format="CSV")
    assert editor.run["state"] == "SUCCEEDED"
    [file] = editor.run["files"]
    assert "ANN" in lab.storage.head(file)
    assert editor.run["dollars"] == 0.04


def test_a_run_that_fails_says_why(editor, click):
    click(editor, "apply", step=UPPER)
    click(editor, "publish")
    click(editor, "run", to="s3://nowhere-at-all/x/")
    failed = editor.run if editor.run else editor.notice
    assert "nowhere-at-all" in failed["text"] or "bucket" in failed["text"].lower()


def test_the_data_set_is_profiled(editor, click):
    click(editor, "profile")
    assert editor.profile["state"] == "SUCCEEDED"
    assert "Data profile overview" in editor.profile["html"]


def test_the_sources_of_a_join_have_their_columns(editor, click, lake):
    lake.recipe.add_data_set("levels", table="db_raw_sisdemo.ed_level")
    click(editor, "sources")
    found = {source["name"]: source for source in editor.sources}
    assert found["levels"]["columns"][0] == "ed_level_id"
    assert found[editor.project["data_set"]]["columns"] == []
    assert "S3InputDefinition" in found[editor.project["data_set"]]["definition"]


def test_an_unknown_project_is_a_notice(lab):
    assert "The project nowhere wasn't found" in RecipeEditor(lab, "nowhere").notice["text"]


def test_the_picture_has_no_scripts_and_the_same_text_each_time(editor, click):
    click(editor, "apply", step=UPPER)
    picture = editor.snapshot()
    assert "Change name to upper case" in picture
    assert "&lt;B&gt;" in picture
    assert "<script" not in picture
    assert picture == RecipeEditor(editor.lab, editor.project["name"]).snapshot()
