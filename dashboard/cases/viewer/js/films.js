// Films: a small picture of 8 bits that comes with the scene, and every pixel with all of its bits,
// which is asked for where the small one no longer shows what the file has.

const ASK_AGAIN = 60_000; // milliseconds after which an answer will no longer come
const NARROW_WINDOW = 50; // percent of the file's own, below which 256 greys are too few
const whole = new Map(); // by the film's id, of the films in view alone

/** A film of a scene, ready to draw. */
async function filmOf(data) {
  const places = await greyOf(data);
  const { width, height } = data;
  const levels = [{ places, width, height, step: 1 }];
  const shown = Float32Array.from({ length: 256 }, (_, grey) => grey / 255);
  return { ...data, small: { levels, width, height, shown } };
}

/** What a film is drawn from. */
const sourceOf = (film) => whole.get(film.id) ?? film.small;

/** Whether the file has more pixels than the small picture. */
const isLarger = (film) => film.columns > film.width || film.rows > film.height;

/** Whether a film is shown with every pixel and bit of its file. */
const isComplete = (film) => whole.has(film.id) || !(isLarger(film) || film.bits > 8);

/** Whether what is seen of a film asks for more than its small picture has. */
function asksForWhole(viewer, film, scale) {
  if (isComplete(film)) return false;
  if (viewer.detail) return true;
  return (isLarger(film) && state.zoom > 1 && scale > 1) || (film.bits > 8 && state.window < NARROW_WINDOW);
}

/** Ask for every pixel of a film, of one film at a time. */
function askFor(viewer, film) {
  const { asked } = viewer;
  if (asked && performance.now() - asked.at < ASK_AGAIN && !whole.has(asked.id)) return;
  viewer.asked = { id: film.id, at: performance.now() };
  viewer.ask("wanted", film.id);
}

/**
 * Take what the server sends: the length of a header, the header, then deflated the grey that each
 * level is shown as (float32), the higher bytes of all pixels where there are any, the lower ones.
 */
async function takeWhole(viewer, bytes) {
  const start = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)));
  const film = viewer.scene?.films.find(({ id }) => id === header.id);
  if (!film || whole.has(film.id)) return;
  const body = new Blob([bytes.subarray(start)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const values = await new Response(body).arrayBuffer();
  const { width, height, levels } = header;
  const shown = new Float32Array(values, 0, levels);
  const places = joined(new Uint8Array(values, 4 * levels), width * height);
  whole.set(film.id, { levels: halved({ places, width, height, step: 1 }), width, height, shown });
  refresh(viewer);
  announce(viewer, "announceWhole", header);
  viewer.ask("seen", film.id);
}

/** Places of levels from their bytes: as they are, or the higher ones before the lower ones. */
function joined(bytes, count) {
  if (bytes.length === count) return bytes;
  const places = new Uint16Array(count);
  for (let pixel = 0; pixel < count; pixel++) {
    places[pixel] = (bytes[pixel] << 8) | bytes[count + pixel];
  }
  return places;
}

/** A picture with its copies of half the size, a quarter ..., each pixel the mean of four. */
function halved(first) {
  const levels = [first];
  for (let last = first; Math.min(last.width, last.height) > 256; last = levels.at(-1)) {
    const [width, height] = [last.width >> 1, last.height >> 1];
    const places = new first.places.constructor(width * height);
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0, from = 2 * y * last.width; x < width; x++, from += 2) {
        const above = last.places[from] + last.places[from + 1];
        const below = last.places[from + last.width] + last.places[from + last.width + 1];
        places[at++] = (above + below + 2) >> 2;
      }
    }
    levels.push({ places, width, height, step: 2 * last.step });
  }
  return levels;
}

/** Forget the pixels of films that are no longer in view. */
function keepOnly(films) {
  for (const id of whole.keys()) {
    if (!films.some((film) => film.id === id)) whole.delete(id);
  }
}
