import { describe, it } from 'vitest';

import { conformance } from '../src/conformance/conformance.ts';
import { tiny, tinySamples } from './tiny.ts';

conformance(tiny, tinySamples, { describe, it });
