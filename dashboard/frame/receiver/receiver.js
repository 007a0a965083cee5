// Hands files that are dropped or pasted anywhere, or chosen, to Streamlit's uploader, which is
// hidden; says what becomes of them; asks before a page with files or readings is left. Streamlit
// calls it whenever a page begins to run.

const BOX = ".st-key-receiver";
const CHOICES = ["choose-files", "choose-folder", "choose-readings"];
const NO_TEXT = ["range", "checkbox", "radio", "button", "submit", "file"];
const QUIET = 8000; // milliseconds after which a sentence goes
const LEFT = 1000; // milliseconds without a word of a mouse that drags, after which it has left
const MAX_ENTRIES = 10000; // of a folder
const TRIES = 15;
const ANSWER = 2000; // milliseconds that the server may take to say where to send files
const tab = {
  data: null,
  said: "",
  problem: "",
  failed: 0,
  pasted: 0,
  handed: Date.now(), // no number of an earlier visit to the page comes again
  handing: Promise.resolve(),
  pending: new Map(), // number -> file that the uploader shows and the server has not taken yet
};

const count = (part) => document.querySelectorAll(`${BOX} [data-testid=stFileChip${part}]`).length;
const listens = () => tab.data && document.querySelector(BOX); // not where one has to log in first
const fill = (text, number) => text.replace("{count}", number);

function say(text) {
  tab.root.querySelector(".said").textContent = text;
  clearTimeout(tab.quiet);
  const hush = () => (count("IconSpinner") ? wait() : say(""));
  const wait = () => (tab.quiet = setTimeout(hush, tab.problem ? 4 * QUIET : QUIET));
  if (text) wait();
}

/** Give files to the uploader, as many as it may take at once. */
async function take(found) {
  const { data } = tab;
  const ordered = found.some(({ path }) => path.includes("/"))
    ? found.sort((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }))
    : found;
  const files = [];
  let size = 0;
  for (const { path, open } of ordered) {
    if (files.length === data.files) break;
    const file = await Promise.resolve(open()).catch(() => null); // gone meanwhile, or locked
    if (!file || size + file.size > data.bytes) continue;
    size += file.size;
    files.push(numbered(file, path));
  }
  const unsent = found.length - files.length;
  tab.problem = unsent ? fill(data.unsent, unsent) : found.length ? "" : data.none;
  if (files.length) tab.handing = tab.handing.then(() => hand(files));
  say(files.length ? `${fill(data.sending, files.length)} ${tab.problem}` : tab.problem);
}

/**
 * Give a file a name that no other has, which the server takes off again. What has a meaning in the
 * header that the name is sent in is escaped: browsers leave some of it, and the server all of it.
 */
function numbered(file, path) {
  tab.handed += 1;
  const number = `handed-${tab.handed}`;
  const value = `${number}/${path.replace(/[%"\\\r\n]/g, encodeURIComponent)}`;
  return Object.defineProperty(new File([file], number), "webkitRelativePath", { value });
}

/**
 * Hand files over until the uploader shows them: where a run of the page begins at that moment,
 * Streamlit drops its answer to the question where to send them. A late answer brings a file twice;
 * the server takes it once.
 */
async function hand(files) {
  tab.waiting = true;
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  const there = () => chip(files.at(-1));
  for (let tries = 0; tries < TRIES && !there(); tries += 1) {
    const input = await until(() => document.querySelector(`${BOX} input[type=file]`));
    if (!input) continue; // Streamlit loads its uploader when it is needed
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    await until(there);
  }
  tab.waiting = false;
  if (!there()) return fail(files.length);
  for (const file of files) tab.pending.set(file.name, file);
  clearInterval(tab.looking);
  tab.looking = setInterval(lookAfter, ANSWER);
}

/** Where the uploader shows a file. */
function chip(file) {
  const title = CSS.escape(file.webkitRelativePath);
  const name = document.querySelector(`${BOX} [data-testid=stFileChipName][title=${title}]`);
  return name?.closest("[data-testid=stFileChip]");
}

/**
 * Hand over again what the uploader shows no longer, though the server has not taken it: Streamlit
 * may draw its uploader anew, which then knows only what it told the server of.
 */
