// Verdicts on the sheet: right notes green, mistakes red, and ghosts of what was played instead.

const SPACE = "http://www.w3.org/2000/svg";
const CLASSES = { r: "right", m: "missed", w: "wrong", M: "was-missed", W: "was-wrong" };
const ALL = Object.values(CLASSES);
const FARTHEST_STEPS = 12; // a ghost farther up or down would be in another staff

export class Marks {
  constructor(sheet) {
    this.sheet = sheet;
    this.codes = [];
    this.ghosts = new Map(); // seq: ghost
    sheet.onMount = (line) => this.dress(line);
  }

  // Everything anew, from a snapshot.
  reset(codes, ghosts) {
    this.codes = [...codes];
    this.ghosts = new Map(ghosts.map((ghost) => [ghost.seq, ghost]));
    for (const line of this.sheet.mounted()) this.dress(line);
  }

  set(n, code) {
    if (n === null || n === undefined) return;
    this.codes[n] = code;
    this.paint(n);
  }

  ghost(ghost) {
    this.ghosts.set(ghost.seq, ghost);
    const line = this.sheet.lineOfNote(ghost.near);
    if (line?.svg) this.draw(line, ghost);
  }

  unghost(seq) {
    if (!this.ghosts.delete(seq)) return;
    document.getElementById(`ghost-${seq}`)?.remove();
  }

  // The player went back to note n: from there on it is to be played anew.
  again(n, q) {
    for (let k = n; k < this.codes.length; k++) {
      const code = this.codes[k].toUpperCase();
      if (code !== this.codes[k]) {
        this.codes[k] = code;
        this.paint(k);
      }
    }
    for (const ghost of [...this.ghosts.values()]) if (ghost.q >= q - 1e-6) this.unghost(ghost.seq);
  }

  paint(n) {
    const line = this.sheet.lineOfNote(n), note = line?.notes.get(n);
    if (note) this.wear(line, note, n);
  }

  // Missed notes get a ring, too: colour alone does not tell everybody.
  wear(line, note, n) {
    const code = this.codes[n];
    wear(note, code);
    const ring = document.getElementById(`ring-${n}`);
    if (code !== "m") ring?.remove();
    else if (!ring) {
      const [, x, y] = this.sheet.head(n);
      layer(line).append(make("circle", { id: `ring-${n}`, class: "ring", cx: x, cy: y, r: 2.1 * this.sheet.layout.step }));
    }
  }

  dress(line) {
    line.svg.querySelector(".ghosts")?.remove();
    for (const [n, note] of line.notes) this.wear(line, note, n);
    for (const ghost of this.ghosts.values()) {
      if (this.sheet.lineOfNote(ghost.near) === line) this.draw(line, ghost);
    }
  }

  // A hollow head where the played note would stand, and its name.
  draw(line, ghost) {
    const head = this.sheet.head(ghost.near);
    if (!head) return;
    const { step, perOctave } = this.sheet.layout;
    const steps = perOctave === 12 ? ghost.semitones : ghost.steps;
    const up = Math.min(Math.max(steps, -FARTHEST_STEPS), FARTHEST_STEPS);
    const added = ghost.kind === "extra";
    // Beside the heads that are there, never on top of them.
    const x = (added ? this.sheet.xOnLine(line, ghost.q) ?? head[1] : head[1]) + (added ? 2.6 : 3.2) * step;
    const y = head[2] - up * step;
    const group = make("g", { id: `ghost-${ghost.seq}`, class: `ghost ${ghost.kind}` });
    const r = 1.2 * step;
    if (added) {
      group.append(make("path", { d: `M${x - r} ${y}L${x} ${y - r}L${x + r} ${y}L${x} ${y + r}Z` }));
    } else {
      group.append(make("ellipse", { cx: x, cy: y, rx: 1.25 * step, ry: 0.9 * step, transform: `rotate(-20 ${x} ${y})` }));
    }
    const name = make("text", { x, y: y + (up < 0 ? 3.9 : -1.7) * step, "font-size": 2.5 * step });
    name.textContent = ghost.name;
    group.append(name);
    layer(line).append(group);
  }
}

function wear(note, code) {
  const wanted = CLASSES[code];
  for (const name of ALL) if (name !== wanted) note.classList.remove(name);
  if (wanted) note.classList.add(wanted);
}

function layer(line) {
  let found = line.svg.querySelector(".ghosts");
  if (!found) {
    found = make("g", { class: "ghosts" });
    (line.svg.querySelector("svg") ?? line.svg).append(found);
  }
  return found;
}

function make(tag, attributes) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
