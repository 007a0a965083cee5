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
  "[": (viewer) => windowBy(viewer, -5, 0),
  "]": (viewer) => windowBy(viewer, 5, 0),
  ";": (viewer) => windowBy(viewer, 0, -5),
  "'": (viewer) => windowBy(viewer, 0, 5),
  ",": (viewer) => viewer.scene.networks.length && setOpacity(viewer, state.opacity - 5),
  ".": (viewer) => viewer.scene.networks.length && setOpacity(viewer, state.opacity + 5),
  "?": (viewer) => toggle(viewer, "help"),
  ArrowLeft: (viewer) => moveBy(viewer, -STEP, 0),
  ArrowRight: (viewer) => moveBy(viewer, STEP, 0),
  ArrowUp: (viewer) => moveBy(viewer, 0, -STEP),
  ArrowDown: (viewer) => moveBy(viewer, 0, STEP),
};
for (const index of [0, 1, 2, 3]) {
  KEYS[index + 1] = (viewer) => choose(viewer, viewer.scene.choices[index]);
}

/** Act on a key while the focus is in the viewer; the page around it never sees such a key. */
function onKey(viewer, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!Object.hasOwn(KEYS, key)) return;
  if (key.startsWith("Arrow") && event.target.matches("input")) return; // the slider's own
  event.preventDefault();
  event.stopPropagation();
  if (event.type === "keydown") KEYS[key](viewer, event);
  else if (key === "o" && viewer.keyHeld) releaseOriginal(viewer);
}

/** Listen to whatever moves the pictures. */
function listen(viewer, target) {
  const fingers = new Map();
  const on = (kind, act, options) => target.addEventListener(kind, act, options);
  on("pointerdown", (event) => pressed(fingers, event));
  on("pointermove", (event) => fingers.has(event.pointerId) && dragged(viewer, fingers, event));
  for (const kind of ["pointerup", "pointercancel"]) {
    on(kind, (event) => fingers.delete(event.pointerId));
  }
  on("wheel", (event) => onWheel(viewer, target, event), { passive: false });
  on("contextmenu", (event) => event.target.matches("canvas") && event.preventDefault());
  on("touchmove", (event) => event.touches.length > 1 && event.preventDefault(), { passive: false });
}

function pressed(fingers, event) {
  if (!event.target.matches("canvas")) return;
  event.target.setPointerCapture(event.pointerId);
  const grey = event.button === 2 || event.shiftKey;
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY, grey, canvas: event.target });
}

/** One pointer moves the picture, or its grey; two zoom it. */
function dragged(viewer, fingers, event) {
  const finger = fingers.get(event.pointerId);
  const { canvas, grey } = finger;
  const [dx, dy] = [event.clientX - finger.x, event.clientY - finger.y];
  const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
  if (other) {
    const before = Math.hypot(finger.x - other.x, finger.y - other.y);
    const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
    const middle = { clientX: (event.clientX + other.x) / 2, clientY: (event.clientY + other.y) / 2 };
    if (before > 0) zoomBy(viewer, after / before, pointIn(canvas, middle));
  } else if (grey) {
    windowBy(viewer, dx / 3, dy / 3);
  } else if (state.zoom > 1) {
    moveBy(viewer, -dx / canvas.clientWidth, -dy / canvas.clientHeight);
  }
  Object.assign(finger, { x: event.clientX, y: event.clientY });
}

/** Where a pointer is in a picture, as shares of its sides from the middle. */
function pointIn(canvas, { clientX, clientY }) {
  const box = canvas.getBoundingClientRect();
  return {
    across: (clientX - box.left) / box.width - 0.5,
    down: (clientY - box.top) / box.height - 0.5,
  };
}

/** Zoom with the wheel where the pictures have the focus, or with Ctrl; else the page scrolls. */
function onWheel(viewer, target, event) {
  const focused = target.getRootNode().activeElement === target;
  if (!event.target.matches("canvas") || !(event.ctrlKey || focused)) return;
  event.preventDefault();
  zoomBy(viewer, Math.exp(-event.deltaY / 400), pointIn(event.target, event));
}
