import { svg } from './dom.js';
import type { Leg, Relay } from './relay.js';
import { spoken } from './time.js';
import { type Lane, NARROW, type Track, layOut } from './track.js';

/** How wide a character of a label is, or a little less. */
const CHARACTER = 7.2;

/** Draws the relay anew. */
export function drawRelay(canvas: SVGSVGElement, relay: Relay, nowMs: number): void {
  const width = Math.max(280, canvas.parentElement?.clientWidth ?? 0);
  const track = layOut(relay, nowMs, width);
  canvas.setAttribute('viewBox', `0 0 ${width} ${track.height}`);
  canvas.setAttribute('height', `${track.height}`);
  canvas.replaceChildren(
    ...handOvers(track),
    ...drawTheft(track),
    ...track.legs.flatMap((lane) => drawLeg(lane, track, nowMs)),
    ...drawTip(track, relay),
  );
}

/** From the end of each leg down to the start of the next. */
function handOvers({ legs }: Track): SVGElement[] {
  return legs.slice(1).map(({ of: leg, fromX, y }, index) => {
    const above = legs[index]?.y ?? y;
    const kind = leg.withdrawn ? ' lost' : legs[index]?.of.repeated ? ' twice' : '';
    return svg('path', { class: `hand-over${kind}`, d: `M${fromX} ${above} V${y}` });
  });
}

function drawLeg(lane: Lane<Leg>, track: Track, nowMs: number): SVGElement[] {
  const { of: leg, fromX, toX, y } = lane;
  const isLive = leg.endMs === null;
  const kind = leg.withdrawn ? 'withdrawn' : isLive ? 'live' : 'spent';
  return [
    svg('path', { class: `leg ${kind}`, d: `M${fromX} ${y} H${toX}` }),
    ...(isLive ? [svg('path', { class: 'ahead', d: `M${toX} ${y} H${track.width - 8}` })] : []),
    ...drawBib(`${leg.generation}`, kind, fromX, y),
    drawLabel(lane, track, nowMs),
  ];
}

/** The number of a generation, where it begins. */
function drawBib(number: string, kind: string, x: number, y: number): SVGElement[] {
  return [
    svg('circle', { class: `bib ${kind}`, cx: x, cy: y, r: 12 }),
    svg('text', { class: `bib ${kind}`, x, y: y + 4 }, number),
  ];
}

/** Before its lane where there is room and nothing to cross, else after it, else above it. */
function drawLabel({ of: leg, fromX, toX, y }: Lane<Leg>, track: Track, nowMs: number): SVGElement {
  const text = labelOf(leg, nowMs, track.width);
  const textWidth = text.length * CHARACTER;
  const isLive = leg.endMs === null;
  // What the live one has left is drawn after it.
  if (!isLive && toX + 12 + textWidth <= track.width) return label(text, 'label', toX + 12, y + 4);
  const beforeX = fromX - 18;
  const isCrossed = crosses(track, beforeX - textWidth, beforeX, y);
  if (beforeX >= textWidth && !isCrossed) return label(text, 'label end', beforeX, y + 4);
  return label(text, 'label end', Math.max(toX, Math.min(fromX + textWidth, track.width)), y - 12);
}

/** Whether the thief's line comes down between two points of a lane. */
function crosses({ theft }: Track, fromX: number, toX: number, y: number): boolean {
  return theft !== null && theft.fromY < y && theft.fromX > fromX - 4 && theft.fromX < toX + 4;
}

const label = (text: string, kind: string, x: number, y: number) =>
  svg('text', { class: kind, x, y }, text);

function labelOf(leg: Leg, nowMs: number, width: number): string {
  if (leg.withdrawn) return width < NARROW ? 'withdrawn' : 'withdrawn, never arrived';
  const lived = spoken(((leg.endMs ?? nowMs) - leg.startMs) / 1000);
  const state = leg.endMs === null ? `live for ${lived}` : `spent after ${lived}`;
  const isTwice = leg.repeated && leg.endMs !== null;
  if (isTwice) return width < NARROW ? 'asked twice' : `${state}, asked twice`;
  return leg.byAnotherTab ? `another tab, ${state}` : state;
}

function drawTheft({ theft, width }: Track): SVGElement[] {
  if (theft === null) return [];
  const { of: copy, fromX, toX, fromY, y, ownX } = theft;
  const isCaught = copy.endMs !== null;
  return [
    svg('path', { class: 'theft', d: `M${fromX} ${fromY + 6} V${y} H${toX}` }),
    ...(isCaught ? [svg('path', { class: 'caught', d: cross(toX, y) })] : []),
    ...(ownX === null ? [] : drawBib(`${copy.own?.generation}`, 'stolen', ownX, y)),
    drawNote(copy.note, fromX - 10, toX + 16, y, width),
  ];
}

/** After the thief's line where there is room, else before it, else below it. */
function drawNote(note: string, beforeX: number, afterX: number, y: number, width: number) {
  const textWidth = note.length * CHARACTER;
  if (afterX + textWidth <= width) return label(note, 'label thief', afterX, y + 4);
  if (beforeX >= textWidth) return label(note, 'label thief end', beforeX, y + 4);
  return label(note, 'label thief end', width - 4, y + 18);
}

const cross = (x: number, y: number): string =>
  `M${x - 6} ${y - 6} l12 12 M${x + 6} ${y - 6} l-12 12`;

/** The baton at the front, or where the race ended. */
function drawTip({ legs, nowX }: Track, { over }: Relay): SVGElement[] {
  const last = legs.at(-1);
  if (last === undefined) return [];
  const { y } = last;
  if (over) return [svg('path', { class: 'finish', d: `M${last.toX} ${y - 12} v24` })];
  return [svg('path', { class: 'baton', d: `M${nowX - 7} ${y + 7} l14 -14` })];
}
