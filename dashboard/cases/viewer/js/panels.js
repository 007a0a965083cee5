// The pictures and their captions, the colour bar, the table of map similarity.

/** Columns of pictures; one stop of the Tab key for all of them. */
function stage(viewer) {
  const { scene } = viewer;
  const titled = scene.columns.some(({ title }) => title);
  const columns = scene.columns.map(({ title, panels }) => {
    const heading = titled ? make("div", { class: "heading" }, title) : null;
    return make("div", { class: "column" }, heading, ...panels.map((panel) => figureOf(viewer, panel)));
  });
  const attributes = { class: "stage", tabindex: "0", role: "group", "aria-label": scene.words.stage };
  return make("div", { ...attributes, "data-id": "stage" }, ...columns);
}

function figureOf(viewer, { kind, film, network, plain, texts }) {
  const canvas = make("canvas", { role: "img", "data-kind": kind, "data-network": network });
  const caption = make("figcaption");
  const figure = make("figure", { "data-kind": kind }, canvas, caption);
  viewer.panels.push({ kind, film: viewer.scene.films[film], network, plain, texts, canvas, caption, figure });
  return figure;
}

const visiblePanels = ({ panels }) => panels.filter(({ figure }) => !figure.hidden);

/** Draw again whatever the state has changed; at most once a frame. */
function refresh(viewer) {
  viewer.frame ??= requestAnimationFrame(() => {
    viewer.frame = null;
    for (const panel of viewer.panels) {
      panel.figure.hidden = viewer.hideable && isHidden(panel.kind);
      panel.canvas.style.setProperty("--aspect", turned(panel.film).join(" / "));
    }
    const titled = viewer.root.querySelector(".heading") ? 1 : 0;
    const rows = Math.max(...viewer.scene.columns.map(({ panels }) => panels.filter(isShown(viewer)).length));
    viewer.stage.style.gridTemplateRows = `${"auto ".repeat(titled)}${"minmax(0, 1fr) auto ".repeat(rows)}`;
    refreshControls(viewer);
    viewer.stage.style.setProperty("--needed", `${neededHeight(viewer, rows)}px`);
    const panels = visiblePanels(viewer).filter(({ canvas }) => fitted(canvas));
    if (panels.length) keepInView(panels[0]);
    viewer.drawn = new Map();
    for (const panel of panels) {
      drawPanel(viewer, panel);
      describe(viewer, panel);
      if (asksForWhole(viewer, panel.film, scaleOf(panel))) askFor(viewer, panel.film);
    }
    viewer.pictures = viewer.drawn;
    refreshWords(viewer);
    refreshPairs(viewer);
    viewer.root.dataset.drawn = String(Number(viewer.root.dataset.drawn ?? 0) + 1);
  });
}

const isShown = (viewer) => ({ kind }) => !(viewer.hideable && isHidden(kind));

/** The CSS pixels of height that rows of pictures as wide as their columns take with their words. */
function neededHeight(viewer, rows) {
  const panels = visiblePanels(viewer);
  const heights = panels.map(({ canvas, film }) => {
    const [across, down] = turned(film);
    return (canvas.clientWidth * down) / across;
  });
  const words = viewer.stage.clientHeight - rows * panels[0].canvas.clientHeight;
  return Math.ceil(words + rows * Math.max(...heights));
}

/** Give a canvas the pixels that the screen has for it; return whether there are any. */
function fitted(canvas) {
  const ratio = globalThis.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio].map(Math.round);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return width > 0 && height > 0;
}

/** The words of a panel as it is shown now. */
function wordsOf({ scene }, panel) {
  return showsMap(panel) ? panel.texts[shownClass(scene.networks[panel.network], state.choice)] : panel.plain;
}

/** Put what a picture shows below it, and into words for screen readers. */
function describe(viewer, panel) {
  const text = wordsOf(viewer, panel);
  const turned = marksOf(viewer, ["turn", "flip"]);
  panel.canvas.setAttribute("aria-label", [text.alt, ...turned].join(", "));
  panel.caption.replaceChildren(...text.caption.map((line) => make("div", {}, line)));
}

/** At which resolution a film is shown. */
function resolutionOf({ scene: { words } }, film) {
  const { columns, rows, bits } = film;
  const { width, height } = film;
  return fill(isComplete(film) ? words.shownWhole : words.shownSmall, { width, height, columns, rows, bits });
}

/** Say how fine the films are, what was measured, what a millimetre rests on. */
function refreshWords(viewer) {
  const { films, words } = viewer.scene;
  const parts = films.flatMap((film) => {
    const loads = viewer.asked?.id === film.id && !whole.has(film.id);
    const said = [loads ? fill(words.loading, film) : resolutionOf(viewer, film)];
    const measured = results(viewer.scene, film);
    const basis = film.spacing ? (film.spacing.detector ? words.atDetector : words.bySpacing) : words.noSpacing;
    if (measured.length || viewer.tool) said.push(...measured, basis);
    return said.map((text, index) => make("span", { class: loads && !index ? "loading" : null }, text));
  });
  viewer.about.replaceChildren(...parts);
}

/** The colours from cold to hot, the same for every map. */
function colourBar({ scene }) {
  const canvas = make("canvas", { class: "colours", width: 256, height: 1, "aria-hidden": "true" });
  const row = new ImageData(256, 1);
  for (let heat = 0; heat < 256; heat++) {
    row.data.set([...scene.palette.subarray(3 * heat, 3 * heat + 3), 255], 4 * heat);
  }
  canvas.getContext("2d").putImageData(row, 0, 0);
  const { coldest, hottest, scale } = scene.words;
  const ends = [coldest, hottest].map((word) => make("span", {}, word));
  return make("div", { class: "scale", role: "img", "aria-label": scale }, ends[0], canvas, ends[1]);
}

/** How alike the maps of each pair of networks are, for the class that is chosen. */
function pairTable(viewer) {
  const { words, pairs } = viewer.scene;
  if (!pairs) return [];
  const heading = (text) => make("th", { scope: "col" }, text);
  viewer.pairRows = make("tbody");
  const head = make("thead", {}, make("tr", {}, ...words.pairHeadings.map(heading)));
  return [
    make("table", {}, make("caption", {}, words.pairs), head, viewer.pairRows),
    make("p", { class: "note" }, words.pairNote),
  ];
}

function refreshPairs({ scene, pairRows }) {
  if (!pairRows) return;
  const row = ([pair, ...metrics]) =>
    make("tr", {}, make("th", { scope: "row" }, pair), ...metrics.map((cell) => make("td", {}, cell)));
  pairRows.replaceChildren(...scene.pairs[state.choice].map(row));
}
