import { DAY, durationMs } from '@tendril/kernel';
import { type EventScoring, factorAt, type ScoringModel } from '@tendril/rulebook';
import { html, type Html } from './html.ts';
import { fadingInWords } from './rule-words.ts';

const CURVE = { width: 84, height: 24 };

/** A small curve of what is left of an event's points, day by day, with the words beside it; nothing where points stay. */
export function fadingCurve(rule: EventScoring): Html {
  const words = fadingInWords(rule);
  if (words === undefined) return html`stay`;
  const days = daysShown(rule);
  const points = Array.from({ length: CURVE.width / 2 + 1 }, (_, at) => {
    const left = factorAt(rule, Math.floor((at * 2 * days) / CURVE.width)) / 1_000_000;
    return `${at * 2},${(1 + (1 - left) * (CURVE.height - 2)).toFixed(1)}`;
  });
  const floor = CURVE.height - 0.5;
  return html`<svg class="curve" width="${CURVE.width}" height="${CURVE.height}" viewBox="0 0 ${CURVE.width} ${CURVE.height}" aria-hidden="true"><polygon points="0,${floor} ${points.join(' ')} ${CURVE.width},${floor}"/><polyline points="${points.join(' ')}"/></svg> ${words}`;
}

/** Three half-lives, or until nothing is left and a little longer. */
function daysShown({ halfLife, decay }: EventScoring): number {
  if (halfLife !== undefined) return (3 * durationMs(halfLife)) / DAY;
  const ends = !decay ? ['1d'] : 'linear' in decay ? [decay.linear] : Object.keys(decay.steps);
  return (1.15 * Math.max(...ends.map(durationMs))) / DAY;
}

const BAR = { width: 620, height: 30 };

/** The scale from its least to its most points, divided where a better grade begins. */
export function gradeBar({ scale, grades }: ScoringModel): Html {
  const { min, max } = scale;
  const all = Object.entries(grades ?? {}).sort(([, a], [, b]) => a - b);
  const place = (points: number): number => ((Math.min(Math.max(points, min), max) - min) / (max - min || 1)) * BAR.width;
  const parts = all.map(([letter, least], at) => {
    const [from, to] = [at === 0 ? 0 : place(least), place(all[at + 1]?.[1] ?? max)];
    const share = (at + 1) / all.length;
    const text = html`<text x="${(from + to) / 2}" y="20" text-anchor="middle">${letter}</text>`;
    return html`<rect class="grade" style="fill-opacity:${(0.15 + 0.5 * share).toFixed(2)}" x="${from}" y="0" width="${Math.max(0, to - from)}" height="${BAR.height}"/>${text}<text class="tick" x="${from}" y="${BAR.height + 14}" text-anchor="${at === 0 ? 'start' : 'middle'}">${at === 0 ? min : least}</text>`;
  });
  const end = html`<text class="tick" x="${BAR.width}" y="${BAR.height + 14}" text-anchor="end">${max}</text>`;
  const label = `From ${min} to ${max} points: ${all.map(([letter, least]) => `${letter} from ${least}`).join(', ')}`;
  return html`<svg class="bar" viewBox="-2 -2 ${BAR.width + 4} ${BAR.height + 20}" style="max-width:${BAR.width}px" role="img" aria-label="${label}">${parts}<rect class="frame" x="0" y="0" width="${BAR.width}" height="${BAR.height}"/>${end}</svg>`;
}
