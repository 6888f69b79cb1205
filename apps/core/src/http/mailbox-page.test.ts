import type { TouchpointView } from '@tendril/store';
import { describe, expect, it } from 'vitest';
import type { Mailbox, MailboxItem } from './mailbox-load.ts';
import { mailboxPage } from './mailbox-page.ts';

const ATTACK = `"><script>alert(1)</script><i x='`;
const AT = new Date('2026-03-02T09:00:00Z');

const TOUCHPOINT: TouchpointView = {
  id: 'ab'.repeat(32),
  lead: '00000000-0000-7000-8000-000000000001',
  programme: 'journeys/welcome',
  version: 1,
  entry: 1,
  step: 'welcome',
  channel: 'email',
  content: 'content/welcome',
  state: 'accepted',
  reason: null,
  connector: 'outbox',
  vendorRef: null,
  attempt: 1,
  plannedAt: AT,
  dueAt: AT,
  expiresAt: null,
  sentAt: AT,
  deliveredAt: null,
  openedAt: null,
  clickedAt: null,
  repliedAt: null,
  bouncedAt: null,
  complainedAt: null,
  consent: '1',
  rulebook: '0123456789abcdef',
  gitRevision: null,
  gatedRulebook: null,
  gatedRevision: null,
  because: {
    kind: 'journey',
    programme: 'journeys/welcome',
    version: 1,
    file: 'journeys/welcome.json',
    entered: 'segments/new-leads',
    facts: { stage: 'awareness', scores: {}, grades: {}, segments: [], lastEvent: null },
  },
  answers: [{ asked: 'consent', passed: true, answer: 'Consent for email about guides: granted.' }],
};

const MESSAGE = { to: 'ana@small.example', content: { subject: 'Welcome', html: '<p>Hello</p>', text: 'Hello' } };

function itemOf(change: Partial<TouchpointView>, more: Partial<MailboxItem> = {}): MailboxItem {
  return { touchpoint: { ...TOUCHPOINT, ...change }, title: 'Welcome', recipient: MESSAGE.to, message: null, kept: false, ...more };
}

function pageOf(item: MailboxItem | null, change: Partial<Mailbox> = {}): string {
  const overview = { leads: 2, evaluated: 2, segments: {}, stages: {}, touchpoints: [] };
  const items = item ? [item] : [];
  return mailboxPage({ filters: {}, overview, titles: new Map(), stages: [], items, more: false, open: item, asked: false, ...change });
}

describe('mailboxPage', () => {
  it('escapes all that leads and vendors say, wherever it is shown', () => {
    const message = { to: ATTACK, content: { subject: ATTACK, text: ATTACK, html: ATTACK } };
    const answers = [{ asked: ATTACK, passed: false, answer: ATTACK }];
    const because = { ...TOUCHPOINT.because, entered: ATTACK };
    const item = itemOf({ because, answers, reason: ATTACK, connector: ATTACK, state: 'rejected' }, { title: ATTACK, recipient: ATTACK, message, kept: true });
    const page = pageOf(item, {
      filters: { state: ATTACK, programme: ATTACK },
      titles: new Map([['journeys/welcome', ATTACK], ['segments/s', ATTACK]]),
      overview: { leads: 1, evaluated: 1, segments: { 'segments/s': 1 }, stages: { [ATTACK]: 1 }, touchpoints: [{ programme: ATTACK, channel: 'email', state: 'rejected', reason: ATTACK, n: 1 }] },
      stages: [{ name: ATTACK, title: ATTACK }],
      asked: true,
    });
    expect(page.split('&lt;script&gt;').length).toBeGreaterThan(12);
    expect(page).not.toMatch(/<script|<i x|"">/);
  });

  it('shows why, the message in its frame, its text, the gate and the facts', () => {
    const page = pageOf(itemOf({}, { message: { ...MESSAGE, unsubscribeUrl: 'http://localhost:3000/u/x' }, kept: true }));
    expect(page).toContain('the lead entered segments/new-leads.');
    expect(page).toContain(`<iframe sandbox src="/outbox/${TOUCHPOINT.id}/message"`);
    expect(page).toContain('<pre>Hello</pre>');
    expect(page).toContain('<td>consent</td><td>yes</td><td>Consent for email about guides: granted.</td>');
    expect(page).toContain('&quot;entered&quot;: &quot;segments/new-leads&quot;');
    expect(page).toContain('href="http://localhost:3000/u/x"');
  });

  it('shows a text message as text', () => {
    const page = pageOf(itemOf({ channel: 'sms' }, { message: { to: '+44', content: { text: 'Hi <b>' } }, kept: true }));
    expect(page).toContain('<pre>Hi &lt;b&gt;</pre>');
    expect(page).not.toContain('<iframe');
  });

  it.each([
    ['accepted', { kept: true }, 'The file is gone'],
    ['accepted', { kept: false }, 'which keeps no copy here'],
    ['held', { kept: true }, 'Nothing was sent'],
  ] as const)('says why there is no message: %s, %j', (state, more, sentence) => {
    expect(pageOf(itemOf({ state }, more))).toContain(sentence);
  });

  it.each([
    ['suppressed', 'It was not sent: suppressed (why-so).'],
    ['held', 'It is held (why-so), and the gate looks at it again at <time datetime="2026-03-02T09:00:00.000Z">2026-03-02 09:00 UTC</time>.'],
    ['rejected', 'outbox refused it (why-so).'],
    ['unknown', 'so it is not sent again (why-so).'],
  ] as const)('says what became of one that is %s', (state, sentence) => {
    expect(pageOf(itemOf({ state, reason: 'why-so' }))).toContain(sentence);
  });

  it('keeps the filters while one reads and pages', () => {
    const page = pageOf(itemOf({}), { filters: { state: 'accepted', programme: 'journeys/welcome' }, more: true });
    expect(page).toContain(`href="/outbox/${TOUCHPOINT.id}?state=accepted&amp;programme=journeys%2Fwelcome"`);
    expect(page).toContain(`href="/?state=accepted&amp;programme=journeys%2Fwelcome&amp;before=${TOUCHPOINT.id}"`);
  });

  it('says when a touchpoint will appear while there is none', () => {
    expect(pageOf(null)).toContain('A touchpoint appears when');
    expect(pageOf(null, { filters: { state: 'unknown' } })).toContain('Nothing is like this');
  });
});
