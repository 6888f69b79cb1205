import { conformance } from '@tendril/connector-kit/conformance';
import { describe, it } from 'vitest';

import { emailSendgrid } from '../src/email-sendgrid.ts';
import { sendGridSamples } from './samples.ts';

conformance(emailSendgrid, sendGridSamples, { describe, it });
