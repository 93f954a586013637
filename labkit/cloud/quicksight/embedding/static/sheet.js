/* A sheet: tiles at their places, whose pictures come from a source: the session or the file. */
"use strict";

const NARROW = 760, LOWEST = 260, NARROW_FILE = 900; // a file's pictures shrink with it

class Sheet {
  /* source: {live, visual(tile, state, width, height): Promise<svg>, rows(tile, state)} */
  constructor(model, source, onpick) {
    Object.assign(this, { model, source, onpick, asked: 0, tiles: [] });
    const { title, description } = model.heading;
    this.heading = h("div", { class: "heading" }, title && h("h2", {}, title), description && h("p", {}, description));
    this.element = h("div", { class: "sheet", role: "tabpanel", "aria-label": model.name });
    for (const tile of model.tiles) this.add(tile);
  }

  add(tile) {
    const element = this[`make_${tile.type}`](tile);
    for (const [name, value] of Object.entries(tile.style || {})) element.style.setProperty(name, value);
    this.tiles.push({ tile, element });
    this.element.append(element);
  }

  make_visual(tile) {
    const rows = this.source.live && tile.rows && h("button", {
      class: "as-rows", "aria-pressed": "false", onclick: (event) => this.toggle(tile, event.target),
    }, "Rows");
    return h("figure", { class: "tile visual", "aria-label": tile.title || tile.kind, "data-visual": tile.id },
      h("div", { class: "picture", style: "height:100%" }), rows);
  }

  make_text(tile) {
    const element = h("div", { class: "tile text" });
    element.innerHTML = tile.html; // made by the server of a few known elements
    return element;
  }

  make_image(tile) {
    const { title, tip, source, scaling } = tile;
    if (!source) return h("div", { class: "tile image", role: "img", "aria-label": title }, title);
    return h("div", { class: `tile image ${scaling}`, title: tip || null }, h("img", { src: source, alt: title }));
  }

  make_control(tile) { return h("div", { class: "tile control-place", "data-control": tile.key, style: "overflow:visible" }); }

  /* Put the tiles where they belong when the sheet is so wide; whether anything moved. */
  place() {
    const wide = this.element.clientWidth;
    if (!wide || wide === this.wide) return false;
    this.wide = wide;
    const scale = wide / this.model.width;
    const tall = this.model.stretches || !this.source.live ? scale : 1;
    const narrow = wide < (this.source.live ? NARROW : NARROW_FILE);
    document.body.classList.toggle("narrow", narrow);
    for (const { tile, element } of this.tiles) {
      const shape = wide * (tile.height / tile.width);
      const live = Math.max(Math.min(shape, tile.height * 1.1), Math.min(tile.height, LOWEST)); // room for a few rows
      const high = narrow && tile.type === "visual" ? (this.source.live ? live : shape) : tile.height * tall;
      Object.assign(element.style, {
        left: `${tile.left * scale}px`, top: `${tile.top * tall}px`, width: `${tile.width * scale}px`,
        height: narrow && tile.type !== "visual" ? "auto" : `${high}px`,
      });
    }
    this.element.style.height = `${this.model.height * tall}px`;
    return true;
  }

  /* How wide and high a tile is within its padding. */
  room(element) {
    const { paddingTop, paddingRight, paddingBottom, paddingLeft } = getComputedStyle(element);
    const [top, right, bottom, left] = [paddingTop, paddingRight, paddingBottom, paddingLeft].map(parseFloat);
    return [element.clientWidth - left - right, element.clientHeight - top - bottom];
  }

  /* Draw all visuals for a state; what was asked before and comes later is dropped. */
  async draw(state, only = null) {
    const turn = ++this.asked;
    const visuals = this.tiles.filter(({ tile }) => tile.type === "visual" && (!only || only(tile)));
    await Promise.all(visuals.map((each) => this.drawOne(each, state, turn)));
  }

  async drawOne({ tile, element }, state, turn) {
    const place = element.querySelector(".picture");
    element.setAttribute("aria-busy", "true");
    try {
      const svg = await this.source.visual(tile, state, ...this.room(element));
      if (turn !== this.asked) return;
      if (svg !== element.drawn) place.innerHTML = svg;
      element.drawn = svg;
      this.mind(tile, element, state);
      if (element.shown) await this.showRows(tile, element, state);
    } catch (error) {
      if (turn !== this.asked) return;
      element.drawn = null;
      place.replaceChildren(h("div", { class: "failed", role: "alert" }, h("p", {}, error.message),
        h("button", { class: "retry", onclick: () => this.drawOne({ tile, element }, state, this.asked) }, "Try again")));
    } finally {
      if (turn === this.asked) element.removeAttribute("aria-busy");
    }
  }

  /* Marks are buttons: one of them in the order of the Tab key, the others by arrows. */
  mind(tile, element, state) {
    const svg = element.querySelector("svg");
    const picked = state.picked.find((each) => each.visual === tile.id);
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", tile.title || tile.kind);
    svg.classList.toggle("picked", Boolean(picked));
    const does = !this.source.live || tile.filters || tile.goto || tile.sets.length;
    const marks = [...svg.querySelectorAll("[data-pick]")].filter((mark) => does && this.source.canPick(JSON.parse(mark.dataset.pick)));
    marks.forEach((mark, at) => {
      const chosen = Boolean(picked) && JSON.stringify(picked.values) === JSON.stringify(JSON.parse(mark.dataset.pick));
      mark.classList.add("live");
      mark.classList.toggle("chosen", chosen);
      const told = { role: "button", tabindex: at ? "-1" : "0", "aria-pressed": String(chosen), "aria-label": mark.querySelector("title")?.textContent || JSON.parse(mark.dataset.pick).map((each) => named(each.value)).join(", ") };
      for (const [name, value] of Object.entries(told)) mark.setAttribute(name, value);
      mark.onclick = () => this.onpick(tile, JSON.parse(mark.dataset.pick), mark.getAttribute("aria-label"));
      mark.onkeydown = (event) => this.key(event, marks, at);
    });
  }

  key(event, marks, at) {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    if (event.key === "Enter" || event.key === " ") marks[at].onclick();
    else if (event.key in steps) {
      const next = marks[(at + steps[event.key] + marks.length) % marks.length];
      marks[at].setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
    } else return;
    event.preventDefault();
  }

  async toggle(tile, button) {
    const element = button.closest(".tile");
    element.shown = !element.shown;
    button.setAttribute("aria-pressed", String(element.shown));
    button.textContent = element.shown ? "Chart" : "Rows";
    element.querySelector(".rows")?.remove();
    element.querySelector(".picture").hidden = element.shown;
    if (element.shown) await this.showRows(tile, element, this.source.state());
  }

  async showRows(tile, element, state) {
    const { fields, rows, warnings } = await this.source.rows(tile, state);
    const kind = (at) => (fields[at].kind === "number" ? "number" : null);
    const table = h("table", {}, h("caption", { class: "sr" }, tile.title),
      h("thead", {}, h("tr", {}, fields.map((field, at) => h("th", { scope: "col", class: kind(at) }, field.label)))),
      h("tbody", {}, rows.slice(0, 500).map((row) => h("tr", {}, row.map((cell, at) => h("td", { class: kind(at) }, named(cell)))))));
    element.querySelector(".rows")?.remove();
    const told = fields.length ? [] : warnings;
    element.append(h("div", { class: "rows", tabindex: "0" }, told.map((each) => h("p", {}, each)), table));
  }
}
