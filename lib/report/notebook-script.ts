/**
 * Browser code of a notebook's output: puts a plot in place of the image, as soon as any output of the page brought plotly
 * (gzip in base64). Arguments: the output's key, which bundle it needs (2: all trace types), its height, the figure, plotly or "".
 */
export const NOTEBOOK_SCRIPT = `(key, level, height, figure, packed) => {
  const page = (window.corrigendaCharts ??= { level: 0, waiting: [] });
  const drawWaiting = () => {
    page.waiting = page.waiting.filter((one) => one.level > page.level || one.draw());
  };
  const draw = () => {
    for (const root of document.querySelectorAll('[data-corrigenda-chart="' + key + '"]:not([data-drawn])')) {
      root.dataset.drawn = "";
      const place = root.querySelector("[data-plot]");
      const image = place.firstElementChild;
      const plot = document.createElement("div");
      plot.style.height = height + "px";
      place.replaceChildren(plot);
      const config = { responsive: true, displaylogo: false };
      page.plotly.newPlot(plot, figure.data, figure.layout, config).catch(() => place.replaceChildren(image));
    }
  };
  const unpack = async () => {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const source = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
    const before = window.Plotly;
    // Without these names plotly would take the notebook's module loader for its own.
    new Function("define", "module", "exports", source)();
    page.plotly = window.Plotly;
    page.level = level;
    if (before) window.Plotly = before;
    drawWaiting();
  };
  page.waiting.push({ level, draw });
  // The output may reach the page after its script.
  setTimeout(() => {
    if (packed !== "" && page.level < level) unpack().catch((error) => console.warn("figures stay images:", error));
    else drawWaiting();
  });
}`;
