import { conformance } from '@tendril/connector-kit/conformance';
import { describe, it } from 'vitest';

import { outboxFile } from '../src/outbox-file.ts';
import { outboxSamples } from './samples.ts';

conformance(outboxFile, outboxSamples(), { describe, it });
