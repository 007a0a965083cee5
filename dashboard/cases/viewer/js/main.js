// Entry point: Streamlit calls it once to begin, and whenever the payload or the theme changes.

const viewers = new WeakMap(); // by the element that Streamlit gives
const ARRIVED = "radiograph-levels"; // event of the page by which the channel gives its bytes

export default function ({ data: [data], parentElement, setTriggerValue }) {
  if (!viewers.has(parentElement)) viewers.set(parentElement, begun(parentElement));
  const viewer = viewers.get(parentElement);
  viewer.ask = setTriggerValue;
  if (viewer.data !== data) show(viewer, data);
  return () => {
    viewer.data = null;
    viewer.sizes.disconnect();
    clearTimeout(viewer.saying);
    globalThis.removeEventListener(ARRIVED, viewer.take);
    viewers.delete(parentElement);
  };
}

function begun(parentElement) {
  const root = parentElement.querySelector(".viewer");
  const viewer = { root, panels: [], sliders: [], pictures: new Map(), tables: new Map(), tool: "" };
  viewer.status = make("p", { role: "status", class: "status" });
  viewer.about = make("p", { class: "about" });
  viewer.sizes = new ResizeObserver(() => viewer.scene && refresh(viewer));
  for (const kind of ["keydown", "keyup"]) {
    root.addEventListener(kind, (event) => viewer.scene && onKey(viewer, event));
  }
  root.addEventListener("focusout", () => viewer.keyHeld && releaseOriginal(viewer, 0));
  viewer.take = ({ detail }) => takeWhole(viewer, detail);
  globalThis.addEventListener(ARRIVED, viewer.take);
  return viewer;
}

/** Take a new payload; the controls keep their state, the focus its place. */
async function show(viewer, data) {
  viewer.data = data;
  const films = await Promise.all(data.films.map(filmOf));
  if (viewer.data !== data) return; // a newer one came meanwhile
  if (data.outline) films[0].outline = { ...data.outline, path: pathOf(data.outline.lines) };
  viewer.scene = { ...data, films, palette: bytesOf(data.palette) };
  const { root } = viewer;
  const focused = root.getRootNode().activeElement?.dataset?.id;
  Object.assign(viewer, { panels: [], sliders: [], pictures: new Map(), pairRows: null, asked: null });
  Object.assign(viewer, { tool: "", start: null, detail: false });
  keepOnly(films);
  viewer.hideable = kindsOf(viewer).length > 2;
  root.classList.toggle("sized", Boolean(data.height));
  root.style.setProperty("--height", data.height);
  viewer.stage = stage(viewer);
  listen(viewer, viewer.stage);
  const colours = data.networks.length ? colourBar(viewer) : null;
  const below = make("div", { class: "bar" }, viewer.about, colours);
  const frame = make("div", { class: "frame" }, viewer.stage, below, controls(viewer));
  root.replaceChildren(frame, keyList(viewer), ...pairTable(viewer), viewer.status);
  viewer.sizes.disconnect();
  viewer.panels.forEach((panel) => viewer.sizes.observe(panel.canvas));
  if (focused) root.querySelector(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
  const other = state.film !== films[0].file;
  change(viewer, { original: false, film: films[0].file, ...(other ? { turn: 0, flip: false } : {}) });
}

/** Lines of x, y, x, y, ... as one path; a mask's pixel is where its middle is. */
function pathOf(lines) {
  const path = new Path2D();
  for (const line of lines) {
    for (let at = 0; at < line.length; at += 2) {
      path[at ? "lineTo" : "moveTo"](line[at] + 0.5, line[at + 1] + 0.5);
    }
    path.closePath();
  }
  return path;
}
