// Rendering: the pixels of a picture, its zoom, the outline of the lungs.

/** What 256 greys become: percent of the range that is seen (window), its middle (level). */
function greyTable({ window, level, invert }) {
  const low = level / 100 - window / 200;
  return Uint8ClampedArray.from({ length: 256 }, (_, grey) => {
    const value = Math.min(1, Math.max(0, (grey / 255 - low) / (window / 100)));
    return 255 * (invert ? 1 - value : value);
  });
}

/**
 * Paint a radiograph, a map over it, or a map alone.
 * @param scene {width, height, grey, palette}
 * @param heat one byte a pixel, or null for the radiograph
 * @param weight of the colour where the heat is 255, range [0, 1]; null for a map alone
 */
function painted(scene, heat, weight, table) {
  const { width, height, grey, palette } = scene;
  const canvas = hiddenCanvas(width, height);
  const picture = new ImageData(width, height);
  const rgba = picture.data;
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 4) {
    const base = table[grey[pixel]];
    const hot = heat ? heat[pixel] : 0;
    const share = heat && weight === null ? 1 : heat ? (weight * hot) / 255 : 0;
    for (let channel = 0; channel < 3; channel++) {
      rgba[at + channel] = base + share * (palette[3 * hot + channel] - base);
    }
    rgba[at + 3] = 255;
  }
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}

/** Give a picture of a panel from those painted last, or paint it. */
function pictureOf(viewer, panel, state) {
  const { scene } = viewer;
  const network = scene.networks[panel.network];
  const alone = panel.kind === "map";
  const withMap = network && panel.kind !== "radiograph" && state.map && !state.original;
  const name = withMap ? shownClass(network, state.choice) : "";
  const look = state.original ? FRESH : state;
  const grey = alone && withMap ? "" : [look.window, look.level, look.invert].join();
  const key = [withMap ? panel.network : "", name, withMap && !alone ? state.opacity : "", grey].join("|");
  const cached = viewer.pictures.get(key);
  if (cached) return [key, cached];
  const heat = withMap ? heatOf(scene, network, name) : null;
  return [key, painted(scene, heat, alone ? null : state.opacity / 100, greyTable(look))];
}

/** The class whose map is shown of a network. */
const shownClass = (network, choice) => (choice === PREDICTED ? network.predicted : choice);

/** A network's map of a class, enlarged once. */
function heatOf(scene, network, name) {
  network.heat ??= {};
  network.heat[name] ??= enlarged(network.maps[name], scene.width, scene.height);
  return network.heat[name];
}

/** Draw a picture into a panel's canvas at the common zoom, with the outline of the lungs. */
function drawPanel(viewer, panel, picture, state) {
  const { canvas } = panel;
  const ratio = globalThis.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio].map(Math.round);
  if (!width || !height) return; // a row that is hidden
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const scale = state.zoom * fitting(viewer.scene, width, height);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = "black";
  context.fillRect(0, 0, width, height);
  context.translate(
    width / 2 - state.x * viewer.scene.width * scale,
    height / 2 - state.y * viewer.scene.height * scale,
  );
  context.scale(scale, scale);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0);
  if (viewer.scene.outline && state.outline && !state.original && panel.kind !== "radiograph") {
    drawOutline(context, viewer.scene.outline, ratio / scale);
  }
}

/** Draw lines that are as thick at any zoom, bright with a dark rim. */
function drawOutline(context, { path, colour }, pixel) {
  for (const [style, width] of [["black", 4], [colour, 2]]) {
    Object.assign(context, { strokeStyle: style, lineWidth: width * pixel, lineJoin: "round" });
    context.stroke(path);
  }
}

/** How many canvas pixels a pixel of the radiograph takes where all of it is seen. */
const fitting = (scene, width, height) => Math.min(width / scene.width, height / scene.height);
