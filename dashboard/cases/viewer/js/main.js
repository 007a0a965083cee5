// Entry point: Streamlit calls it once to begin, and whenever the payload or the theme changes.

const viewers = new WeakMap(); // by the element that Streamlit gives

export default function ({ data, parentElement }) {
  if (!viewers.has(parentElement)) viewers.set(parentElement, begun(parentElement));
  const viewer = viewers.get(parentElement);
  if (viewer.data !== data) show(viewer, data);
  return () => {
    viewer.data = null;
    viewer.sizes.disconnect();
    clearTimeout(viewer.saying);
    viewers.delete(parentElement);
  };
}

function begun(parentElement) {
  const root = parentElement.querySelector(".viewer");
  const viewer = { root, panels: [], sliders: [], pictures: new Map() };
  viewer.status = make("p", { role: "status", class: "status" });
  viewer.sizes = new ResizeObserver(() => viewer.scene && refresh(viewer));
  for (const kind of ["keydown", "keyup"]) {
    root.addEventListener(kind, (event) => viewer.scene && onKey(viewer, event));
  }
  root.addEventListener("focusout", () => viewer.keyHeld && releaseOriginal(viewer, 0));
  return viewer;
}

/** Take a new payload; the controls keep their state, the focus its place. */
async function show(viewer, data) {
  viewer.data = data;
  const grey = await greyOf(data.picture);
  if (viewer.data !== data) return; // a newer one came meanwhile
  const { width, height } = data.picture;
  const outline = data.outline && { ...data.outline, path: pathOf(data.outline.lines) };
  viewer.scene = { ...data, width, height, grey, outline, palette: bytesOf(data.palette) };
  const focused = viewer.root.getRootNode().activeElement?.dataset?.id;
  Object.assign(viewer, { panels: [], sliders: [], pictures: new Map(), pairRows: null });
  viewer.hideable = kindsOf(viewer).length > 2;
  viewer.root.classList.toggle("many", viewer.hideable);
  viewer.root.classList.toggle("fitted", Boolean(data.height));
  viewer.root.style.setProperty("--height", data.height);
  const pictures = stage(viewer);
  listen(viewer, pictures);
  const bar = data.networks.length ? [colourBar(viewer)] : [];
  const parts = [...controls(viewer), pictures, ...bar, ...pairTable(viewer), viewer.status];
  viewer.root.replaceChildren(...parts);
  viewer.sizes.disconnect();
  viewer.panels.forEach((panel) => viewer.sizes.observe(panel.canvas));
  if (focused) viewer.root.querySelector(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
  change(viewer, { original: false });
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
