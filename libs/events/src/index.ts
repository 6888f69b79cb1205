export type { Consents, ConsentState, LeadEvent } from './types.ts';
