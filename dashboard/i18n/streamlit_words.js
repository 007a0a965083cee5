// Says in the page's language what Streamlit itself says in English. Streamlit calls it whenever the
// page has run.

const NAMES = ["aria-label", "title", "placeholder"];
// What the project writes is translated where it is made.
const OURS = '[data-testid="stMain"] :is([data-testid="stMarkdownContainer"], table, pre)';
const THEIRS = '[data-testid="stFileUploader"]'; // though its button is such a container
const told = { exact: new Map(), around: [] };
const watch = new MutationObserver((changes) => {
  for (const { type, target, attributeName, addedNodes } of changes) {
    if (type === "attributes") name(target, attributeName);
    else if (type === "characterData") say(target);
    else addedNodes.forEach(all);
  }
});

export default function ({ data }) {
  told.exact = new Map(data.words.filter(([from]) => !from.includes("{what}")));
  told.around = data.words.filter(([from]) => from.includes("{what}")).map(pattern);
  all(document.body);
  const seen = { subtree: true, childList: true, characterData: true };
  watch.observe(document.body, { ...seen, attributeFilter: NAMES });
}

/** Make what finds a phrase around other words, with its translation. */
function pattern([from, to]) {
  const parts = from.split("{what}").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return [new RegExp(`^${parts.join("(.+)")}$`, "s"), to];
}

function translated(words) {
  const known = told.exact.get(words);
  if (known) return known;
  for (const [from, to] of told.around) {
    const found = words.match(from);
    if (found) return to.replace("{what}", () => found[1]);
  }
  return words;
}

function all(node) {
  if (node.nodeType === Node.TEXT_NODE) say(node);
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  const tree = document.createTreeWalker(node, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let next = node; next; next = tree.nextNode()) {
    if (next.nodeType === Node.TEXT_NODE) say(next);
    else NAMES.forEach((attribute) => name(next, attribute));
  }
}

function say(text) {
  const words = text.nodeValue;
  const other = translated(words);
  const near = text.parentElement;
  if (other !== words && (!near?.closest(OURS) || near.closest(THEIRS))) text.nodeValue = other;
}

function name(element, attribute) {
  const words = element.getAttribute(attribute);
  if (!words) return;
  const other = translated(words);
  if (other !== words) element.setAttribute(attribute, other);
}
