// The pictures and their captions, the colour bar, the table of map similarity.

/** Columns of pictures; one stop of the Tab key for all of them. */
function stage(viewer) {
  const { scene } = viewer;
  const columns = scene.columns.map(({ title, panels }) => {
    const heading = title ? make("div", { class: "heading" }, title) : null;
    const pictures = panels.map((panel) => figureOf(viewer, panel));
    return make("div", { class: "column" }, heading, ...pictures);
  });
  const attributes = { class: "stage", tabindex: "0", role: "group", "aria-label": scene.words.stage };
  return make("div", { ...attributes, "data-id": "stage" }, ...columns);
}

function figureOf(viewer, { kind, network, plain, texts }) {
  const canvas = make("canvas", { role: "img", "data-kind": kind, "data-network": network });
  canvas.style.aspectRatio = `${viewer.scene.width} / ${viewer.scene.height}`;
  const caption = make("figcaption");
  const figure = make("figure", { "data-kind": kind }, canvas, caption);
  viewer.panels.push({ kind, network, plain, texts, canvas, caption, figure });
  return figure;
}

/** Draw again whatever the state has changed; at most once a frame. */
function refresh(viewer) {
  viewer.frame ??= requestAnimationFrame(() => {
    viewer.frame = null;
    refreshControls(viewer);
    const pictures = new Map();
    for (const panel of viewer.panels) {
      panel.figure.hidden = viewer.hideable && isHidden(panel.kind);
      if (panel.figure.hidden) continue;
      const [key, picture] = pictureOf(viewer, panel, state);
      pictures.set(key, picture);
      viewer.pictures.set(key, picture); // so that the next panel finds it
      drawPanel(viewer, panel, picture, state);
      describe(viewer, panel);
    }
    viewer.pictures = pictures;
    refreshPairs(viewer);
    viewer.root.dataset.drawn = String(Number(viewer.root.dataset.drawn ?? 0) + 1);
  });
}

/** Put what a picture shows below it, and into words for screen readers. */
function describe(viewer, panel) {
  const network = viewer.scene.networks[panel.network];
  const withMap = panel.kind !== "radiograph" && state.map && !state.original;
  const text = withMap ? panel.texts[shownClass(network, state.choice)] : panel.plain;
  panel.canvas.setAttribute("aria-label", text.alt);
  panel.caption.replaceChildren(
    ...text.caption.map((line) => make("div", {}, line)),
  );
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
