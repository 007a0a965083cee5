// Tools for the whole viewer: full screen, what is seen as a PNG file.

const LINE = 20; // CSS pixels from one line of text below a saved picture to the next

/** What was done to the films, in words: of turn, flip, invert, window. */
function marksOf({ scene: { words } }, which) {
  const { turn, flip, invert, window, level } = state.original ? { ...FRESH, turn: state.turn, flip: state.flip } : state;
  const marks = {
    turn: turn ? fill(words.markTurn, { degrees: 90 * turn }) : "",
    flip: flip ? words.markFlip : "",
    invert: invert ? words.markInvert : "",
    window:
      window !== FRESH.window || level !== FRESH.level
        ? fill(words.announceWindow, { window: percent(window), level: percent(level) })
        : "",
  };
  return which.map((name) => marks[name]).filter(Boolean);
}

async function toggleFullScreen(viewer) {
  const { root } = viewer;
  if (root.getRootNode().fullscreenElement === root) await document.exitFullscreen();
  else await root.requestFullscreen().catch(() => announce(viewer, "announceNoFullScreen"));
}

/** The lines below a saved picture: what each shows, its resolution, what was done, the notice. */
function saidBelow(viewer) {
  const { words, films } = viewer.scene;
  const captions = visiblePanels(viewer).flatMap((panel) => wordsOf(viewer, panel).caption);
  const measured = films.flatMap((film) => [resolutionOf(viewer, film), ...results(viewer.scene, film)]);
  const done = marksOf(viewer, ["turn", "flip", "invert", "window"]).join(" · ");
  return [...new Set([...captions, ...measured, done, words.notice])].filter(Boolean);
}

/** Part a text where a line would be wider than there is room. */
function wrapped(context, text, width) {
  const rows = [""];
  for (const word of text.split(" ")) {
    const longer = rows.at(-1) ? `${rows.at(-1)} ${word}` : word;
    if (context.measureText(longer).width > width && rows.at(-1)) rows.push(word);
    else rows[rows.length - 1] = longer;
  }
  return rows;
}

/** Save what is seen as a PNG file, made in the browser. */
async function save(viewer) {
  const panels = visiblePanels(viewer);
  const ratio = globalThis.devicePixelRatio || 1;
  const stage = viewer.stage.getBoundingClientRect();
  const boxes = panels.map(({ canvas }) => canvas.getBoundingClientRect());
  const bottom = Math.max(...boxes.map((box) => box.bottom - stage.top));
  const margin = LINE * ratio;
  const width = Math.max(320 * ratio, Math.round(stage.width * ratio));
  const context = hiddenCanvas(width, 1).getContext("2d");
  const font = `${13 * ratio}px sans-serif`;
  context.font = font;
  const rows = saidBelow(viewer).flatMap((text) => wrapped(context, text, width - 2 * margin));
  context.canvas.height = Math.round(bottom * ratio + (rows.length + 1) * margin);
  context.fillStyle = "black";
  context.fillRect(0, 0, width, context.canvas.height);
  panels.forEach(({ canvas }, index) =>
    context.drawImage(canvas, (boxes[index].left - stage.left) * ratio, (boxes[index].top - stage.top) * ratio));
  Object.assign(context, { font, fillStyle: "white" });
  rows.forEach((row, index) => context.fillText(row, margin, bottom * ratio + (index + 1) * margin));
  const file = await new Promise((done) => context.canvas.toBlob(done, "image/png"));
  const href = URL.createObjectURL(file);
  make("a", { href, download: "radiograph.png" }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
  announce(viewer, "announceSaved");
}
