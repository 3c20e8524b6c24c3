import type { Page } from "playwright-core";

/** Everything on a page that its reader cannot see whole: empty where nothing is cut off. */
export function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const found = [];
    const wide = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > wide) found.push("the page is " + document.documentElement.scrollWidth + " px wide");
    const nameOf = (element) => element.tagName.toLowerCase() + "." + (element.getAttribute("class") ?? "") + " " + element.textContent.slice(0, 40);
    for (const element of document.querySelectorAll("body *:not(dialog *):not(script):not(#js-plotly-tester)")) {
      if (element.closest(".scroll")?.contains(element) && !element.matches(".scroll")) continue;
      if (element.closest("svg") && element.tagName !== "svg") continue;
      const { width, right, left } = element.getBoundingClientRect();
      if (width > 0 && (right > wide + 1 || left < -1)) found.push("beyond the edge: " + nameOf(element));
    }
    for (const plot of document.querySelectorAll(".plot")) {
      const frame = plot.getBoundingClientRect();
      for (const text of plot.querySelectorAll("svg text")) {
        if (text.textContent.trim() === "" || getComputedStyle(text).display === "none") continue;
        const { left, right, top, bottom, width } = text.getBoundingClientRect();
        if (width > 0 && (left < frame.left - 1 || right > frame.right + 1 || top < frame.top - 1 || bottom > frame.bottom + 1))
          found.push("cut off in a figure: " + text.textContent);
      }
    }
    return found;
  })()`);
}
