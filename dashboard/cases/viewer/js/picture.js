// Decoding of the payload: the radiograph's grey, maps as large as the radiograph and in colour.
// The files of this folder are joined to one module in the order that __init__.py gives.

/** The bytes of a base64 text. */
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** A canvas that is never shown. */
function hiddenCanvas(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** Four bytes of an opaque pixel of one grey, as they lie in memory. */
const greyPixel = (grey) => (255 << 24) | (grey << 16) | (grey << 8) | grey;

/** The grey of a picture {src, width, height}, one byte a pixel. */
async function greyOf({ src, width, height }) {
  const image = new Image();
  image.src = src;
  await image.decode();
  const context = hiddenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const rgba = context.getImageData(0, 0, width, height).data;
  return Uint8Array.from({ length: width * height }, (_, pixel) => rgba[4 * pixel]);
}

const SHARPNESS = -0.75; // of the bicubic kernel, as in OpenCV, so that Python draws the same map

/** Which cells, with which weights, make each place of a line that is enlarged. */
function cubicTaps(cells, places) {
  const a = SHARPNESS;
  const near = (t) => ((a + 2) * t - (a + 3)) * t * t + 1;
  const far = (t) => ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
  return Array.from({ length: places }, (_, place) => {
    const position = ((place + 0.5) * cells) / places - 0.5;
    const first = Math.floor(position);
    const t = position - first;
    const weights = [far(t + 1), near(t), near(1 - t), far(2 - t)];
    const inside = (cell) => Math.min(cells - 1, Math.max(0, cell));
    return weights.map((weight, tap) => [inside(first - 1 + tap), weight]);
  });
}

/**
 * Enlarge a map {width, height, data} to the size of a radiograph.
 * @returns {Uint8ClampedArray} heat from 0 to 255, one byte a pixel.
 */
function enlarged(map, width, height) {
  const cells = bytesOf(map.data);
  const across = cubicTaps(map.width, width);
  const wide = new Float32Array(map.height * width);
  for (let row = 0; row < map.height; row++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const [cell, weight] of across[x]) sum += weight * cells[row * map.width + cell];
      wide[row * width + x] = sum;
    }
  }
  const heat = new Uint8ClampedArray(width * height);
  cubicTaps(map.height, height).forEach((taps, y) => {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const [row, weight] of taps) sum += weight * wide[row * width + x];
      heat[y * width + x] = sum;
    }
  });
  return heat;
}

/** Heat in its colours: opaque for a map alone, else the more opaque the hotter it is. */
function coloured(heat, palette, width, height, alone) {
  const canvas = hiddenCanvas(width, height);
  const picture = new ImageData(width, height);
  const rgba = picture.data;
  for (let pixel = 0, at = 0; pixel < heat.length; pixel++, at += 4) {
    const hot = heat[pixel];
    rgba[at] = palette[3 * hot];
    rgba[at + 1] = palette[3 * hot + 1];
    rgba[at + 2] = palette[3 * hot + 2];
    rgba[at + 3] = alone ? 255 : hot;
  }
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}
