// Tempo and timing over the last minute and a half, as small quiet curves.

const SPACE = "http://www.w3.org/2000/svg";
const SPAN_S = 90;
const WIDE = 300, TALL = 64, RIGHT = 6, EDGE = 5;
const MOST = 240;

class Curve {
  constructor(svg, note) {
    this.svg = svg;
    this.note = note; // the element that tells the latest value
    this.points = [];
    svg.setAttribute("viewBox", `0 0 ${WIDE} ${TALL}`);
    svg.setAttribute("preserveAspectRatio", "none");
  }

  reset(points) {
    this.points = points.slice(-MOST);
    this.later();
  }

  add(at, value) {
    this.points.push([at, value]);
    if (this.points.length > MOST) this.points.shift();
    this.later();
  }

  // Drawn twice a second at most: nobody reads a curve faster.
  later() {
    this.due ??= setTimeout(() => { this.due = null; this.draw(); }, 500);
  }

  x(at) {
    const end = this.points.at(-1)?.[0] ?? 0;
    return WIDE - RIGHT - ((end - at) / SPAN_S) * (WIDE - RIGHT);
  }

  recent() {
    const end = this.points.at(-1)?.[0] ?? 0;
    return this.points.filter(([at]) => end - at <= SPAN_S);
  }
}

export class TempoCurve extends Curve {
  setPrinted(bpm) {
    if (bpm === this.printed) return;
    this.printed = bpm;
    this.later();
  }

  draw() {
    const points = this.recent();
    const values = points.map(([, bpm]) => bpm).concat(this.printed ? [this.printed] : []);
    if (!values.length) { this.svg.replaceChildren(); return; }
    const low = Math.min(...values) * 0.94, high = Math.max(...values) * 1.06;
    const y = (bpm) => TALL - EDGE - ((bpm - low) / (high - low || 1)) * (TALL - 2 * EDGE);
    const parts = [];
    if (this.printed) parts.push(line("printed", [[0, y(this.printed)], [WIDE, y(this.printed)]]));
    if (points.length) parts.push(line("curve", points.map(([at, bpm]) => [this.x(at), y(bpm)])));
    this.svg.replaceChildren(...parts);
    const last = points.at(-1)?.[1];
    this.note.textContent = last ? `${Math.round(last)}, printed ${Math.round(this.printed ?? last)}` : "";
  }
}

export class TimingCurve extends Curve {
  draw() {
    const points = this.recent();
    const sizes = points.map(([, ms]) => Math.abs(ms)).sort((a, b) => a - b);
    const most = Math.max(60, sizes[Math.floor(0.95 * (sizes.length - 1))] ?? 0);
    const y = (ms) => TALL / 2 - (Math.min(Math.max(ms, -most), most) / most) * (TALL / 2 - EDGE);
    const parts = [line("printed", [[0, TALL / 2], [WIDE, TALL / 2]])];
    // All dots are one path: a browser lays out and paints that much quicker than an element for each.
    const dots = points.map(([at, ms]) => `M${this.x(at).toFixed(1)} ${y(ms).toFixed(1)}h0`);
    parts.push(make("path", { class: "dot", d: dots.join("") }));
    this.svg.replaceChildren(...parts);
    const middle = sizes[Math.floor(sizes.length / 2)];
    this.note.textContent = middle === undefined ? "" : `half within ${Math.round(middle)} ms`;
  }
}

function line(name, points) {
  const d = points.map(([x, y], k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  return make("path", { class: name, d });
}

function make(tag, attributes) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
