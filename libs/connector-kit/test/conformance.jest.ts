import { describe, it } from '@jest/globals';

import { conformance } from '../src/conformance/conformance.ts';
import { tiny, tinySamples } from './tiny.ts';

// The same suite under Jest, as integrators run it whose own repositories use Jest.
conformance(tiny, tinySamples, { describe, it });