function lookAfter() {
  for (const number of tab.data.taken) tab.pending.delete(number);
  const lost = [...tab.pending.values()].filter((file) => !chip(file));
  for (const file of lost) tab.pending.delete(file.name);
  if (lost.length) tab.handing = tab.handing.then(() => hand(lost));
  for (const [number, file] of tab.pending) {
    if (chip(file).querySelector("[data-testid=stFileChipIconError]")) tab.pending.delete(number);
  }
  if (!tab.pending.size) clearInterval(tab.looking);
}

async function until(condition) {
  const end = performance.now() + ANSWER;
  while (!condition() && performance.now() < end) await new Promise((wait) => setTimeout(wait, 20));
  return condition();
}

function fail(number) {
  tab.problem = fill(tab.data.failed, number);
  say(tab.problem);
}

const asFound = (file) => ({ path: file.webkitRelativePath || file.name, open: () => file });

/** List what was dropped, folders with all that is in them. */
async function listed(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const entries = items.map((item) => {
    const entry = item.webkitGetAsEntry?.();
    return entry?.isDirectory ? entry : asFound(item.getAsFile());
  });
  const found = [];
  for (const entry of entries) {
    if (entry.open) found.push(entry);
    else await walk(entry, found);
  }
  return found;
}

async function walk(folder, found) {
  const reader = folder.createReader();
  while (found.length < MAX_ENTRIES) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const entry of some) {
      if (entry.isDirectory) await walk(entry, found);
      else {
        const open = () => new Promise((resolve, reject) => entry.file(resolve, reject));
        found.push({ path: entry.fullPath.slice(1), open });
      }
    }
  }
}

/** Let the visitor choose files, a folder or a table of readings. */
function choose(choice) {
  const input = document.createElement("input");
  Object.assign(input, { type: "file", multiple: true, webkitdirectory: choice === CHOICES[1] });
  if (choice === CHOICES[2]) input.accept = ".csv";
  input.addEventListener("change", () => take([...input.files].map(asFound)));
  input.click();
  tab.input = input; // until the next one, so that it is there when the visitor has chosen
}

const inText = (element) =>
  element.isContentEditable ||
  element.tagName === "TEXTAREA" ||
  (element.tagName === "INPUT" && !NO_TEXT.includes(element.type));

/** Show where to drop as long as something is over the window, which browsers say all the time. */
function target(shown) {
  tab.root.querySelector(".target").hidden = !shown;
  clearTimeout(tab.over);
  if (shown) tab.over = setTimeout(() => target(false), LEFT);
}

const UPLOADER = "[data-testid=stFileUploader]"; // of a page, which takes what is dropped on it
const isTaken = (event) => event.composedPath().some((element) => element.matches?.(UPLOADER));
const carries = (event) =>
  listens() && event.dataTransfer?.types.includes("Files") && !isTaken(event);

for (const kind of ["dragenter", "dragover"]) {
  window.addEventListener(kind, (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    target(true);
  });
}
window.addEventListener("drop", async (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  target(false);
  take(await listed(event.dataTransfer));
});
window.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!listens() || !files.length || inText(event.composedPath()[0])) return;
  event.preventDefault();
  take(files.map((file) => ({ ...asFound(file), path: pastedName(file) })));
});

/** A picture without a file has the same name each time. */
function pastedName(file) {
  if (file.name !== "image.png") return file.name;
  tab.pasted += 1;
  return `${tab.data.pasted} ${tab.pasted}.png`;
}

window.addEventListener(
  "click",
  (event) => {
    const choice = CHOICES.find((key) => event.target.closest?.(`.st-key-${key} button`));
    if (!listens() || !choice) return;
    event.stopPropagation(); // the server has nothing to do
    choose(choice);
  },
  true,
);
window.addEventListener("beforeunload", (event) => {
  // Who stayed after "Log out" would be logged in again by a reload: the browser has the cookie.
  if (document.activeElement?.closest(".st-key-log-out")) return;
  if (listens() && (tab.data.loses || tab.waiting || count("IconSpinner"))) event.preventDefault();
});

export default function ({ data, parentElement }) {
  Object.assign(tab, { data, root: parentElement });
  parentElement.querySelector(".target").textContent = data.drop;
  const [id, sentence] = data.said;
  if (id !== tab.said) say(`${sentence} ${tab.problem}`);
  tab.said = id;
  const watch = new MutationObserver(() => {
    const failed = count("IconError");
    if (failed > tab.failed) fail(failed - tab.failed);
    tab.failed = failed;
  });
  watch.observe(document.querySelector(BOX), { childList: true, subtree: true });
  return () => watch.disconnect();
}
