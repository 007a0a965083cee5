// Keeps the readings in this tab, and says when the server does not answer. Streamlit calls it
// whenever the page has run.

const KEY = "radiograph-session";
const tab = { lost: false, told: "" };

// On a narrow screen the pages are listed in a drawer, which Streamlit leaves open over the page.
document.addEventListener("click", ({ target }) => {
  const close = '[data-testid="stSidebarCollapseButton"] button';
  if (target.closest('[data-testid="stSidebarNavLink"]')) document.querySelector(close)?.click();
});

export default function ({ data, parentElement, setTriggerValue }) {
  if (data.keep === null) tell(data, setTriggerValue);
  else if (data.keep) sessionStorage.setItem(KEY, data.keep);
  else sessionStorage.removeItem(KEY);
  const banner = parentElement.querySelector(".lost");
  banner.textContent = data.lost;
  const app = document.querySelector("[data-test-connection-state]");
  const look = () => {
    const connected = app.dataset.testConnectionState === "CONNECTED";
    banner.hidden = connected;
    if (connected && tab.lost) setTriggerValue("back", true); // the page runs again: it may be new
    tab.lost = !connected;
  };
  const watch = new MutationObserver(look);
  if (app) watch.observe(app, { attributes: true, attributeFilter: ["data-test-connection-state"] });
  return () => watch.disconnect();
}

/** Tell a new session, once, what an earlier one of this tab left. */
function tell(data, setTriggerValue) {
  const kept = sessionStorage.getItem(KEY);
  if (kept && tab.told !== data.session) setTriggerValue("found", kept);
  tab.told = data.session;
}
