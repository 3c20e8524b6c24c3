/** Browser code: a click on a cell opens its detail in a dialog; "#detail=<id>" in the address does too. */
export const DETAIL_SCRIPT = `
function startDetails() {
  const dialog = document.getElementById("detail");
  const title = document.getElementById("detail-title");
  const body = document.getElementById("detail-body");
  let details;
  const field = ({ label, value, block, href }) => {
    const box = document.createElement("div");
    box.className = block ? "block" : "line";
    const name = document.createElement("h3");
    name.textContent = label;
    const text = document.createElement(href ? "a" : block ? "pre" : "p");
    if (href) text.setAttribute("href", href);
    text.textContent = typeof value === "number" ? value.toLocaleString("en-US", { maximumFractionDigits: 8 }) : value;
    box.append(name, text);
    return box;
  };
  const open = (id) => {
    details ??= JSON.parse(document.querySelector('script[data-for="details"]').textContent);
    if (!Object.hasOwn(details, id)) return;
    title.textContent = details[id].title;
    body.replaceChildren(...details[id].fields.map(field));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    history.replaceState(null, "", "#detail=" + encodeURIComponent(id));
  };
  const fromAddress = () => {
    if (location.hash.startsWith("#detail=")) open(decodeURIComponent(location.hash.slice(8)));
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-detail]");
    if (button) open(button.dataset.detail);
    else if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
  dialog.addEventListener("close", () => history.replaceState(null, "", location.pathname + location.search));
  addEventListener("hashchange", fromAddress);
  fromAddress();
}
startDetails();
`;
