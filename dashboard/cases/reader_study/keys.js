// Keys of the reading form, wherever the focus is: 1 to 4 choose a class, Enter saves.

const FORM = ".st-key-reading-first";
const TYPED = "textarea, select, [contenteditable], input:not([type=radio])";
const OWN_ENTER = "button, a, summary, [role=option]";

export default function () {
  const onKey = (event) => {
    const [target] = event.composedPath();
    const form = document.querySelector(FORM);
    const other = event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing;
    if (!form || other || target.matches?.(TYPED)) return;
    const enter = event.key === "Enter" && !target.closest?.(OWN_ENTER);
    const control = enter
      ? form.querySelector("[data-testid=stFormSubmitButton] button")
      : form.querySelectorAll("[role=radiogroup] input[type=radio]")[Number(event.key) - 1];
    if (!control) return;
    event.preventDefault();
    event.stopPropagation(); // the viewer takes 1 to 4 for the class of a map
    control.click();
  };
  window.addEventListener("keydown", onKey, true); // before the viewer has it
  return () => window.removeEventListener("keydown", onKey, true);
}
