// Rendering: the pixels of a panel. Radiograph and map are two layers, so that the one can be as
// sharp as the screen shows it and the other as coarse as a network sees.

const SMALL = 600_000; // pixels of a picture that is painted whole, whatever is seen of it

/**
 * What each level of a picture becomes: pixels by the part of the range from black to white that is
 * seen (window, in percent) and its middle (level).
 */
function greyTable(shown, { window, level, invert }) {
  const low = level / 100 - window / 200;
  return Uint32Array.from(shown, (grey) => {
    const value = Math.min(1, Math.max(0, ((grey - low) * 100) / window));
    return greyPixel(Math.round(255 * (invert ? 1 - value : value)));
  });
}

/** Paint a part of one level of a picture. */
function painted({ places, width: line }, part, table) {
  const picture = new ImageData(part.width, part.height);
  const pixels = new Uint32Array(picture.data.buffer);
  for (let y = 0, at = 0; y < part.height; y++) {
    const start = (part.y + y) * line + part.x;
    for (let x = start; x < start + part.width; x++) pixels[at++] = table[places[x]];
  }
  const canvas = hiddenCanvas(part.width, part.height);
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}

/** Draw the radiograph from the coarsest level that is as fine as the canvas. */
function drawGrey(viewer, panel, context, matrix) {
  const { film, canvas } = panel;
  const source = sourceOf(film);
  const pixels = (scaleOf(panel) * film.width) / source.width; // of the canvas, for one of the finest
  const level = source.levels.findLast(({ step }) => step * pixels <= 1) ?? source.levels[0];
  const [across, down] = [film.width / source.width, film.height / source.height];
  const placed = matrix.scale(level.step * across, level.step * down);
  const all = { x: 0, y: 0, width: level.width, height: level.height };
  const part = level.width * level.height > SMALL ? seenOf(placed, canvas, level) : all;
  const { window, level: middle, invert } = state.original ? FRESH : state;
  const look = [film.id, source.width, window, middle, invert].join();
  const key = [look, level.step, ...Object.values(part)].join();
  const picture =
    viewer.pictures.get(key) ?? painted(level, part, viewer.tables.get(look) ?? tableOf(viewer, look, source));
  viewer.drawn.set(key, picture);
  viewer.pictures.set(key, picture); // so that the next panel finds it
  context.setTransform(placed);
  context.drawImage(picture, part.x, part.y);
}

function tableOf(viewer, look, { shown }) {
  const table = greyTable(shown, state.original ? FRESH : state);
  viewer.tables = new Map([[look, table]]);
  return table;
}

/** The class whose map is shown of a network. */
const shownClass = (network, choice) => (choice === PREDICTED ? network.predicted : choice);

/** Whether a panel shows a map now. */
const showsMap = (panel) => panel.kind !== "radiograph" && state.map && !state.original;

/** Draw a network's map, enlarged and coloured once. */
function drawHeat({ scene }, panel, context, matrix) {
  const network = scene.networks[panel.network];
  const alone = panel.kind === "map";
  const name = shownClass(network, state.choice);
  const { width, height } = panel.film;
  network.heat ??= {};
  network.heat[`${name} ${alone}`] ??= coloured(
    enlarged(network.maps[name], width, height), scene.palette, width, height, alone,
  );
  context.setTransform(matrix);
  context.globalAlpha = alone ? 1 : state.opacity / 100;
  context.drawImage(network.heat[`${name} ${alone}`], 0, 0);
  context.globalAlpha = 1;
}

/** Draw a panel: radiograph, map, outline of the lungs, lines, scale, how it is turned. */
function drawPanel(viewer, panel) {
  const { canvas, film } = panel;
  const context = canvas.getContext("2d");
  const matrix = matrixOf(panel);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = "black";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  const withMap = showsMap(panel);
  if (!withMap || panel.kind !== "map") drawGrey(viewer, panel, context, matrix);
  if (withMap) drawHeat(viewer, panel, context, matrix);
  const ratio = globalThis.devicePixelRatio || 1;
  if (film.outline && state.outline && !state.original && panel.kind !== "radiograph") {
    context.setTransform(matrix);
    drawOutline(context, film.outline, ratio / scaleOf(panel));
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  drawMeasures(viewer, panel, context, matrix, ratio);
}

/** Draw lines that are as thick at any zoom, bright with a dark rim. */
function drawOutline(context, { path, colour }, pixel) {
  for (const [style, width] of [["black", 4], [colour, 2]]) {
    Object.assign(context, { strokeStyle: style, lineWidth: width * pixel, lineJoin: "round" });
    context.stroke(path);
  }
}
