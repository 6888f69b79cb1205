import { conformance } from '@tendril/connector-kit/conformance';
import { describe, it } from 'vitest';

import { smsTwilio } from '../src/sms-twilio.ts';
import { twilioSamples } from './samples.ts';

conformance(smsTwilio, twilioSamples, { describe, it });
