// The controls around the pictures.

const NARROW = { window: 700, viewer: 520 }; // CSS pixels up to which columns are stacked

/** All controls: what is shown, how, tools, a list of the keys. */
function controls(viewer) {
  const { words, networks } = viewer.scene;
  const kinds = viewer.hideable ? rows(viewer) : null;
  const shown = [networks.length ? choices(viewer) : null, group(words.show, ...switches(viewer))];
  return make("div", { class: "bar" }, ...shown, zoomGroup(viewer), tools(viewer), sliders(viewer), kinds);
}

/** Tools by their symbols: what they do, with their keys, is in their titles and the list of keys. */
function tools(viewer) {
  const { words, films } = viewer.scene;
  const tool = (id, icon, key, act, pressed = false) => button({ id, icon, text: words[id], key, act, pressed });
  const finer = films.some((film) => isLarger(film) || film.bits > 8); // in its file
  return group(
    words.tools,
    finer ? tool("detail", "hd", "d", () => askForDetail(viewer), true) : null,
    tool("turn", "rotate_90_degrees_cw", "t", () => turn(viewer)),
    tool("flip", "flip", "h", () => toggle(viewer, "flip"), true),
    tool("length", "straighten", "k", () => measure(viewer, "length"), true),
    tool("heart", "cardiology", "c", () => measure(viewer, "heart"), true),
    tool("fullScreen", "fullscreen", "f", () => toggleFullScreen(viewer)),
    tool("save", "download", "s", () => save(viewer)),
  );
}

/** Ask for every pixel now, not only once the zoom needs it. */
function askForDetail(viewer) {
  viewer.detail = true;
  refresh(viewer);
}

function choices(viewer) {
  const { words, choices } = viewer.scene;
  const choiceButton = (choice, index) =>
    button({
      id: `choice-${choice.key}`, text: choice.title, key: String(index + 1), pressed: true,
      act: () => choose(viewer, choice),
    });
  const name = make("span", { class: "name", title: words.choiceHint }, words.choice);
  return group(words.choice, name, make("div", { class: "joined" }, ...choices.map(choiceButton)));
}

function switches(viewer) {
  const { words, networks, outline } = viewer.scene;
  const switchButton = (id, key) =>
    button({
      id, text: words[id], hint: words[`${id}Hint`], key, pressed: true,
      act: () => toggle(viewer, id),
    });
  return [
    networks.length ? switchButton("map", "m") : null,
    outline ? switchButton("outline", "l") : null,
    switchButton("invert", "i"),
    originalButton(viewer),
  ];
}

function zoomGroup(viewer) {
  const { words } = viewer.scene;
  const value = make("output", { class: "zoom", "aria-hidden": "true" });
  viewer.sliders.push(() => {
    value.textContent = `${Math.round(100 * state.zoom)}\u00a0%`;
  });
  const zoom = (id, text, factor) =>
    button({ id, text, hint: words[id], key: text === "+" ? "+" : "-", act: () => zoomBy(viewer, factor) });
  return group(
    words.zoom,
    zoom("zoomOut", "\u2212", 1 / ZOOM_STEP),
    value,
    zoom("zoomIn", "+", ZOOM_STEP),
    button({ id: "reset", text: words.reset, hint: words.resetHint, key: "r", act: () => reset(viewer) }),
    button({ id: "help", text: "?", hint: words.help, key: "?", pressed: true, act: () => toggle(viewer, "help") }),
  );
}

function sliders(viewer) {
  const { words, networks } = viewer.scene;
  const ids = networks.length ? ["opacity", "window", "level"] : ["window", "level"];
  const sliderOf = (id) =>
    slider(viewer, {
      id, text: words[id], step: { opacity: 5, window: 1, level: "any" }[id],
      act: (value) => change(viewer, { [id]: value }),
    });
  return group(words.adjust, ...ids.map(sliderOf));
}

/** The kinds of pictures of a scene, each once, in order. */
const kindsOf = ({ scene }) => [
  ...new Set(scene.columns.flatMap((column) => column.panels.map((panel) => panel.kind))),
];

/** Which rows of pictures are shown, where there are more than two. */
function rows(viewer) {
  const { words } = viewer.scene;
  const rowButton = (kind) =>
    button({
      id: `row-${kind}`, text: words[`row_${kind}`], pressed: true,
      act: () => {
        const hidden = new Set(state.hidden.split(",").filter(Boolean));
        hidden.has(kind) ? hidden.delete(kind) : hidden.add(kind);
        if (kindsOf(viewer).every((each) => hidden.has(each))) hidden.delete(kind); // one stays
        change(viewer, { hidden: [...hidden].join() });
        announce(viewer, `announce_row_${isHidden(kind) ? "off" : "on"}`, { title: words[`row_${kind}`] });
      },
    });
  const name = make("span", { class: "name" }, words.rows);
  return group(words.rows, name, make("div", { class: "joined" }, ...kindsOf(viewer).map(rowButton)));
}

const isHidden = (kind) => state.hidden.split(",").includes(kind);

function keyList({ scene }) {
  const lines = scene.words.keys.flatMap(([keys, what]) => [
    make("dt", {}, ...keys.split(" ").map((key) => make("kbd", {}, key))),
    make("dd", {}, what),
  ]);
  return make("dl", { class: "keys", hidden: "" }, ...lines);
}

/** Update every control from the state. */
function refreshControls(viewer) {
  const pressed = {
    map: state.map, outline: state.outline, invert: state.invert,
    original: state.original, help: state.help, [`choice-${state.choice}`]: true, flip: state.flip,
    length: viewer.tool === "length", heart: ["heart", "chest"].includes(viewer.tool),
    detail: viewer.scene.films.every(isComplete),
  };
  for (const control of viewer.root.querySelectorAll("button[aria-pressed]")) {
    const id = control.dataset.id;
    const on = id.startsWith("row-") ? !isHidden(id.slice(4)) : pressed[id];
    control.setAttribute("aria-pressed", String(Boolean(on)));
  }
  const { root } = viewer;
  root.classList.toggle("narrow", innerWidth <= NARROW.window || root.clientWidth <= NARROW.viewer);
  root.classList.toggle("zoomed", state.zoom > 1);
  root.classList.toggle("measures", Boolean(viewer.tool));
  viewer.sliders.forEach((refreshed) => refreshed());
  viewer.root.querySelector(".keys").hidden = !state.help;
}
