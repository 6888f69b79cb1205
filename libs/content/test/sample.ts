import type { TrackingPlan } from '@tendril/events';
import type { ContentRule, Policies } from '@tendril/rulebook';
import { compileContent, type MergeInput, render, type Rendered } from '../src/index.ts';

export const policies: Policies = {
  company: { name: 'Bell & Bird', postalAddress: '1 Sample Quay, Exampleton', website: 'https://bell.example' },
  topics: { guides: { title: 'Guides & advice' } },
  holdout: { share: 0.1, salt: 'test' },
};

export const plan: TrackingPlan = {
  attributes: {
    firstName: { type: 'string', meaning: 'Given name' },
    trialEndsAt: { type: 'date', meaning: 'Last day of the trial' },
  },
  account: { sites: { type: 'number', meaning: 'Number of places' } },
  events: {},
};

/** A content with the given templates. */
export function content(templates: ContentRule['templates'], more: Partial<ContentRule> = {}): ContentRule {
  return {
    id: 'content/hello',
    version: 1,
    status: 'live',
    owner: 'growth',
    title: 'Hello',
    topic: 'guides',
    intent: 'help',
    templates,
    ...more,
  };
}

export const callToAction = { label: 'Read it', url: 'https://bell.example/guide?a=1&b=2' };

export const recipient: MergeInput = {
  lead: { firstName: 'Ada' },
  account: null,
  unsubscribeUrl: 'https://bell.example/u/token',
};

/** Renders an e-mail with this body (and subject) for a recipient. */
export function email(body: string, input: Partial<MergeInput> = {}, subject = 'Hello'): Rendered {
  const rule = content({ 'email.hbs': body, 'subject.hbs': subject }, { callToAction });
  return render(compileContent([rule], policies), rule.id, 'email', { ...recipient, ...input });
}

/** Renders an SMS with this text for a recipient. */
export function sms(text: string, input: Partial<MergeInput> = {}): Rendered {
  const rule = content({ 'sms.hbs': text }, { callToAction });
  return render(compileContent([rule], policies), rule.id, 'sms', { ...recipient, ...input });
}
