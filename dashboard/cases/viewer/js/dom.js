// Elements of the page: words come as text, never as HTML.

/** Make an element with attributes (functions become listeners) and children. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Put values into the places of a text: "{value} %". */
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** Announce in the live region what changed, once it has settled. */
function announce(viewer, word, values = {}) {
  clearTimeout(viewer.saying);
  viewer.saying = setTimeout(() => {
    viewer.status.textContent = fill(viewer.scene.words[word] ?? "", values);
  }, 200);
}

/**
 * A button that names its key to people and to screen readers.
 * @param parts {id, text, hint, key, act, icon: name of a Material symbol in place of the text}
 */
function button({ id, text, hint, key, act, icon, pressed = false }) {
  return make(
    "button",
    {
      type: "button",
      "data-id": id,
      "aria-label": icon || (hint && hint !== text) ? (hint ?? text) : null,
      "aria-keyshortcuts": key ?? null,
      "aria-pressed": pressed ? "false" : null,
      title: key ? `${hint ?? text} (${key})` : (hint ?? text),
      click: act,
    },
    icon ? make("span", { class: "icon", "aria-hidden": "true" }, icon) : text,
  );
}

/** A slider over one number of the state, with its name and its value in percent. */
function slider(viewer, { id, text, step, act }) {
  const [least, most] = LIMITS[id];
  const value = make("output", { "aria-hidden": "true" });
  const input = make("input", {
    type: "range", min: least, max: most, step, "data-id": id,
    input: () => act(Number(input.value)),
  });
  viewer.sliders.push(() => {
    input.value = state[id];
    value.textContent = `${percent(state[id])}\u00a0%`;
    input.setAttribute("aria-valuetext", `${percent(state[id])} %`);
  });
  return make("label", { class: "slider" }, make("span", {}, text), input, value);
}

/** Controls that belong together, named for screen readers. */
function group(name, ...children) {
  return make("div", { role: "group", "aria-label": name, class: "group" }, ...children);
}

/** The button of the original: it stays on after a click, or only while it is held. */
function originalButton(viewer) {
  const { words } = viewer.scene;
  const original = button({
    id: "original", text: words.original, hint: words.originalHint, key: "o", pressed: true,
  });
  original.addEventListener("pointerdown", () => holdOriginal(viewer));
  original.addEventListener("click", (event) => {
    if (event.detail) releaseOriginal(viewer);
    else setOriginal(viewer, !state.original); // Enter, space, a screen reader
  });
  original.addEventListener("pointercancel", () => releaseOriginal(viewer, 0));
  original.addEventListener("pointerleave", (event) => event.buttons && releaseOriginal(viewer, 0));
  return original;
}
