// Lists the loaded files, each with a button that removes it.

export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector("ul");
  const buttons = () => [...list.querySelectorAll("button")];
  const focused = buttons().indexOf(list.getRootNode().activeElement);
  const row = ({ key, name, note }) => {
    const line = document.createElement("li");
    const words = document.createElement("span");
    words.textContent = note ? `${name} (${note})` : name;
    words.title = words.textContent;
    const button = document.createElement("button");
    button.textContent = "✕";
    button.title = data.remove.replace("{name}", () => name);
    button.ariaLabel = button.title;
    button.addEventListener("click", () => setTriggerValue("remove", key));
    line.append(words, button);
    return line;
  };
  list.ariaLabel = data.label;
  list.replaceChildren(...data.files.map(row));
  if (focused >= 0) buttons()[Math.min(focused, data.files.length - 1)]?.focus();
}
