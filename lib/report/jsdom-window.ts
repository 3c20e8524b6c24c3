/**
 * Code for a window of jsdom: what plotly asks a browser about sizes. Texts are measured by `measureText` (font, text), which
 * the window is given; other shapes by their attributes and transforms.
 */
export const JSDOM_WINDOW = `
const LINE = 1.3;
const box = (left, top, right, bottom) => ({ x: left, y: top, left, top, right, bottom, width: right - left, height: bottom - top });
const styleOf = (element, name) => {
  for (let at = element; at && at.style; at = at.parentNode) {
    const found = at.style[name] || (at.getAttribute && at.getAttribute(name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase())));
    if (found) return found;
  }
  return "";
};
const sizeOf = (element) => parseFloat(styleOf(element, "fontSize")) || 12;
function widthOf(element) {
  let width = 0;
  for (const child of element.childNodes) {
    if (child.nodeType === 3) {
      const font = (styleOf(element, "fontWeight") || "normal") + " " + sizeOf(element) + "px " + (styleOf(element, "fontFamily") || "sans-serif");
      width += measureText(font, child.nodeValue);
    } else if (child.nodeType === 1) width += widthOf(child);
  }
  return width;
}
function textBox(element) {
  const lines = [...element.querySelectorAll("tspan.line")];
  const width = Math.max(0, ...(lines.length > 0 ? lines : [element]).map(widthOf));
  const size = sizeOf(element);
  const height = size * LINE * Math.max(1, lines.length) - size * (LINE - 1.17);
  const [x, y] = [Number(element.getAttribute("x")) || 0, Number(element.getAttribute("y")) || 0];
  const anchor = styleOf(element, "textAnchor");
  const left = x - (anchor === "middle" ? width / 2 : anchor === "end" ? width : 0);
  return box(left, y - size * 0.92, left + width, y - size * 0.92 + height);
}
function pointsOf(element) {
  const numbers = (element.getAttribute("d") || "").match(/-?\\d*\\.?\\d+(?:e-?\\d+)?/g) || [];
  const points = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) points.push([Number(numbers[at]), Number(numbers[at + 1])]);
  return points;
}
const IDENTITY = [1, 0, 0, 1, 0, 0];
const times = ([a, b, c, d, e, f], [A, B, C, D, E, F]) => [a * A + c * B, b * A + d * B, a * C + c * D, b * C + d * D, a * E + c * F + e, b * E + d * F + f];
function matrixOf(element) {
  let matrix = IDENTITY;
  const text = (element.getAttribute && element.getAttribute("transform")) || "";
  for (const [, kind, inner] of text.matchAll(/(translate|rotate|scale|matrix)\\(([^)]*)\\)/g)) {
    const [p = 0, q, r = 0, ...rest] = inner.split(/[\\s,]+/).filter(Boolean).map(Number);
    if (kind === "translate") matrix = times(matrix, [1, 0, 0, 1, p, q || 0]);
    if (kind === "scale") matrix = times(matrix, [p, 0, 0, q === undefined ? p : q, 0, 0]);
    if (kind === "matrix") matrix = times(matrix, [p, q, r, ...rest]);
    if (kind === "rotate") {
      const [cos, sin] = [Math.cos((p * Math.PI) / 180), Math.sin((p * Math.PI) / 180)];
      matrix = [[1, 0, 0, 1, q || 0, r], [cos, sin, -sin, cos, 0, 0], [1, 0, 0, 1, -(q || 0), -r]].reduce(times, matrix);
    }
  }
  return matrix;
}
function moved({ left, top, right, bottom }, [a, b, c, d, e, f]) {
  const corners = [[left, top], [right, top], [left, bottom], [right, bottom]].map(([x, y]) => [a * x + c * y + e, b * x + d * y + f]);
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return box(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
}
// In the element's own coordinates: its own transform plays no part, those inside it do.
function boxOf(element) {
  const number = (name) => parseFloat(element.getAttribute(name)) || 0;
  const tag = element.tagName.toLowerCase();
  if (tag === "text") return textBox(element);
  if (tag === "tspan") return box(0, 0, widthOf(element), sizeOf(element) * 1.17);
  if (tag === "rect" || tag === "image") return box(number("x"), number("y"), number("x") + number("width"), number("y") + number("height"));
  if (tag === "svg" && element.hasAttribute("width")) return box(0, 0, number("width"), number("height"));
  const shown = [...element.children].filter((child) => child.style && child.style.display !== "none");
  const inner = tag === "path" ? pointsOf(element).map(([x, y]) => box(x, y, x, y)) : shown.map((child) => moved(boxOf(child), matrixOf(child)));
  const seen = inner.filter(({ width, height }) => tag === "path" || width > 0 || height > 0);
  if (seen.length === 0) return box(0, 0, 0, 0);
  return box(Math.min(...seen.map((one) => one.left)), Math.min(...seen.map((one) => one.top)), Math.max(...seen.map((one) => one.right)), Math.max(...seen.map((one) => one.bottom)));
}
function rectOf(element) {
  let rect = boxOf(element);
  for (let at = element; at && at.getAttribute; at = at.parentNode) rect = moved(rect, matrixOf(at));
  return rect;
}
function walk(element, length) {
  const points = pointsOf(element);
  let gone = 0;
  for (let at = 1; at < points.length; at++) {
    const [[x0, y0], [x1, y1]] = [points[at - 1], points[at]];
    const step = Math.hypot(x1 - x0, y1 - y0);
    if (gone + step >= length && step > 0) {
      const part = (length - gone) / step;
      return { gone: length, x: x0 + (x1 - x0) * part, y: y0 + (y1 - y0) * part };
    }
    gone += step;
  }
  const [x, y] = points.at(-1) || [0, 0];
  return { gone, x, y };
}
const shapes = SVGElement.prototype;
shapes.getBBox = function () { return boxOf(this); };
shapes.getBoundingClientRect = function () { return rectOf(this); };
shapes.getComputedTextLength = function () { return widthOf(this); };
shapes.getTotalLength = function () { return walk(this, Infinity).gone; };
shapes.getPointAtLength = function (length) { return walk(this, length); };
shapes.getScreenCTM = function () { return { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0, inverse() { return this; } }; };
URL.createObjectURL = () => "blob:none";
URL.revokeObjectURL = () => undefined;
`;
