// Where the player is between two positions: carried on at the tempo, corrected without a jerk.

const CATCH_UP_S = 0.12; // in which an error shrinks to a third
const LEAP_Q = 1.5; // an error beyond this is a leap, not a correction
const FARTHEST_S = 0.35; // without news it goes on no longer than this

export class Glide {
  constructor() {
    this.q = 0; // shown
    this.told = null; // {q, perS, at}: what is known
    this.last = 0;
    this.moving = false;
  }

  // A position at time t (s).
  place(q, bpm, moving, t) {
    const before = this.told;
    this.told = { q, perS: moving ? bpm / 60 : 0, at: t };
    this.moving = moving;
    if (!before || Math.abs(this.aim(t) - this.q) > LEAP_Q) this.leap(q, t);
  }

  stand() {
    this.moving = false;
    if (this.told) this.told.perS = 0;
  }

  leap(q, t) {
    this.q = q;
    this.last = t;
    if (this.told) this.told.q = q;
  }

  aim(t) {
    const told = this.told;
    return told.q + told.perS * Math.min(Math.max(t - told.at, 0), FARTHEST_S);
  }

  // The place to show at time t; true in `rests` when it will not change by itself.
  step(t) {
    if (!this.told) return this.q;
    const span = Math.min(Math.max(t - this.last, 0), 0.1);
    this.last = t;
    this.q += this.told.perS * span;
    this.q += (this.aim(t) - this.q) * (1 - Math.exp(-span / CATCH_UP_S));
    return this.q;
  }

  get rests() {
    return !this.told || (this.told.perS === 0 && Math.abs(this.told.q - this.q) < 0.002);
  }
}
