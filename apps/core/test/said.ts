import type { Answer } from './core-under-test.ts';
import { expect } from 'vitest';

/** The lead that most tests are about. */
export const ANA = { id: 'crm-1', email: 'ana@clinic.example', phone: '+447700900123' };

/** When most things happened: a minute before the core under test begins. */
export const THEN = '2026-03-02T08:59:00Z';

let keys = 0;

/** An event for POST /v1/events, with a key of its own unless given one. */
export function eventOf(type: string, properties: object = {}, more: object = {}): Record<string, unknown> {
  keys += 1;
  return { source: 'test', key: `key-${keys}`, type, at: THEN, lead: ANA, properties, ...more };
}

/** The lead said yes, or no, to product news on a channel. */
export function consentOf(channel: string, state: 'granted' | 'denied' = 'granted', lead: object = ANA): Record<string, unknown> {
  return eventOf('consent_changed', { channel, topic: 'product', state, basis: 'consent', wording: 'Yes please', evidence: 'form 1' }, { lead });
}

/** What every error of the API says. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly field?: string;
  readonly hint?: string;
  readonly data?: unknown;
}

/** Expects problem details with this status and code, and hands them over. */
export function refusalIn(answer: Answer, status: number, code: string): Refusal {
  const said = answer.json as Refusal;
  expect(said).toMatchObject({ type: `urn:tendril:problem:${code}`, title: expect.stringMatching(/\w/), status, code, detail: expect.stringMatching(/\w/) });
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  return said;
}

/** Expects this status, and hands over the body. */
export function bodyOf<Body>(answer: Answer, status = 200): Body {
  expect(answer.status, answer.text).toBe(status);
  return answer.json as Body;
}
