// Asks before a page with files or readings is left, keeps the readings in this tab, and says when
// the server does not answer. Streamlit calls it whenever the page has run.

const KEY = "radiograph-session";
const tab = { loses: false, lost: false, told: "" };

window.addEventListener("beforeunload", (event) => {
  // Who stayed after "Log out" would be logged in again by a reload: the browser still has the cookie.
  const leaves = document.activeElement?.closest(".st-key-log-out");
  if (tab.loses && !leaves) event.preventDefault();
});

export default function ({ data, parentElement, setTriggerValue }) {
  tab.loses = data.loses;
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
  return () => {
    watch.disconnect();
    tab.loses = false;
  };
}

/** Tell a new session, once, what an earlier one of this tab left. */
function tell(data, setTriggerValue) {
  const kept = sessionStorage.getItem(KEY);
  if (kept && tab.told !== data.session) setTriggerValue("found", kept);
  tab.told = data.session;
}
