// Hands files that are dropped or pasted anywhere, or chosen, to Streamlit's uploader, which is
// hidden; says what becomes of them; asks before a page with files or readings is left. Streamlit
// calls it whenever a page begins to run.

const BOX = ".st-key-receiver";
const CHOICES = ["choose-files", "choose-folder", "choose-readings"];
const NO_TEXT = ["range", "checkbox", "radio", "button", "submit", "file"];
const QUIET = 8000; // milliseconds after which a sentence goes
const MAX_ENTRIES = 10000; // of a folder
const tab = { data: null, root: null, said: "", problem: "", failed: 0, pasted: 0 };

const count = (icon) => document.querySelectorAll(`${BOX} [data-testid=stFileChipIcon${icon}]`).length;
const fill = (text, number) => text.replace("{count}", number);

function say(text) {
  tab.root.querySelector(".said").textContent = text;
  clearTimeout(tab.quiet);
  const hush = () => (count("Spinner") ? wait() : say(""));
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
    if (path !== file.name) Object.defineProperty(file, "webkitRelativePath", { value: path });
    files.push(file);
  }
  const unsent = found.length - files.length;
  tab.problem = unsent ? fill(data.unsent, unsent) : found.length ? "" : data.none;
  if (files.length) hand(files);
  say(files.length ? `${fill(data.sending, files.length)} ${tab.problem}` : tab.problem);
}

async function hand(files) {
  let input;
  while (!(input = document.querySelector(`${BOX} input[type=file]`))) {
    await new Promise((wait) => setTimeout(wait, 50)); // Streamlit loads its uploader when needed
  }
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
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

const target = (shown) => (tab.root.querySelector(".target").hidden = !shown);
const carries = (event) => tab.data && event.dataTransfer?.types.includes("Files");

for (const kind of ["dragenter", "dragover"]) {
  window.addEventListener(kind, (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    target(true);
  });
}
window.addEventListener("dragleave", (event) => {
  if (tab.data && !event.relatedTarget) target(false); // the mouse left the window
});
window.addEventListener("drop", async (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  target(false);
  take(await listed(event.dataTransfer));
});
window.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!tab.data || !files.length || inText(event.composedPath()[0])) return;
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
    if (!tab.data || !choice) return;
    event.stopPropagation(); // the server has nothing to do
    choose(choice);
  },
  true,
);
window.addEventListener("beforeunload", (event) => {
  if (tab.data?.loses || count("Spinner")) event.preventDefault();
});

export default function ({ data, parentElement }) {
  Object.assign(tab, { data, root: parentElement });
  parentElement.querySelector(".target").textContent = data.drop;
  const [id, sentence] = data.said;
  if (id !== tab.said) say(`${sentence} ${tab.problem}`);
  tab.said = id;
  const watch = new MutationObserver(() => {
    const failed = count("Error");
    if (failed > tab.failed) {
      tab.problem = fill(data.failed, failed - tab.failed);
      say(tab.problem);
    }
    tab.failed = failed;
  });
  watch.observe(document.querySelector(BOX), { childList: true, subtree: true });
  return () => {
    watch.disconnect();
    tab.data = null;
  };
}
