import type { Leg, Relay, Theft } from './relay.js';

/** Where a leg is drawn. */
export interface Lane<Of> {
  readonly of: Of;
  readonly fromX: number;
  readonly toX: number;
  readonly y: number;
}

/** The thief's lane, below the others. */
interface TheftLane extends Lane<Theft> {
  readonly fromY: number;
  /** Where the generation that he bought begins; null while he has none. */
  readonly ownX: number | null;
}

/** Where everything is drawn. */
export interface Track {
  readonly width: number;
  readonly height: number;
  readonly nowX: number;
  readonly legs: readonly Lane<Leg>[];
  readonly theft: TheftLane | null;
}

/** The height of a lane. */
const LANE = { wide: 40, narrow: 32 };
/** Below this width a picture is a phone's. */
export const NARROW = 480;
const TOP = 28;
const LEFT = 16;
/** The part of the width that is the past; the rest is what the live token has left. */
const PAST = 0.8;

/**
 * Lays the relay out: each leg one lane lower and as wide as it was long, on a scale on which a minute is not
 * sixty times a second, so that hasty and slow hand-overs fit in one picture.
 */
export function layOut(relay: Relay, nowMs: number, width: number): Track {
  const weights = relay.legs.map((leg) => weight((leg.endMs ?? nowMs) - leg.startMs));
  const total = weights.reduce((sum, each) => sum + each, 0) || 1;
  const span = width * PAST - LEFT;
  const lane = width < NARROW ? LANE.narrow : LANE.wide;
  let x = LEFT;
  const legs = relay.legs.map((leg, index): Lane<Leg> => {
    const fromX = x;
    x += (span * (weights[index] ?? 0)) / total;
    return { of: leg, fromX, toX: x, y: TOP + index * lane };
  });
  const theft = laneOfTheft(relay.theft, legs, nowMs, TOP + legs.length * lane);
  const lanes = legs.length + (theft ? 1 : 0);
  return { width, height: lanes && TOP + lanes * lane, nowX: x, legs, theft };
}

function weight(ms: number): number {
  return 2 + Math.log2(1 + Math.max(0, ms) / 1000);
}

function laneOfTheft(
  theft: Theft | null,
  legs: readonly Lane<Leg>[],
  nowMs: number,
  y: number,
): TheftLane | null {
  const robbed = legs.find(({ of: leg }) => leg.generation === theft?.generation);
  if (theft === null || robbed === undefined) return null;
  const fromX = xAt(robbed, theft.startMs, nowMs);
  const { own } = theft;
  const ownX = own && Math.max(fromX + 24, xIn(legs, own.startMs, nowMs));
  const toX = Math.max((ownX ?? fromX) + 24, xIn(legs, theft.endMs ?? nowMs, nowMs));
  return { of: theft, fromX, toX, fromY: robbed.y, y, ownX };
}

function xIn(legs: readonly Lane<Leg>[], atMs: number, nowMs: number): number {
  const lane = legs.findLast(({ of: leg }) => leg.startMs <= atMs) ?? legs[0];
  return lane ? xAt(lane, atMs, nowMs) : LEFT;
}

function xAt({ of: leg, fromX, toX }: Lane<Leg>, atMs: number, nowMs: number): number {
  const length = (leg.endMs ?? nowMs) - leg.startMs || 1;
  const share = Math.min(1, Math.max(0, (atMs - leg.startMs) / length));
  // Past the number at its start.
  return Math.min(toX, Math.max(fromX + 20, fromX + share * (toX - fromX)));
}
