// Puts the page together: what comes over the wire goes to the sheet, the panel and the controls.

import { Bars } from "./bars.js";
import { Controls } from "./controls.js";
import { Glide } from "./glide.js";
import { Inputs } from "./inputs.js";
import { Marks } from "./marks.js";
import { Panel } from "./panel.js";
import { Sheet } from "./sheet.js";
import { Wire } from "./wire.js";

const $ = (id) => document.getElementById(id);
const FOLDED = matchMedia("(max-width: 820px)"); // most of the panel is folded away
const MOVING = new Set(["following", "coasting"]);

const glide = new Glide();
const sheet = new Sheet($("sheet"), $("cursor"), (text) => { $("remark").textContent = text; });
const marks = new Marks(sheet);
const panel = new Panel((bar) => sheet.revealBar(bar));
let controls = null;
const bars = new Bars(sheet, {
  go: (bar) => controls.goToBar(bar),
  loop: (first, last) => controls.makeLoop(first, last),
  allowed: () => controls.can("goto/beat"),
  say,
});

let state = "idle", held = false, position = null, frame = null;

const takes = {
  you: (message) => controls.allow(message.steer, null),
  score(message) {
    controls.allow(null, message.words);
    controls.score(message);
    panel.score(message);
    position = null;
    $("cursor").hidden = true;
    sheet.show(message.key);
  },
  present(message) {
    setState(message.state);
    panel.present(message);
    marks.reset(message.notes, message.ghosts);
    if (message.position) place(message.position, true);
  },
  scores: (message) => controls.listScores(message.names),
  inputs(message) {
    inputs.show(message.inputs);
    panel.listensTo(message.inputs);
  },
  loop: (message) => controls.setLoop(message.bars),
  held(message) {
    held = message.held;
    if (held) glide.stand();
    setState(state);
  },
  state: (message) => setState(message.state),
  position: (message) => place(message, false),
  beat: (message) => { if (position) panel.beat(message.at, position.bpm); },
  jump(message) {
    glide.leap(message.to_q, now());
    wake();
  },
  again: (message) => marks.again(message.n, message.q),
  verdict(message) {
    if (message.is) marks.set(message.n, message.is);
    if (message.ghost) marks.ghost(message.ghost);
    panel.verdict(message);
  },
  taken_back(message) {
    marks.set(message.n, ".");
    marks.unghost(message.seq);
    panel.takenBack(message);
  },
  note: (message) => panel.note(message),
  level: (message) => panel.sound(message.dbfs),
  turn: (message) => panel.turn(message),
  health: (message) => panel.health(message),
  fault(message) {
    panel.fault(message);
    if (FOLDED.matches) say(`${message.what}: ${message.remedy}`, "bad");
  },
};

const wire = new Wire((message) => takes[message.type]?.(message), connection);
const inputs = new Inputs((words) => wire.ask(words), () => controls.steer);
controls = new Controls(wire, sheet, bars, inputs, say);
sheet.onLayout = () => {
  if (!position) return;
  glide.leap(position.q, now());
  wake();
};

function setState(told) {
  state = told;
  panel.state(told);
  controls.show(told, held);
  if (!MOVING.has(told)) glide.stand();
}

function place(message, fresh) {
  position = message;
  $("cursor").dataset.seq = message.seq;
  panel.position(message);
  bars.setCurrent(message.bar_index);
  glide.place(message.q, message.bpm, MOVING.has(state) && !held && !fresh, now());
  if (fresh) glide.leap(message.q, now());
  wake();
}

// One frame after another while something moves, none while nothing does.
function wake() {
  frame ??= requestAnimationFrame(step);
}

function step() {
  frame = null;
  sheet.moveCursor(glide.step(now()));
  if (!glide.rests) wake();
}

function now() {
  return performance.now() / 1000;
}

function connection(how) {
  document.body.dataset.connection = how;
  const words = {
    open: "",
    lost: "The connection broke. Trying again…",
    ended: "The session has ended. When it is back, this page will be, too.",
    refused: "Open the link that was printed in the terminal: it carries the token.",
  };
  $("connection").textContent = words[how];
  if (how !== "open") glide.stand();
}

let silence = null;
function say(text, how = "") {
  $("said").textContent = text.charAt(0).toUpperCase() + text.slice(1);
  $("said").dataset.how = how;
  clearTimeout(silence);
  if (text && how) silence = setTimeout(() => say(""), 9000);
}
