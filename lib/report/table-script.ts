/**
 * Browser code: tables sort, filter and turn pages over their embedded rows. The first page stands in the markup, so
 * rows are read only when somebody asks for more. Texts go in as textContent only.
 */
export const TABLE_SCRIPT = String.raw`
const numberFormats = new Map();
function numberText(value, digits) {
  const kind = digits === undefined && value !== 0 && Math.abs(value) < 0.001 ? "tiny" : digits;
  if (!numberFormats.has(kind)) {
    const options = kind === "tiny" ? { maximumSignificantDigits: 3 } : { minimumFractionDigits: digits ?? 0, maximumFractionDigits: digits ?? 3 };
    numberFormats.set(kind, new Intl.NumberFormat("en-US", options));
  }
  return numberFormats.get(kind).format(value);
}
function valueText(value, digits) {
  if (value === null || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value : numberText(value, digits);
}
// A column's cells by row: value, text, and what belongs to it.
function columnOf({ digits, v, t, i, l, h, d, a, f }) {
  const value = t ? (row) => t[i[row]] : (row) => v[row];
  const hasInterval = (row) => l && h && l[row] !== null && h[row] !== null;
  const ends = (row) => " [" + numberText(l[row], digits) + ", " + numberText(h[row], digits) + "]";
  const text = (row) => valueText(value(row), digits) + (hasInterval(row) ? ends(row) : "");
  const failed = new Set(f ?? []);
  return { value, text, texts: t, places: i, detail: (row) => d?.[row] ?? null, href: (row) => a?.[row] ?? null, failed: (row) => failed.has(row) };
}
const collator = new Intl.Collator("en", { numeric: true });
// Empty cells come last in either direction; numbers before texts.
function compareValues(a, b, sign) {
  const none = (value) => value === null || value === "";
  if (none(a) || none(b)) return Number(none(a)) - Number(none(b));
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return sign * collator.compare(String(a), String(b));
}
function ordering({ value, texts, places }, sign) {
  if (!texts) return (a, b) => compareValues(value(a), value(b), sign);
  // Every different text is compared once; rows then compare their ranks.
  const sorted = texts.map((text, place) => ({ text, place })).sort((a, b) => compareValues(a.text, b.text, sign));
  const ranks = new Array(texts.length);
  for (const [rank, { text, place }] of sorted.entries())
    ranks[place] = rank > 0 && compareValues(sorted[rank - 1].text, text, sign) === 0 ? ranks[sorted[rank - 1].place] : rank;
  return (a, b) => ranks[places[a]] - ranks[places[b]];
}
function rowsOf(data) {
  const columns = data.columns.map(columnOf);
  let texts;
  return {
    columns,
    // The rows to show: filtered by every word of the query, then sorted; equal rows keep their order.
    select(query, sort, chosen = []) {
      const words = query.toLowerCase().split(/\s+/).filter(Boolean);
      const every = Array.from({ length: data.rows }, (_, row) => row);
      const all = every.filter((row) => chosen.every(([column, text]) => columns[column].text(row) === text));
      if (words.length > 0) texts ??= every.map((row) => columns.map(({ text }) => text(row)).join("\n").toLowerCase());
      const kept = words.length === 0 ? all : all.filter((row) => words.every((word) => texts[row].includes(word)));
      return sort ? kept.sort(ordering(columns[sort.column], sort.sign)) : kept;
    },
  };
}
function startTable(root) {
  let data, rows, shown;
  const load = () => {
    if (rows) return;
    data = JSON.parse(root.querySelector("script").textContent);
    rows = rowsOf(data);
    shown = rows.select("", null);
  };
  const headings = [...root.querySelectorAll("th")];
  const filter = root.querySelector("[data-filter]");
  const choices = [...root.querySelectorAll("[data-choose]")];
  let page = 0;
  let sort = null;
  const tableCell = (row, column, index) => {
    const td = document.createElement("td");
    td.className = headings[index].className;
    if (column.failed(row)) td.dataset.failed = "";
    const detail = column.detail(row);
    const href = column.href(row);
    const holder = href !== null ? document.createElement("a") : detail === null ? td : document.createElement("button");
    holder.textContent = column.text(row);
    if (href !== null) {
      holder.setAttribute("href", href);
      td.append(holder);
    } else if (detail !== null) {
      Object.assign(holder, { type: "button", className: "open" });
      holder.dataset.detail = detail;
      td.append(holder);
    }
    return td;
  };
  const draw = () => {
    const pages = Math.max(1, Math.ceil(shown.length / data.pageRows));
    page = Math.min(Math.max(page, 0), pages - 1);
    const from = page * data.pageRows;
    const lines = shown.slice(from, from + data.pageRows).map((row) => {
      const tr = document.createElement("tr");
      tr.append(...rows.columns.map((column, index) => tableCell(row, column, index)));
      return tr;
    });
    root.querySelector("tbody").replaceChildren(...lines);
    const count = (n) => n.toLocaleString("en-US");
    const place = root.querySelector("[data-place]");
    if (place) {
      const span = shown.length === 0 ? "no rows" : count(from + 1) + "–" + count(from + lines.length) + " of " + count(shown.length);
      place.textContent = shown.length === data.rows ? span : span + " (" + count(data.rows) + " in all)";
    }
    for (const button of root.querySelectorAll("[data-turn]")) {
      const next = page + Number(button.dataset.turn);
      button.disabled = next < 0 || next >= pages;
    }
  };
  const select = () => {
    load();
    const chosen = choices.filter(({ value }) => value !== "").map(({ dataset, value }) => [Number(dataset.choose), value]);
    shown = rows.select(filter ? filter.value : "", sort, chosen);
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
      load();
      page += Number(button.dataset.turn);
      draw();
      root.querySelector(".scroll").scrollTop = 0;
    });
  }
  if (filter) filter.addEventListener("input", select);
  // A browser that comes back keeps what was typed.
  if ((filter && filter.value !== "") || choices.some(({ value }) => value !== "")) select();
  for (const choice of choices) choice.addEventListener("change", select);
  // "#find=<words>" in the address: a number elsewhere leads to the rows behind it.
  const fromAddress = () => {
    if (!filter || !location.hash.startsWith("#find=")) return;
    filter.value = decodeURIComponent(location.hash.slice(6));
    select();
  };
  addEventListener("hashchange", fromAddress);
  fromAddress();
}
if (typeof document === "object") for (const root of document.querySelectorAll("[data-table]")) startTable(root);
`;
