// Input by keys, mouse and touch.

const ZOOM_STEP = 1.25;
const STEP = 0.1; // of what is seen, for an arrow key

const KEYS = {
  m: (viewer) => viewer.scene.networks.length && toggle(viewer, "map"),
  l: (viewer) => viewer.scene.outline && toggle(viewer, "outline"),
  i: (viewer) => toggle(viewer, "invert"),
  o: (viewer, event) => event.repeat || (holdOriginal(viewer), (viewer.keyHeld = true)),
  r: reset,
  0: reset,
  "+": (viewer) => zoomBy(viewer, ZOOM_STEP),
  "=": (viewer) => zoomBy(viewer, ZOOM_STEP),
  "-": (viewer) => zoomBy(viewer, 1 / ZOOM_STEP),
  t: turn,
  h: (viewer) => toggle(viewer, "flip"),
  d: askForDetail,
  f: toggleFullScreen,
  s: save,
  k: (viewer) => measure(viewer, "length"),
  c: (viewer) => measure(viewer, "heart"),
  Backspace: removeLine,
  "[": (viewer) => windowBy(viewer, -5, 0),
  "]": (viewer) => windowBy(viewer, 5, 0),
  ";": (viewer) => windowBy(viewer, 0, -5),
  "'": (viewer) => windowBy(viewer, 0, 5),
  ",": (viewer) => viewer.scene.networks.length && setOpacity(viewer, state.opacity - 5),
  ".": (viewer) => viewer.scene.networks.length && setOpacity(viewer, state.opacity + 5),
  "?": (viewer) => toggle(viewer, "help"),
  ArrowLeft: (viewer, event) => arrow(viewer, event, -1, 0),
  ArrowRight: (viewer, event) => arrow(viewer, event, 1, 0),
  ArrowUp: (viewer, event) => arrow(viewer, event, 0, -1),
  ArrowDown: (viewer, event) => arrow(viewer, event, 0, 1),
};
for (const index of [0, 1, 2, 3]) {
  KEYS[index + 1] = (viewer) => choose(viewer, viewer.scene.choices[index]);
}
const DRAWING = { " ": (viewer) => putEnd(viewer, leader(viewer).film), Escape: (viewer) => measure(viewer, "") };

/** The panel that keys act on. */
const leader = (viewer) => visiblePanels(viewer)[0];

/** Move the view, or the cursor while a line is drawn. */
function arrow(viewer, event, across, down) {
  const panel = leader(viewer);
  if (!viewer.tool) {
    moveBy(viewer, wayOn(panel, STEP * across, STEP * down));
    return;
  }
  const step = CURSOR_STEP * (event.shiftKey ? 0.1 : 1);
  const way = wayOn(panel, step * across, step * down);
  viewer.measured = panel.film.file;
  viewer.cursor = { x: viewer.cursor.x + way.x, y: viewer.cursor.y + way.y };
  refresh(viewer);
}

/** What a key does where the focus is; nothing where the key is the page's or the control's own. */
function actionOf(viewer, key, target) {
  if (key.startsWith("Arrow") && target.matches("input")) return null; // the slider's own
  if (/^[1-4]$/.test(key) && !viewer.scene.choices.length) return null;
  if (viewer.tool && Object.hasOwn(DRAWING, key) && !target.matches("button")) return DRAWING[key];
  return Object.hasOwn(KEYS, key) ? KEYS[key] : null;
}

/** Act on a key while the focus is in the viewer; the page around it never sees such a key. */
function onKey(viewer, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = actionOf(viewer, key, event.target);
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  if (event.type === "keydown") act(viewer, event);
  else if (key === "o" && viewer.keyHeld) releaseOriginal(viewer);
}

/** Listen to whatever moves the pictures. */
function listen(viewer, target) {
  const fingers = new Map();
  const on = (kind, act, options) => target.addEventListener(kind, act, options);
  on("pointerdown", (event) => pressed(viewer, fingers, event));
  on("pointermove", (event) => fingers.has(event.pointerId) && dragged(viewer, fingers, event));
  for (const kind of ["pointerup", "pointercancel"]) {
    on(kind, (event) => released(viewer, fingers, event));
  }
  on("wheel", (event) => onWheel(viewer, target, event), { passive: false });
  on("contextmenu", (event) => event.target.matches("canvas") && event.preventDefault());
  on("touchmove", (event) => event.touches.length > 1 && event.preventDefault(), { passive: false });
}

function pressed(viewer, fingers, event) {
  if (!event.target.matches("canvas")) return;
  event.target.setPointerCapture(event.pointerId);
  const grey = event.button === 2 || event.shiftKey;
  const panel = viewer.panels.find(({ canvas }) => canvas === event.target);
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY, grey, panel });
  if (!viewer.tool || grey || fingers.size > 1) return;
  Object.assign(viewer, { measured: panel.film.file, start: null, cursor: placeAt(panel, event) });
  putEnd(viewer, panel.film);
}

function released(viewer, fingers, event) {
  const finger = fingers.get(event.pointerId);
  fingers.delete(event.pointerId);
  if (!finger || !viewer.tool || !viewer.start || finger.grey) return;
  if (event.type === "pointerup") putEnd(viewer, finger.panel.film);
  viewer.start = null;
}

/** One pointer moves the picture, its grey or the end of a line; two zoom the picture. */
function dragged(viewer, fingers, event) {
  const finger = fingers.get(event.pointerId);
  const { panel, grey } = finger;
  const [dx, dy] = [event.clientX - finger.x, event.clientY - finger.y];
  const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
  if (other) {
    const before = Math.hypot(finger.x - other.x, finger.y - other.y);
    const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
    const middle = { clientX: (event.clientX + other.x) / 2, clientY: (event.clientY + other.y) / 2 };
    viewer.start = null;
    if (before > 0) zoomBy(viewer, after / before, placeAt(panel, middle));
  } else if (grey) {
    windowBy(viewer, dx / 3, dy / 3);
  } else if (viewer.tool) {
    viewer.cursor = placeAt(panel, event);
    refresh(viewer);
  } else if (state.zoom > 1) {
    const { clientWidth, clientHeight } = panel.canvas;
    moveBy(viewer, wayOn(panel, -dx / clientWidth, -dy / clientHeight));
  }
  Object.assign(finger, { x: event.clientX, y: event.clientY });
}

/** Zoom with the wheel where the pictures have the focus, or with Ctrl; else the page scrolls. */
function onWheel(viewer, target, event) {
  const focused = target.getRootNode().activeElement === target;
  if (!event.target.matches("canvas") || !(event.ctrlKey || focused)) return;
  event.preventDefault();
  const panel = viewer.panels.find(({ canvas }) => canvas === event.target);
  zoomBy(viewer, Math.exp(-event.deltaY / 400), placeAt(panel, event));
}
