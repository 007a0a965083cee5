// Keys of the page, wherever the focus is but in a text field: n and p step through the files; 1 to
// 4 choose a class of the reading form, Enter saves it. A button's own shortcut would not do where
// the focus is on a switch or a choice. Once another file is in view the page goes to its top, as it
// may have been chosen further down.

const FORM = ".st-key-reading-first";
const BUTTONS = {
  n: ".st-key-step-n button:enabled",
  p: ".st-key-step-p button:enabled",
  Enter: `${FORM} [data-testid=stFormSubmitButton] button`,
};
const TYPED =
  "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=file])";
const OWN_ENTER = "button, a, summary, [role=option]";

let shown = null; // while the tab is open, whatever the page

export default function ({ data: { file } }) {
  if (file && file !== shown) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  shown = file;
  window.addEventListener("keydown", onKey, true); // before the viewer, which takes 1 to 4 too
  return () => window.removeEventListener("keydown", onKey, true);
}

function onKey(event) {
  const [target] = event.composedPath();
  const other = event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing;
  if (other || target.matches?.(TYPED)) return;
  if (event.key === "Enter" && target.closest?.(OWN_ENTER)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const control = Object.hasOwn(BUTTONS, key)
    ? document.querySelector(BUTTONS[key])
    : document.querySelectorAll(`${FORM} [role=radiogroup] input[type=radio]`)[Number(key) - 1];
  if (!control) return;
  event.preventDefault();
  event.stopPropagation();
  control.click();
}
