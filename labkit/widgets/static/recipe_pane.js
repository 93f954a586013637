/* The recipe at the right: its steps in words, versions, files, and the job that runs it. */

function recipePane(get, send, own) {
  const project = get("project"), steps = get("steps");
  const version = project.published ? `Version ${project.published}${project.changed ? ", changed since" : ""}` : "Not published yet";
  return h("aside", { class: "lk-rx-pane", "aria-label": "Recipe" },
    own.form ? formView(get, send, own) : [
      h("div", { class: "lk-rx-pane-head" },
        h("div", { class: "lk-grow lk-name" }, h("b", {}, `Recipe (${steps.length})`), h("div", { class: "lk-quiet lk-small" }, !project.recipe || project.recipe === project.name ? version : `${project.recipe} · ${version}`)),
        button("Undo", () => send("undo"), { class: "lk-plain", disabled: !project.undo, title: "Undo the last change of the recipe" }, "↶"),
        button("Redo", () => send("redo"), { class: "lk-plain", disabled: !project.redo, title: "Make the change again that was undone" }, "↷"),
        button("Publish recipe", () => own.set({ naming: own.naming === null ? "" : null }), { disabled: !project.version, class: project.changed && steps.length && own.naming === null ? "lk-primary" : "" }, "Publish")),
      own.naming !== null && publishLine(send, own),
      steps.length ? h("ol", { class: "lk-rx-steps", "aria-label": "Steps" }, steps.map((s, at) => stepLine(s, at, steps.length, get, send, own)))
        : h("p", { class: "lk-quiet lk-pad" }, "No step yet. Choose an operation above, or a column and then an operation."),
      h("div", { class: "lk-rx-pane-foot" },
        button("Import recipe", () => own.pickFile(), { class: "lk-plain lk-small" }, "Import"),
        button("Download recipe as JSON", () => send("download", { format: "json" }), { class: "lk-plain lk-small", disabled: !steps.length }, "JSON"),
        button("Download recipe as YAML", () => send("download", { format: "yaml" }), { class: "lk-plain lk-small", disabled: !steps.length }, "YAML"),
        h("span", { class: "lk-grow" }),
        button("Run job", () => own.set({ job: !own.job }), { class: "lk-small", disabled: !project.published, "aria-expanded": String(own.job),
          title: project.published ? "Run the published recipe on the whole data set" : "Publish the recipe first" }, "Run job")),
      own.job && jobView(get, send, own)],
    codeView(get, own));
}

function publishLine(send, own) {
  return h("form", { class: "lk-rx-inline", onsubmit: (e) => { e.preventDefault(); send("publish", { description: own.naming }, (done) => done && own.set({ naming: null })); },
      onkeydown: (e) => { if (e.key === "Escape") own.set({ naming: null }); } },
    h("input", { class: "lk-grow", "aria-label": "Description of the version", autofocus: true, placeholder: "What the version is for", value: own.naming, oninput: (e) => (own.naming = e.target.value) }),
    h("button", { type: "submit", class: "lk-primary", "aria-label": "Publish version" }, "Publish"));
}

function stepLine(step, at, count, get, send, own) {
  const here = (get("at").index ?? null) === at + 1 && !get("at").step;
  return h("li", { "data-key": `${at}-${step.operation}`, class: here ? "lk-rx-here" : "" },
    h("button", { type: "button", class: "lk-rx-words", "aria-label": `Step ${at + 1}: ${step.words}`, title: "Look at the sample after this step", onclick: () => send("look", at + 1 === count ? {} : { index: at + 1, find: true }) }, breakable(step.words)),
    h("span", { class: "lk-rx-acts" },
      button(`Edit step ${at + 1}`, () => own.editStep(at), { class: "lk-plain", title: "Edit" }, "✎"),
      button(`Move step ${at + 1} up`, () => send("move", { index: at, to: at - 1 }), { class: "lk-plain", disabled: at === 0, title: "Move up" }, "↑"),
      button(`Move step ${at + 1} down`, () => send("move", { index: at, to: at + 1 }), { class: "lk-plain", disabled: at === count - 1, title: "Move down" }, "↓"),
      remover(`Delete step ${at + 1}`, () => send("remove", { index: at }), { title: "Delete" })));
}

/* The job ------------------------------------------------------------------------------------------ */

const RUNNING = ["STARTING", "RUNNING", "STOPPING"];

function jobView(get, send, own) {
  const run = get("run"), project = get("project");
  const live = RUNNING.includes(run.state) || (own.asked && !run.state);
  return h("form", { class: "lk-rx-job", "aria-label": "Job", onsubmit: (e) => { e.preventDefault(); own.asked = true; send("run", { to: own.to || project.to, format: own.format }); own.set({}); } },
    h("div", { class: "lk-rx-field" }, h("label", { for: "lk-rx-to" }, "Write to"),
      h("input", { id: "lk-rx-to", "aria-label": "Write to", value: own.to || project.to, oninput: (e) => (own.to = e.target.value) })),
    h("div", { class: "lk-row lk-apart" },
      h("select", { "aria-label": "Format", value: own.format, onchange: (e) => own.set({ format: e.target.value }) }, ["PARQUET", "CSV", "JSON", "ORC", "AVRO"].map((f) => h("option", { value: f }, f))),
      h("button", { type: "submit", class: "lk-primary", "aria-label": "Start job", disabled: live }, live ? "Running …" : `Run ${project.published}`)),
    run.state && h("div", { class: "lk-rx-run", role: "status" },
      h("div", { class: "lk-row" }, status(run.state), h("span", { class: "lk-small" }, `${run.job} · ${run.seconds} s · on AWS this costs $${run.dollars}`)),
      live && h("progress", {}),
      run.text && notice(run),
      run.files.length > 0 && h("ul", { class: "lk-rx-files", "aria-label": "Files" }, run.files.slice(0, 5).map((f) => h("li", { class: "lk-mono", title: f }, f.replace(/^s3:\/\/[^/]*\//, ""))),
        run.files.length > 5 && h("li", { class: "lk-quiet" }, `and ${run.files.length - 5} more`))));
}

/* The step as code --------------------------------------------------------------------------------- */

function codeView(get, own) {
  const steps = get("steps");
  const form = own.form && isComplete(own.form) ? stepOf(own.form) : null;
  const step = form || (steps.length ? steps[steps.length - 1].step : null);
  if (!step) return null;
  const write = own.code === "boto3" ? asBoto3 : asCommand;
  return h("details", { class: "lk-rx-code", open: own.codeOpen, ontoggle: (e) => { if (e.target.open !== own.codeOpen) own.set({ codeOpen: e.target.open }); } },
    h("summary", {}, "The step as code"),
    h("div", { class: "lk-rx-code-kinds", role: "group", "aria-label": "Kind of code" }, [["boto3", "boto3"], ["cli", "AWS CLI"]].map(([id, text]) =>
      h("button", { type: "button", class: "lk-plain lk-small", "aria-pressed": String(own.code === id), onclick: () => own.set({ code: id }) }, text))),
    h("pre", { class: "lk-code", tabindex: "0" }, write(get("project").name, step)));
}

const asBoto3 = (project, step) =>
  `databrew.send_project_session_action(\n    Name=${JSON.stringify(project)},\n    RecipeStep=${JSON.stringify(step, null, 4).replace(/\n/g, "\n    ")},\n)`;
const quotedWord = (text) => `'${text.replace(/'/g, `'\\''`)}'`;
const asCommand = (project, step) =>
  `aws databrew send-project-session-action --name ${quotedWord(project)} \\\n  --recipe-step ${quotedWord(JSON.stringify(step))}`;
