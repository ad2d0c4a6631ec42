// Beside the score: where, how fast, how sure, what went wrong.

import { TempoCurve, TimingCurve } from "./curves.js";

export const STATES = {
  idle: "Stopped",
  armed: "Waiting for the first note",
  following: "Following",
  coasting: "Waiting for you",
  lost: "Lost, listening for where you are",
  paused: "Paused",
  ended: "The end",
};
const LISTED = 40;
const FAULT_S = 60; // so long it is shown
const QUIETEST_DB = 60; // below full scale: the left end of the meter
const $ = (id) => document.getElementById(id);

export class Panel {
  constructor(goTo) {
    this.goTo = goTo;
    this.tempo = new TempoCurve($("tempo-curve"), $("tempo-note"));
    this.timing = new TimingCurve($("timing-curve"), $("timing-note"));
    this.level = 0; // what comes in, 0 to 1
    this.hears = false; // sound, whose level is told
    this.turnAt = null;
    setInterval(() => this.second(), 200);
  }

  score(score) {
    this.tempi = score.tempi;
    put("title", score.title);
    document.title = `${score.title} · Repetiteur`;
    put("last-bar", score.labels.at(-1) ?? "");
  }

  present(all) {
    this.state(all.state);
    this.counts = { ...all.counts };
    this.showCounts();
    this.tempo.reset(all.tempo);
    this.timing.reset(all.timing);
    $("mistakes").replaceChildren();
    for (const mistake of all.mistakes) this.mistake(mistake);
    $("faults").replaceChildren();
    for (const fault of all.faults) if (all.at - fault.at < FAULT_S) this.fault(fault);
    this.health(all.health);
    this.turn(null);
    put("bar", "–");
    put("beat", "–");
    put("bpm", "–");
    if (all.position) this.position(all.position);
    else this.sure(0);
  }

  state(state) {
    this.now = state;
    put("state", STATES[state] ?? state);
    document.body.dataset.state = state;
  }

  position(place) {
    put("bar", place.bar);
    put("beat", String(Math.floor(place.beat + 0.01)));
    put("bpm", String(Math.round(place.bpm)));
    this.sure(place.confidence);
    this.tempo.setPrinted(this.printedAt(place.q));
    if (this.turnBar !== null && place.bar === this.turnBar) this.turn(null);
  }

  printedAt(q) {
    let bpm = null;
    for (const [from, value] of this.tempi ?? []) if (from <= q + 1e-6 || bpm === null) bpm = value;
    return bpm;
  }

  sure(share) {
    gauge("sure", share, `${Math.round(share * 100)} %`);
  }

  // How hard a key was struck; where there is sound, its level is shown instead.
  note(note) {
    if (note.status === "withdrawn" || this.hears) return;
    this.level = Math.max(this.level, note.velocity / 127);
    gauge("input", this.level, "");
  }

  listensTo(inputs) {
    if (!inputs || inputs.some((input) => input.kind === "audio")) return;
    this.hears = false;
    this.level = 0;
    gauge("input", 0, "");
  }

  sound(dbfs) {
    this.hears = true;
    this.level = Math.max(1 + dbfs / QUIETEST_DB, 0);
    gauge("input", this.level, `${Math.round(dbfs)} dB`);
  }

  verdict(message) {
    const kind = { r: "right", m: "missed", w: "wrong" }[message.is] ?? message.mistake?.kind;
    if (kind) this.count(kind, 1);
    if (message.late_ms !== undefined) this.timing.add(message.at, message.late_ms);
    if (message.mistake) this.mistake(message.mistake);
  }

  takenBack(message) {
    this.count(message.kind === "match" ? "right" : message.kind, -1);
    $("mistakes").querySelector(`[data-seq="${message.seq}"]`)?.remove();
  }

  count(kind, by) {
    this.counts[kind] += by;
    this.showCounts();
  }

  showCounts() {
    for (const [kind, number] of Object.entries(this.counts)) put(`count-${kind}`, String(number));
  }

  mistake(mistake) {
    const item = document.createElement("li");
    item.dataset.seq = mistake.seq;
    item.className = mistake.kind;
    const button = document.createElement("button");
    button.type = "button";
    const where = document.createElement("span");
    where.className = "where";
    where.textContent = capital(mistake.beat);
    button.append(where, ` ${mistake.told}`);
    button.addEventListener("click", () => this.goTo(mistake.bar));
    item.append(button);
    const list = $("mistakes");
    list.prepend(item);
    while (list.children.length > LISTED) list.lastChild.remove();
  }

  fault(fault) {
    const item = document.createElement("li");
    item.textContent = `${capital(fault.what)}. ${capital(fault.remedy)}.`;
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Dismiss";
    close.addEventListener("click", () => item.remove());
    item.append(close);
    $("faults").prepend(item);
    while ($("faults").children.length > 2) $("faults").lastChild.remove();
    setTimeout(() => item.remove(), FAULT_S * 1000); // the report keeps it
  }

  health(health) {
    $("latency-row").hidden = !health;
    put("latency", health ? `${health.latency_p50_ms.toFixed(1)} ms` : "");
    put("lost", health && health.overflows + health.dropped ? `${health.overflows + health.dropped} lost` : "");
  }

  beat(at, bpm) {
    this.tempo.add(at, bpm);
  }

  // A page ends soon (null: no longer).
  turn(turn) {
    if (turn && turn.what !== "page") return;
    this.turnAt = turn ? performance.now() + turn.seconds * 1000 : null;
    this.turnWhole = turn ? Math.max(turn.seconds, 0.1) : 1;
    this.turnBar = turn ? turn.bar : null;
    this.showTurn();
  }

  showTurn() {
    $("turn").hidden = this.turnAt === null;
    if (this.turnAt === null) return;
    const left = Math.max((this.turnAt - performance.now()) / 1000, 0);
    put("turn-text", left > 0.5 ? `Page turn in ${Math.ceil(left)} s, bar ${this.turnBar}` : `Page turn, bar ${this.turnBar}`);
    $("turn-line").style.transform = `scaleX(${Math.min(left / this.turnWhole, 1).toFixed(3)})`;
    if (left === 0 && performance.now() - this.turnAt > 4000) this.turn(null);
  }

  second() {
    if (this.level > 0 && !this.hears) {
      this.level = this.level < 0.02 ? 0 : this.level * 0.78;
      gauge("input", this.level, "");
    }
    if (this.turnAt !== null) this.showTurn();
  }
}

function gauge(id, share, text) {
  const element = $(id);
  const value = Math.min(Math.max(share, 0), 1);
  element.querySelector("i").style.transform = `scaleX(${value.toFixed(3)})`;
  element.setAttribute("aria-valuenow", Math.round(value * 100));
  if (text) element.setAttribute("aria-valuetext", text);
}

function put(id, text) {
  const element = $(id);
  if (element.textContent !== text) element.textContent = text;
}

function capital(text) {
  const plain = text.replace(/[.\s]+$/, "");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
