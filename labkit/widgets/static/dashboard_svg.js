/* Pictures in a page: SVG that was drawn elsewhere. */

const PICTURE_STYLE = "svg{width:100%;height:100%;display:block}";

const isDark = () => document.body.dataset.jpThemeLight === "false";

/* Put a picture into an element: into a shadow tree, so that its ids and styles stay there. */
function putPicture(place, text, style) {
  if (place.shown === text) return null;
  place.shown = text;
  const shadow = place.shadowRoot || place.attachShadow({ mode: "open" });
  const svg = text ? cleanPicture(text) : null;
  shadow.replaceChildren(h("style", {}, PICTURE_STYLE + (style || "")), ...(svg ? [svg] : []));
  return svg;
}

/* A picture as elements, without anything that runs or fetches. */
function cleanPicture(text) {
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (svg.nodeName !== "svg") return null;
  svg.querySelectorAll("script, foreignObject, iframe").forEach((e) => e.remove());
  for (const element of [svg, ...svg.querySelectorAll("*")])
    for (const { name, value } of [...element.attributes])
      if (name.startsWith("on") || (/href$/.test(name) && !/^(#|data:image\/)/.test(value))) element.removeAttribute(name);
  if (!svg.getAttribute("viewBox")) svg.setAttribute("viewBox", `0 0 ${parseFloat(svg.getAttribute("width"))} ${parseFloat(svg.getAttribute("height"))}`);
  svg.setAttribute("preserveAspectRatio", "xMidYMid meet");
  return document.importNode(svg, true);
}
