// Goes to the top of the page once another file is in view: it may have been chosen further down.

let shown = null; // while the tab is open, whatever the page

export default function ({ data }) {
  if (data && data !== shown) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  shown = data;
}
