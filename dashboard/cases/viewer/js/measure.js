// Lines drawn by hand: a length, heart and chest for the cardiothoracic ratio; the scale.

const NEXT = { length: "", heart: "chest", chest: "" }; // what is drawn after a line of each kind
const CURSOR_STEP = 0.02; // of what is seen, for an arrow key; a tenth of it with Shift
const SHORTEST = 0.005; // of a film's side, that a drawn line has at least
const BARS = [200, 100, 50, 20, 10, 5, 2, 1]; // mm that a scale may be long

const lines = []; // {film, kind, from, to}, places as shares of the film's sides

/** Begin to draw lines of a kind, or stop. */
function measure(viewer, kind) {
  const stops = !kind || viewer.tool === kind || (viewer.tool && NEXT[kind] === viewer.tool);
  Object.assign(viewer, { tool: stops ? "" : kind, start: null, cursor: { x: state.x, y: state.y } });
  viewer.measured = leader(viewer).film.file;
  refresh(viewer);
  announce(viewer, stops ? "announceDrawn" : `announce_${kind}`);
}

/** Put an end of a line where the cursor is. */
function putEnd(viewer, film) {
  if (!viewer.start) {
    viewer.start = { ...viewer.cursor };
    announce(viewer, "announceStart");
  } else if (Math.hypot(viewer.cursor.x - viewer.start.x, viewer.cursor.y - viewer.start.y) > SHORTEST) {
    lines.push({ film: film.file, kind: viewer.tool, from: viewer.start, to: { ...viewer.cursor } });
    viewer.start = null;
    viewer.tool = NEXT[viewer.tool];
    clearTimeout(viewer.saying);
    viewer.status.textContent = viewer.tool
      ? viewer.scene.words[`announce_${viewer.tool}`]
      : results(viewer.scene, film).at(-1);
  }
  refresh(viewer);
}

/** Remove the last line on the films in view. */
function removeLine(viewer) {
  const last = lines.findLastIndex((line) => viewer.scene.films.some(({ file }) => file === line.film));
  Object.assign(viewer, { tool: "", start: null });
  if (last >= 0) {
    lines.splice(last, 1);
    announce(viewer, "announceRemoved");
  }
  refresh(viewer);
}

/** How long a line is on a film: mm where the file says how large its pixels are. */
function lengthOf({ columns, rows, spacing }, { from, to }) {
  const [across, down] = spacing ? [spacing.across, spacing.down] : [1, 1];
  return Math.hypot((to.x - from.x) * columns * across, (to.y - from.y) * rows * down);
}

const number = ({ words }, value, digits) =>
  new Intl.NumberFormat(words.language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

/** A length with its unit. */
const written = (scene, film, line) =>
  film.spacing
    ? fill(scene.words.millimetres, { value: number(scene, lengthOf(film, line), 1) })
    : fill(scene.words.pixels, { value: number(scene, lengthOf(film, line), 0) });

/** What the lines on a film say, a sentence each. */
function results(scene, film) {
  const said = [];
  let heart = null;
  for (const line of lines.filter((each) => each.film === film.file)) {
    if (line.kind === "heart") heart = line;
    if (line.kind === "length") said.push(fill(scene.words.lengthIs, { value: written(scene, film, line) }));
    if (line.kind === "chest" && heart) {
      const ratio = number(scene, lengthOf(film, heart) / lengthOf(film, line), 2);
      const [one, other] = [heart, line].map((each) => written(scene, film, each));
      said.push(fill(scene.words.ratioIs, { heart: one, chest: other, ratio }));
    }
  }
  return said;
}

/** Draw the lines of a film, the one under way, the cursor; then the scale and how it is turned. */
function drawMeasures(viewer, panel, context, matrix, ratio) {
  const { film } = panel;
  const at = ({ x, y }) => matrix.transformPoint({ x: x * film.width, y: y * film.height });
  const drawn = lines.filter((line) => line.film === film.file);
  if (viewer.tool && viewer.start && viewer.measured === film.file) {
    drawn.push({ kind: viewer.tool, from: viewer.start, to: viewer.cursor });
  }
  for (const line of drawn) {
    const [from, to] = [at(line.from), at(line.to)];
    stroke(context, ratio, [from, to]);
    const { x, y } = from.x > to.x ? from : to;
    write(context, ratio, written(viewer.scene, film, line), x + 6 * ratio, y);
  }
  if (viewer.tool && viewer.measured === film.file) {
    const { x, y } = at(viewer.cursor);
    const arm = 8 * ratio;
    stroke(context, ratio, [{ x: x - arm, y }, { x: x + arm, y }]);
    stroke(context, ratio, [{ x, y: y - arm }, { x, y: y + arm }]);
  }
  if (panel.kind === "map" && showsMap(panel)) return;
  drawScale(viewer, panel, context, matrix, ratio);
  write(context, ratio, marksOf(viewer, ["turn", "flip"]).join(", "), 8 * ratio, 18 * ratio);
}

/** Draw how long some millimetres are, at most a third of the panel. */
function drawScale({ scene }, { film, canvas }, context, matrix, ratio) {
  if (!film.spacing) return;
  const back = matrix.inverse();
  const [columns, rows] = [film.columns / film.width, film.rows / film.height];
  const mm = Math.hypot(back.a * columns * film.spacing.across, back.b * rows * film.spacing.down);
  const bar = BARS.find((length) => length / mm <= canvas.width / 3);
  if (!bar) return;
  const [left, y] = [10 * ratio, canvas.height - 12 * ratio];
  const right = left + bar / mm;
  const tick = 4 * ratio;
  stroke(context, ratio, [{ x: left, y: y - tick }, { x: left, y }, { x: right, y }, { x: right, y: y - tick }]);
  write(context, ratio, fill(scene.words.millimetres, { value: bar }), left, y - 6 * ratio);
}

function stroke(context, ratio, points) {
  context.beginPath();
  points.forEach(({ x, y }, index) => context[index ? "lineTo" : "moveTo"](x, y));
  for (const [style, width] of [["black", 4], ["white", 1.5]]) {
    Object.assign(context, { strokeStyle: style, lineWidth: width * ratio, lineCap: "round" });
    context.stroke();
  }
}

function write(context, ratio, text, x, y) {
  Object.assign(context, { font: `${13 * ratio}px sans-serif`, lineWidth: 3 * ratio, lineJoin: "round" });
  Object.assign(context, { strokeStyle: "black", fillStyle: "white" });
  const left = Math.max(0, Math.min(x, context.canvas.width - context.measureText(text).width - 4 * ratio));
  context.strokeText(text, left, y);
  context.fillText(text, left, y);
}
