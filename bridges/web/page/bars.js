// Bars that can be pointed at: a click goes there, dragging over several makes a loop of them.
// With the keyboard: Tab to the score, arrows from bar to bar, Enter goes, L begins and ends a loop.

export class Bars {
  constructor(sheet, { go, loop, allowed, say }) {
    this.sheet = sheet;
    this.go = go;
    this.makeLoop = loop;
    this.allowed = allowed;
    this.say = say;
    this.labels = [];
    this.current = 0;
    this.loop = null; // [first, last]
    this.marked = null; // first bar of a loop being made
    this.drag = null;
    sheet.onDress = (line) => this.dress(line);
    const room = sheet.room;
    room.addEventListener("pointerdown", (event) => this.down(event));
    room.addEventListener("pointermove", (event) => this.move(event));
    room.addEventListener("pointerup", (event) => this.up(event));
    room.addEventListener("pointercancel", () => this.drop());
    room.addEventListener("keydown", (event) => this.key(event));
    room.addEventListener("click", (event) => {
      if (event.detail === 0 && barOf(event.target) !== null) this.choose(barOf(event.target));
    });
  }

  dress(line) {
    const fragment = document.createDocumentFragment();
    for (const [bar, x0, x1] of line.bars) {
      const button = document.createElement("button");
      button.className = "bar";
      button.type = "button";
      button.dataset.bar = bar;
      button.tabIndex = bar === this.current ? 0 : -1;
      button.setAttribute("aria-label", `bar ${this.labels[bar] ?? ""}`);
      const { step } = this.sheet.layout;
      button.style.left = `${(100 * x0) / line.width}%`;
      button.style.width = `${(100 * (x1 - x0)) / line.width}%`;
      button.style.top = `${(100 * Math.max(line.top - 4 * step, 0)) / line.height}%`;
      button.style.height = `${(100 * (line.bottom - line.top + 8 * step)) / line.height}%`;
      fragment.append(button);
    }
    line.element.append(fragment);
    this.paint();
  }

  button(bar) {
    return this.sheet.room.querySelector(`.bar[data-bar="${bar}"]`);
  }

  setCurrent(bar) {
    if (bar === this.current && this.button(bar)?.tabIndex === 0) return;
    const focused = document.activeElement?.classList.contains("bar");
    const old = this.button(this.current), next = this.button(bar);
    if (old) {
      old.classList.remove("current");
      old.removeAttribute("aria-current");
      if (!focused) old.tabIndex = -1;
    }
    this.current = bar;
    if (next) {
      next.classList.add("current");
      next.setAttribute("aria-current", "true");
      if (!focused) next.tabIndex = 0;
    }
  }

  setLoop(loop) {
    this.loop = loop;
    this.paint();
  }

  // From the loop button: the next two bars chosen are its ends.
  beginLoop() {
    this.marked = -1;
    this.say("Choose the first bar of the loop.");
    this.paint();
  }

  cancel() {
    const was = this.marked !== null;
    this.marked = null;
    this.drop();
    this.say("");
    return was;
  }

  choose(bar) {
    if (!this.allowed()) return;
    if (this.marked === null) this.go(bar);
    else if (this.marked < 0) {
      this.marked = bar;
      this.say(`From bar ${this.labels[bar]}. Now choose the last bar.`);
    } else {
      const ends = [Math.min(this.marked, bar), Math.max(this.marked, bar)];
      this.marked = null;
      this.say("");
      this.makeLoop(...ends);
    }
    this.paint();
  }

  down(event) {
    const bar = barOf(event.target);
    if (bar === null || event.button !== 0 || !this.allowed()) return;
    this.drag = { from: bar, to: bar, id: event.pointerId };
  }

  move(event) {
    if (this.drag?.id !== event.pointerId) return;
    const bar = barOf(document.elementFromPoint(event.clientX, event.clientY));
    if (bar !== null && bar !== this.drag.to) {
      this.drag.to = bar;
      this.paint();
    }
  }

  up(event) {
    if (this.drag?.id !== event.pointerId) return;
    const { from, to } = this.drag;
    this.drag = null;
    if (from === to) this.choose(from);
    else this.makeLoop(Math.min(from, to), Math.max(from, to));
    this.paint();
  }

  drop() {
    this.drag = null;
    this.paint();
  }

  key(event) {
    const bar = barOf(event.target);
    if (bar === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -4, ArrowDown: 4 }[event.key];
    if (by) this.focus(Math.min(Math.max(bar + by, 0), this.labels.length - 1));
    else if (event.key === "l" || event.key === "L") {
      if (this.marked === null) this.marked = -1;
      this.choose(bar);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  focus(bar) {
    this.sheet.revealBar(bar);
    const button = this.button(bar);
    if (!button) return;
    for (const other of this.sheet.room.querySelectorAll('.bar[tabindex="0"]')) other.tabIndex = -1;
    button.tabIndex = 0;
    button.focus({ preventScroll: true });
  }

  paint() {
    let chosen = this.loop;
    if (this.drag && this.drag.from !== this.drag.to) {
      chosen = [Math.min(this.drag.from, this.drag.to), Math.max(this.drag.from, this.drag.to)];
    } else if (this.marked !== null && this.marked >= 0) chosen = [this.marked, this.marked];
    for (const button of this.sheet.room.querySelectorAll(".bar")) {
      const bar = Number(button.dataset.bar);
      const inside = chosen !== null && chosen[0] <= bar && bar <= chosen[1];
      button.classList.toggle("in-loop", inside);
      button.classList.toggle("loop-begins", inside && bar === chosen[0]);
      button.classList.toggle("loop-ends", inside && bar === chosen[1]);
      button.classList.toggle("current", bar === this.current);
    }
  }
}

function barOf(element) {
  const button = element?.closest?.(".bar");
  return button ? Number(button.dataset.bar) : null;
}
