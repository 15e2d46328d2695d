import type { Line } from './samples.js';

const WIDTH = 720;
const LABEL = 220;
const BAR = 22;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Requests per second as bars, in plain SVG. */
export function plot(title: string, lines: readonly Line[]): string {
  const most = Math.max(...lines.map(({ perSecond }) => perSecond));
  const bars = lines.map(({ subject, perSecond }, index) => {
    const y = 40 + index * (BAR + 6);
    const width = Math.max(1, (perSecond / most) * (WIDTH - LABEL - 90));
    const color = subject.startsWith('baton') || subject === 'standalone' ? '#2563eb' : '#94a3b8';
    return [
      `<text x="${LABEL - 8}" y="${y + 15}" text-anchor="end">${escaped(subject)}</text>`,
      `<rect x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${color}"/>`,
      `<text x="${(LABEL + width + 6).toFixed(1)}" y="${y + 15}">${perSecond.toFixed(0)}/s</text>`,
    ].join('');
  });
  const height = 50 + lines.length * (BAR + 6);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="24" font-weight="bold">${escaped(title)}</text>
${bars.join('\n')}
</svg>
`;
}
