/* The recipe editor: the sample, the recipe, and the forms of its steps. */

const TABS = [["grid", "Grid"], ["schema", "Schema"], ["profile", "Profile"]];

function recipeView(get, send, own) {
  const project = get("project");
  const panels = { grid: gridView, schema: schemaView, profile: profileTab };
  return [
    h("div", { class: "lk-head" },
      h("div", { class: "lk-row lk-grow lk-rx-heading" }, h("h3", {}, project.name),
        project.data_set && h("span", { class: "lk-quiet lk-small" }, `${project.data_set} · ${project.sample.toLowerCase()}`)),
      searchBox(own),
      project.status && badge(project.status, project.status === "READY" ? "good" : "warn"),
      button("Refresh project", () => send("open"), { class: "lk-plain", title: "Open the project anew" }, icon("refresh"))),
    notice(get("notice"), send),
    toolbar(get, send, own),
    h("div", { class: "lk-rx" },
      h("div", { class: "lk-rx-main" },
        tablist("Views", TABS, own.tab, (tab) => own.set({ tab })),
        h("div", { class: "lk-rx-panel", role: "tabpanel" }, panels[own.tab](get, send, own))),
      recipePane(get, send, own)),
  ];
}

function profileTab(get, send, own) {
  const profile = get("profile");
  const running = profile.state === "RUNNING";
  return h("div", { class: "lk-rx-profile" },
    h("div", { class: "lk-rx-bar" },
      h("span", { class: "lk-quiet lk-small lk-grow" }, "A profile job looks at the data set as it is, before the recipe."),
      running && h("progress", {}),
      button("Run data profile", () => send("profile"), { class: profile.html ? "" : "lk-primary", disabled: running }, running ? "Running …" : profile.html ? "Run again" : "Run data profile")),
    h("div", { "data-own": "profile", class: "lk-rx-profile-view" }));
}

function render(context) {
  const { model } = context;
  const shown = mount(context, recipeView, {
    tab: "grid", category: "", search: "", form: null, column: "", naming: null, job: false, asked: false, to: "", format: "PARQUET", code: "boto3", codeOpen: false, known: model.get("steps").length });
  const { own, send, root } = shown;
  const columns = () => (model.get("view").allColumns || []).map((c) => c.name);
  const focusForm = () => setTimeout(() => { const first = root.querySelector(".lk-rx-form select, .lk-rx-form input, .lk-rx-form textarea, .lk-rx-form-foot button"); if (first) first.focus(); }, 30);
  own.count = (n, what) => (n === 1 ? `1 ${what}` : `${n || "no"} ${what}s`);
  own.chooseColumn = (name) => {
    const source = own.form && !model.get("at").step && own.form.operation.parameters.find((p) => p.kind === "column");
    if (source) own.form.values[source.name] = name;
    own.set({ column: own.column === name && !source ? "" : name });
  };
  const openForm = (form) => {
    own.set({ category: "", search: "", form: { ...form, id: `f${Date.now()}`, before: JSON.stringify(stepOf(form)) } });
    focusForm();
  };
  own.startForm = (operation) => {
    if (Object.keys(model.get("at")).length) send("look");
    if (operation.name === "JOIN") send("sources");
    openForm({ operation, index: null, values: startValues(operation, own.column, columns()), conditions: startConditions(operation, own.column || columns()[0]) });
  };
  own.editStep = (index) => {
    const { step, operation } = model.get("steps")[index];
    const known = operationOf(step);
    send("look", { index });
    if (operation === "JOIN") send("sources");
    openForm({ operation: known, index, values: formValues(step, known), conditions: (step.ConditionExpressions || []).map((c) => ({ ...c })) });
  };
  own.closeForm = () => {
    own.set({ form: null });
    if (Object.keys(model.get("at")).length) send("look");
    else if (model.get("notice").kind === "error") send("dismiss");
  };
  own.pickFile = () => {
    const input = h("input", { type: "file", accept: ".json,.yaml,.yml" });
    input.addEventListener("change", () => input.files[0] && input.files[0].text().then((text) => send("upload", { text })));
    input.click();
  };
  own.drawn = () => {
    const place = root.querySelector("[data-own=profile]");
    if (place && place.dataset.shown !== (model.get("profile").html || "").slice(-80)) {
      place.innerHTML = model.get("profile").html || "";
      place.dataset.shown = (model.get("profile").html || "").slice(-80);
    }
  };
  const done = () => {
    if (own.form && own.form.sent) own.set({ form: null, column: "" });
    if (model.get("steps").length > own.known) setTimeout(() => { const list = root.querySelector(".lk-rx-steps"); if (list) list.scrollTop = list.scrollHeight; }, 30);
    own.known = model.get("steps").length;
  };
  const seen = () => setTimeout(() => showChange(root), 30);
  const refused = () => { if (model.get("notice").kind !== "error") return; if (own.form) own.form.sent = false; own.asked = false; };
  const ran = () => { own.asked = false; };
  const heard = (message, buffers) => message.download && download(message.download, buffers[0]);
  model.on("change:steps", done);
  model.on("change:view", seen);
  model.on("change:notice", refused);
  model.on("change:run", ran);
  model.on("msg:custom", heard);
  own.set({});
  return () => { model.off("change:steps", done); model.off("change:view", seen); model.off("change:notice", refused); model.off("change:run", ran); model.off("msg:custom", heard); shown.end(); };
}

/* Bring the first column that a step has made or changed into sight. */
function showChange(root) {
  const grid = root.querySelector(".lk-rx-grid");
  const head = root.querySelector(".lk-rx-head.lk-rx-new, .lk-rx-head.lk-rx-changed");
  if (!grid || !head) return;
  const left = head.offsetLeft - 40, right = head.offsetLeft + head.offsetWidth;
  if (left < grid.scrollLeft || right > grid.scrollLeft + grid.clientWidth) grid.scrollTo({ left: Math.max(0, right - grid.clientWidth + 60) });
}

function download(name, content) {
  const link = h("a", { href: URL.createObjectURL(new Blob([content])), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export default { render };
