// State of the viewer's controls, shared by every case, network and page of a browser tab.

const PREDICTED = "predicted";
const STORED = "radiograph-viewer";
const MOST_ZOOM = 8;
const HOLD = 400; // milliseconds from which a press counts as holding
const FRESH = Object.freeze({
  choice: PREDICTED,
  opacity: 45, // percent
  map: true,
  outline: true,
  invert: false,
  window: 100, // percent of the range from black to white
  level: 50,
  zoom: 1,
  x: 0.5, // of the radiograph, in the middle of each picture
  y: 0.5,
  hidden: "radiograph,map", // kinds of pictures that are not shown, with commas
  help: false,
});
const LIMITS = { opacity: [0, 100], window: [5, 200], level: [0, 100], zoom: [1, MOST_ZOOM] };
const PLACE = ["zoom", "x", "y"];
const LOOK = ["choice", "opacity", "map", "outline", "invert", "window", "level", ...PLACE];

const state = { ...FRESH, original: false, ...remembered() };

/** What an earlier page of this tab has left; nothing where it makes no sense. */
function remembered() {
  try {
    const stored = JSON.parse(sessionStorage.getItem(STORED)) ?? {};
    const fits = ([name, value]) => name in FRESH && typeof value === typeof FRESH[name];
    return Object.fromEntries(Object.entries(stored).filter(fits));
  } catch {
    return {}; // storage may be forbidden
  }
}

/** Change some values within their limits, keep them, draw again. */
function change(viewer, values) {
  if (LOOK.some((name) => name in values && !PLACE.includes(name))) state.original = false;
  Object.assign(state, values);
  for (const [name, [least, most]] of Object.entries(LIMITS)) {
    state[name] = Math.min(most, Math.max(least, state[name]));
  }
  const room = 0.5 / state.zoom; // from the middle of the picture to the radiograph's edge
  for (const axis of ["x", "y"]) state[axis] = Math.min(1 - room, Math.max(room, state[axis]));
  try {
    const { original, ...lasting } = state;
    sessionStorage.setItem(STORED, JSON.stringify(lasting));
  } catch {
    // it stays in this module until the tab is loaded again
  }
  refresh(viewer);
}

/** Zoom so that the place of the radiograph under a point stays where it is. */
function zoomBy(viewer, factor, point = { across: 0, down: 0 }) {
  const zoom = Math.min(MOST_ZOOM, Math.max(1, state.zoom * factor));
  const shift = 1 / state.zoom - 1 / zoom;
  change(viewer, { zoom, x: state.x + point.across * shift, y: state.y + point.down * shift });
  announce(viewer, "announceZoom", { value: Math.round(100 * state.zoom) });
}

/** Move the view by shares of what is seen. */
function moveBy(viewer, across, down) {
  change(viewer, { x: state.x + across / state.zoom, y: state.y + down / state.zoom });
  announce(viewer, "announceMove", { x: Math.round(100 * state.x), y: Math.round(100 * state.y) });
}

/** Widen or move the range of grey that is seen, in percent. */
function windowBy(viewer, wider, higher) {
  change(viewer, { window: state.window + wider, level: state.level + higher });
  announce(viewer, "announceWindow", { window: Math.round(state.window), level: Math.round(state.level) });
}

/** Turn something on or off. */
function toggle(viewer, name) {
  change(viewer, { [name]: !state[name] });
  announce(viewer, `announce_${name}_${state[name] ? "on" : "off"}`);
}

function setOpacity(viewer, opacity) {
  change(viewer, { opacity });
  announce(viewer, "announceOpacity", { value: state.opacity });
}

function choose(viewer, choice) {
  if (!choice || !viewer.scene.networks.length) return;
  change(viewer, { choice: choice.key });
  announce(viewer, "announceChoice", { title: choice.title });
}

function setOriginal(viewer, original) {
  if (state.original === original) return;
  change(viewer, { original });
  announce(viewer, `announce_original_${original ? "on" : "off"}`);
}

/** Show the original from here on; what shows it already is to end with the release. */
function holdOriginal(viewer) {
  viewer.heldSince = state.original ? -Infinity : performance.now();
  setOriginal(viewer, true);
}

/** After a short press the original stays, after a longer one it goes. */
function releaseOriginal(viewer, most = HOLD) {
  viewer.keyHeld = false;
  setOriginal(viewer, performance.now() - viewer.heldSince < most);
}

function reset(viewer) {
  change(viewer, Object.fromEntries(LOOK.slice(1).map((name) => [name, FRESH[name]]))); // not the class
  announce(viewer, "announceReset");
}
