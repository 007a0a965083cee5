// Where a film lies in its panel: moved, zoomed, turned, flipped.

const QUARTERS = [[1, 0], [0, 1], [-1, 0], [0, -1]]; // cosine and sine, without rounding

/** The sides of a film as they lie in its panel. */
const turned = ({ width, height }) => (state.turn % 2 ? [height, width] : [width, height]);

/** How many canvas pixels a pixel of the small picture takes. */
function scaleOf({ film, canvas }) {
  const [across, down] = turned(film);
  return state.zoom * Math.min(canvas.width / across, canvas.height / down);
}

/** From pixels of a film's small picture to those of the panel's canvas. */
function matrixOf({ film, canvas }) {
  const [cosine, sine] = QUARTERS[state.turn];
  const scale = scaleOf({ film, canvas });
  return new DOMMatrix()
    .translate(canvas.width / 2, canvas.height / 2)
    .scale(state.flip ? -1 : 1, 1)
    .multiply(new DOMMatrix([cosine, sine, -sine, cosine, 0, 0]))
    .scale(scale)
    .translate(-state.x * film.width, -state.y * film.height);
}

/** The place of a film under a point of the page, as shares of its sides. */
function placeAt(panel, { clientX, clientY }) {
  const { canvas, film } = panel;
  const box = canvas.getBoundingClientRect();
  const [x, y] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
  const point = matrixOf(panel).inverse().transformPoint({ x: x * canvas.width, y: y * canvas.height });
  return { x: point.x / film.width, y: point.y / film.height };
}

/** What a way across a canvas, in shares of its sides, is on the film, in shares of its sides. */
function wayOn({ canvas, film }, across, down) {
  const back = matrixOf({ canvas, film }).inverse();
  const [x, y] = [across * canvas.width, down * canvas.height];
  return { x: (back.a * x + back.c * y) / film.width, y: (back.b * x + back.d * y) / film.height };
}

/** The part of a picture with a matrix that a canvas shows: {x, y, width, height} in its pixels. */
function seenOf(matrix, canvas, { width, height }) {
  const back = matrix.inverse();
  const corners = [[0, 0], [canvas.width, canvas.height]].map(([x, y]) => back.transformPoint({ x, y }));
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  const left = Math.max(0, Math.floor(Math.min(...xs)) - 1);
  const top = Math.max(0, Math.floor(Math.min(...ys)) - 1);
  const right = Math.min(width, Math.ceil(Math.max(...xs)) + 1);
  const bottom = Math.min(height, Math.ceil(Math.max(...ys)) + 1);
  return { x: left, y: top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}

/** Keep the film's edges at the panel's, or the film in its middle where it is smaller. */
function keepInView(panel) {
  const { canvas, film } = panel;
  const scale = scaleOf(panel);
  const seen = state.turn % 2 ? [canvas.height, canvas.width] : [canvas.width, canvas.height];
  [["x", film.width, seen[0]], ["y", film.height, seen[1]]].forEach(([axis, side, pixels]) => {
    const room = Math.min(0.5, pixels / (2 * scale * side));
    state[axis] = Math.min(1 - room, Math.max(room, state[axis]));
  });
}
