// State of the viewer's controls, shared by every case, network and page of a browser tab.

const PREDICTED = "predicted";
const STORED = "radiograph-viewer";
const MOST_ZOOM = 16;
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
  turn: 0, // quarters, clockwise
  flip: false,
  film: "", // what was turned and flipped: another film is shown as it is
  hidden: "map", // kinds of pictures that are not shown, with commas
  help: false,
});
const LIMITS = {
  opacity: [0, 100], window: [1, 400], level: [-50, 150], zoom: [1, MOST_ZOOM], x: [0, 1], y: [0, 1],
};
const PLACE = ["zoom", "x", "y", "turn", "flip"];
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
  try {
    const { original, ...lasting } = state;
    sessionStorage.setItem(STORED, JSON.stringify(lasting));
  } catch {
    // it stays in this module until the tab is loaded again
  }
  refresh(viewer);
}

/** Zoom so that a place of the film, {x, y} as shares of its sides, stays where it is. */
function zoomBy(viewer, factor, place = state) {
  const zoom = Math.min(MOST_ZOOM, Math.max(1, state.zoom * factor));
  const closer = (axis) => place[axis] + ((state[axis] - place[axis]) * state.zoom) / zoom;
  change(viewer, { zoom, x: closer("x"), y: closer("y") });
  announce(viewer, "announceZoom", { value: Math.round(100 * state.zoom) });
}

/** Move the view by a part of the film, {x, y} as shares of its sides. */
function moveBy(viewer, { x, y }) {
  change(viewer, { x: state.x + x, y: state.y + y });
  announce(viewer, "announceMove", { x: Math.round(100 * state.x), y: Math.round(100 * state.y) });
}

/** A percentage as it is written: with a decimal where the window is so narrow that it counts. */
const percent = (value) => (state.window < 10 ? Math.round(10 * value) / 10 : Math.round(value));

/** Widen or move the range of grey that is seen, in steps that are finer where it is narrow. */
function windowBy(viewer, wider, higher) {
  const fine = Math.min(1, state.window / 100);
  const window = state.window + wider * Math.max(fine, 0.2);
  change(viewer, { window: Math.round(10 * window) / 10, level: state.level + higher * fine });
  announce(viewer, "announceWindow", { window: percent(state.window), level: percent(state.level) });
}

/** Turn the film by a quarter, clockwise. */
function turn(viewer) {
  change(viewer, { turn: (state.turn + (state.flip ? 3 : 1)) % 4 });
  announce(viewer, "announceTurn", { degrees: 90 * state.turn });
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
