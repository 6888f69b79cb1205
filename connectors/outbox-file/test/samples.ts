import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ConformanceSamples } from '@tendril/connector-kit/conformance';

/** Samples that write into a new folder under the system's temporary one. */
export function outboxSamples(): ConformanceSamples & { readonly settings: { readonly folder: string } } {
  return {
    settings: { folder: mkdtempSync(join(tmpdir(), 'outbox-file-')) },
    badSettings: { 'no folder': {}, 'an empty folder': { folder: '' } },
    now: new Date('2026-11-21T09:00:00Z'),
    delivery: {
      id: '9f86d081884c7d659a2feaa0c55ad015',
      channel: 'email',
      to: 'ana@example.org',
      content: { subject: 'Your case study', html: '<p>Hello Ana</p>', text: 'Hello Ana' },
      unsubscribeUrl: 'https://tendril.example/u/1',
    },
    badContent: { 'nothing in it': {}, 'not only texts': { text: 1 } },
  };
}
