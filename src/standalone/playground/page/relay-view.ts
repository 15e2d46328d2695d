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
    svg('circle', { class: `bib ${kind}`, cx: fromX, cy: y, r: 12 }),
    svg('text', { class: `bib ${kind}`, x: fromX, y: y + 4 }, `${leg.generation}`),
    drawLabel(lane, track, nowMs),
  ];
}

/** Beside the lane: after it where there is room, else before it. */
function drawLabel({ of: leg, fromX, toX, y }: Lane<Leg>, track: Track, nowMs: number): SVGElement {
  const text = labelOf(leg, nowMs, track.width);
  // What the live one has left is drawn after it.
  const room = leg.endMs === null ? 0 : track.width;
  return besideLane(text, 'label', fromX - 18, toX + 12, y, room);
}

function besideLane(
  text: string,
  kind: string,
  endX: number,
  startX: number,
  y: number,
  room: number,
) {
  const textWidth = text.length * CHARACTER;
  const fitsAfter = startX + textWidth <= room || endX < textWidth;
  return fitsAfter
    ? svg('text', { class: kind, x: startX, y: y + 4 }, text)
    : svg('text', { class: `${kind} end`, x: endX, y: y + 4 }, text);
}

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
  const { of: copy, fromX, toX, fromY, y } = theft;
  const isCaught = copy.endMs !== null;
  return [
    svg('path', { class: 'theft', d: `M${fromX} ${fromY + 6} V${y} H${toX}` }),
    ...(isCaught ? [svg('path', { class: 'caught', d: cross(toX, y) })] : []),
    besideLane(copy.note, 'label thief', fromX - 10, toX + 16, y, width),
  ];
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
