/** Browser code: tables sort, filter and turn pages over their embedded rows. Texts go in as textContent only. */
export const TABLE_SCRIPT = String.raw`
function cellValue(cell) {
  return cell !== null && typeof cell === "object" ? cell.v : cell;
}
function cellText(value, digits) {
  if (value === null || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits ?? 0, maximumFractionDigits: digits ?? 3 });
}
// Empty cells come last in either direction; numbers before texts.
function compareCells(a, b, sign) {
  const none = (value) => value === null || value === "";
  if (none(a) || none(b)) return Number(none(a)) - Number(none(b));
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return sign * String(a).localeCompare(String(b), "en", { numeric: true });
}
// The rows to show: filtered by every word of the query, then sorted; equal rows keep their order.
function visibleRows(rows, digits, query, sort) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (row) => row.map((cell, index) => cellText(cellValue(cell), digits[index])).join("\n").toLowerCase();
  const kept = words.length === 0 ? [...rows] : rows.filter((row) => words.every((word) => text(row).includes(word)));
  if (!sort) return kept;
  return kept.sort((a, b) => compareCells(cellValue(a[sort.column]), cellValue(b[sort.column]), sort.sign));
}
function startTable(root) {
  const { digits, pageRows, rows } = JSON.parse(root.querySelector("script").textContent);
  const headings = [...root.querySelectorAll("th")];
  const body = root.querySelector("tbody");
  const place = root.querySelector("[data-place]");
  const filter = root.querySelector("[data-filter]");
  let page = 0;
  let sort = null;
  let shown = rows;
  const tableCell = (cell, index) => {
    const td = document.createElement("td");
    td.className = headings[index].className;
    const text = cellText(cellValue(cell), digits[index]);
    if (cell !== null && typeof cell === "object" && cell.f) td.dataset.failed = "";
    if (cell === null || typeof cell !== "object" || cell.d === undefined) {
      td.textContent = text;
      return td;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "open";
    button.dataset.detail = cell.d;
    button.textContent = text;
    td.append(button);
    return td;
  };
  const draw = () => {
    const pages = Math.max(1, Math.ceil(shown.length / pageRows));
    page = Math.min(Math.max(page, 0), pages - 1);
    const from = page * pageRows;
    const lines = shown.slice(from, from + pageRows).map((row) => {
      const tr = document.createElement("tr");
      tr.append(...row.map(tableCell));
      return tr;
    });
    body.replaceChildren(...lines);
    const count = (n) => n.toLocaleString("en-US");
    if (place) {
      const span = shown.length === 0 ? "no rows" : count(from + 1) + "–" + count(from + lines.length) + " of " + count(shown.length);
      place.textContent = shown.length === rows.length ? span : span + " (" + count(rows.length) + " in all)";
    }
    for (const button of root.querySelectorAll("[data-turn]")) {
      const next = page + Number(button.dataset.turn);
      button.disabled = next < 0 || next >= pages;
    }
  };
  const select = () => {
    shown = visibleRows(rows, digits, filter ? filter.value : "", sort);
    page = 0;
    draw();
  };
  for (const [column, th] of headings.entries()) {
    th.querySelector("button").addEventListener("click", () => {
      const again = sort && sort.column === column;
      const numeric = th.classList.contains("n");
      // Numbers start with the largest; a third click gives the first order back.
      const first = numeric ? -1 : 1;
      sort = !again ? { column, sign: first } : sort.sign === first ? { column, sign: -first } : null;
      for (const other of headings) other.removeAttribute("aria-sort");
      if (sort) th.setAttribute("aria-sort", sort.sign > 0 ? "ascending" : "descending");
      select();
    });
  }
  for (const button of root.querySelectorAll("[data-turn]")) {
    button.addEventListener("click", () => {
      page += Number(button.dataset.turn);
      draw();
      root.querySelector(".scroll").scrollTop = 0;
    });
  }
  if (filter) filter.addEventListener("input", select);
  draw();
}
if (typeof document === "object") for (const root of document.querySelectorAll("[data-table]")) startTable(root);
`;
