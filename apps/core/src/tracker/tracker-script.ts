import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { TrackingPlan } from '@tendril/events';
import { sha256 } from '@tendril/kernel';

/** The script as it is served: 5.2 KB, of which 2.3 KB travel. */
export interface TrackerScript {
  readonly text: string;
  readonly gzipped: Buffer;
  /** Changes with the text, whatever its encoding; with its quotes, as the header has it. */
  readonly etag: string;
}

const SOURCE = new URL('tracker.js', import.meta.url);

/** Comments and indentation stay behind; in that file each comment stands on lines of its own. */
const sourceLines = readFileSync(SOURCE, 'utf8')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !/^(\/\/|\/\*|\*)/.test(line));

const source = sourceLines.join('\n').replace('export function', 'function');

/** Texts that `page_viewed` may carry by the plan; null when browsers may not send it. Intake refuses an event that carries others. */
export function pageProperties(plan: TrackingPlan | undefined): readonly string[] | null {
  const page = plan?.events['page_viewed'];
  if (!page?.public) return null;
  return Object.entries(page.properties).flatMap(([name, { type }]) => (type === 'string' ? [name] : []));
}

/** The tracker for sites whose page views may carry these properties. */
export function trackerScript(properties: readonly string[] | null): TrackerScript {
  const text = `(()=>{'use strict';\n${source}\ntry{startTracker(${JSON.stringify(properties)})}catch{}})();\n`;
  return { text, gzipped: gzipSync(text, { level: 9 }), etag: `W/"${sha256(text).slice(0, 16)}"` };
}
