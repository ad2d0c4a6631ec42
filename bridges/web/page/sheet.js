// The score on the page: lines of music that are fetched when they come near, and the cursor.

const WIDTHS = [700, 1000, 1400, 1900, 2600]; // tenths of a millimetre, as the session draws them
const STAFF_PX = { wide: 46, narrow: 36 }; // height of a staff as it should be read
const AIR = 750; // units of the empty margins around a line that lines may share
const HANDS_OFF_MS = 5000; // after the reader has scrolled, the page stays where it is

export class Sheet {
  constructor(place, cursor, tell) {
    this.place = place; // scrolls
    this.cursor = cursor;
    this.tell = tell; // what the reader should know: a remark, or nothing
    this.room = place.querySelector(".lines");
    this.layout = null;
    this.lines = [];
    this.zoom = 1;
    this.current = -1; // number of the line with the cursor
    this.touched = -HANDS_OFF_MS;
    this.onMount = () => {};
    this.onLayout = () => {};
    this.near = new IntersectionObserver((seen) => this.seen(seen), { root: place, rootMargin: "70% 0%" });
    new ResizeObserver(() => this.resized()).observe(place);
    for (const kind of ["wheel", "touchmove"]) {
      place.addEventListener(kind, () => { this.touched = performance.now(); }, { passive: true });
    }
  }

  async show(key) {
    this.key = key;
    await this.load();
  }

  width() {
    const across = this.room.clientWidth;
    const staff = (across < 600 ? STAFF_PX.narrow : STAFF_PX.wide) * this.zoom;
    const ideal = (across * 72) / staff;
    const far = (width) => Math.abs(Math.log(width / ideal));
    return WIDTHS.reduce((best, width) => (far(width) < far(best) ? width : best));
  }

  async load() {
    const key = this.key, width = this.width();
    this.loading = `${key}/${width}`;
    this.tell(this.layout ? "" : "Drawing the score…");
    const answer = await fetch(`/sheet/${key}/${width}/layout`).catch(() => null);
    if (this.loading !== `${key}/${width}`) return; // something else was wanted meanwhile
    if (!answer?.ok) {
      this.tell("The score could not be drawn.");
      return;
    }
    const layout = await answer.json();
    if (this.loading !== `${key}/${width}`) return;
    this.base = `/sheet/${key}/${width}`;
    this.drawnWidth = width;
    this.layout = layout;
    this.build();
    this.tell(layout.remark);
  }

  build() {
    this.near.disconnect();
    this.room.querySelectorAll(":scope > .row").forEach((line) => line.remove());
    this.room.querySelector(".shared").innerHTML = this.layout.shared;
    this.lines = this.layout.lines.map((drawn, number) => {
      const element = document.createElement("div");
      element.className = "row";
      element.style.aspectRatio = `${drawn.width} / ${drawn.height}`;
      element.dataset.line = number;
      if (number && this.layout.perOctave !== 12) element.style.marginTop = `${(-100 * AIR) / drawn.width}%`;
      this.room.append(element);
      return { ...drawn, number, element, svg: null, notes: new Map() };
    });
    this.measure();
    this.touched = -HANDS_OFF_MS;
    this.lines.forEach((line) => this.near.observe(line.element));
    this.onLayout();
  }

  // A first size may have been chosen before the window had its last one.
  resized() {
    clearTimeout(this.resizing);
    this.measure();
    this.onLayout();
    this.resizing = setTimeout(() => {
      if (this.layout && this.key && this.width() !== this.drawnWidth) this.load();
    }, 250);
  }

  zoomTo(zoom) {
    this.zoom = zoom;
    if (this.key && this.layout && this.width() !== this.drawnWidth) this.load();
  }

  measure() {
    for (const line of this.lines) {
      line.atTop = line.element.offsetTop;
      line.scale = line.element.clientWidth / line.width;
    }
    this.at = null;
    this.current = -1; // the cursor's height is another now
  }

  seen(entries) {
    for (const entry of entries) {
      const line = this.lines[entry.target.dataset.line];
      if (!line || line.element !== entry.target) continue;
      if (entry.isIntersecting) this.mount(line);
      else this.unmount(line);
    }
  }

  async mount(line) {
    if (line.wanted) return;
    line.wanted = true;
    const answer = await fetch(`${this.base}/${line.number}`).catch(() => null);
    if (!answer?.ok) {
      line.wanted = false;
      return;
    }
    const picture = await answer.text();
    if (!line.wanted || this.lines[line.number] !== line) return;
    line.element.insertAdjacentHTML("afterbegin", picture);
    line.svg = line.element.querySelector("svg");
    line.svg.setAttribute("aria-hidden", "true");
    for (const note of line.svg.querySelectorAll("[data-n]")) line.notes.set(Number(note.dataset.n), note);
    this.onMount(line);
    this.onDress?.(line);
  }

  unmount(line) {
    line.wanted = false;
    line.svg = null;
    line.notes = new Map();
    line.element.replaceChildren();
  }

  mounted() {
    return this.lines.filter((line) => line.svg);
  }

  head(n) {
    return this.layout?.heads[n] || null; // [line, x, y]
  }

  lineOfNote(n) {
    const head = this.head(n);
    return head ? this.lines[head[0]] : null;
  }

  lineAt(q) {
    const { lines } = this;
    if (!lines.length) return null;
    let low = 0, high = lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const first = lines[middle].path[0];
      if (first && first[0] <= q + 1e-6) low = middle;
      else high = middle - 1;
    }
    return lines[low];
  }

  // Between the two onsets around q.
  xOnLine(line, q) {
    const { path } = line;
    if (!path.length) return null;
    let low = 0, high = path.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (path[middle][0] <= q) low = middle;
      else high = middle - 1;
    }
    const [q0, x0] = path[low];
    const [q1, x1] = path[low + 1] ?? path[low];
    if (q <= q0 || q1 <= q0) return x0;
    return x0 + (x1 - x0) * Math.min((q - q0) / (q1 - q0), 1);
  }

  moveCursor(q) {
    const line = this.lineAt(q);
    if (!line) return;
    const x = this.xOnLine(line, q);
    if (x === null) return;
    const at = `${(x * line.scale).toFixed(1)}/${line.number}`;
    if (at === this.at) return;
    this.at = at;
    if (line.number !== this.current) this.enter(line);
    const top = line.atTop + (line.top - 3 * this.layout.step) * line.scale;
    this.cursor.style.transform = `translate(${(x * line.scale).toFixed(1)}px, ${top.toFixed(1)}px)`;
  }

  enter(line) {
    this.current = line.number;
    const tall = (line.bottom - line.top + 6 * this.layout.step) * line.scale;
    this.cursor.style.height = `${tall.toFixed(1)}px`;
    this.cursor.hidden = false;
    if (performance.now() - this.touched > HANDS_OFF_MS) this.reveal(line);
  }

  // The line being played is in the upper part, so that what comes is in sight.
  reveal(line) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const room = this.place.clientHeight;
    const height = line.element.clientHeight;
    const top = line.atTop - Math.max(Math.min(room * 0.16, room - 2 * height), 8);
    const far = Math.abs(top - this.place.scrollTop) > 2 * room;
    this.place.scrollTo({ top, behavior: calm || far ? "instant" : "smooth" });
  }

  revealBar(bar) {
    const line = this.lines.find((one) => one.bars.some(([index]) => index === bar));
    if (line) this.reveal(line);
  }
}
