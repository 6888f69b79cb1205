import { AppError, DAY, HOUR, ManualClock } from '@tendril/kernel';
import type { RuleSource } from '@tendril/rulebook';
import { addCampaign, type Store, writeSetting } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import { activate } from '../src/activate-rulebook.ts';
import { type Active, compileRulebook } from '../src/active-rulebook.ts';
import { dispatchAll, dispatchTouchpoints, STOPPED } from '../src/dispatch-touchpoints.ts';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { takeFeedback } from '../src/hear-feedback.ts';
import { takeIn } from '../src/intake.ts';
import { unsubscribe } from '../src/opt-out.ts';
import type { World } from '../src/world.ts';
import { leasesRunOut, mortal, pausing, untilItEnds } from './mishaps.ts';
import { type Answer, MoneyModel, POLICIES, type Touch } from './money-model.ts';
import type { Aside, Step } from './money-steps.ts';
import { event, granted, type Recorder, RULES, worldOn } from './small-company.ts';

const SENDING = 2;

/** Three leads; the third shares the first one's addresses. Each has two, of which the newest heard of counts. */
const emails = [
  ['ana@small.example', 'ana@home.example'],
  ['ben@small.example', 'ben@home.example'],
  ['ANA@small.example', 'ana@home.example'],
] as const;

const NAMES = ['ana', 'ben', 'cat'] as const;

const file = (path: string, json: object): RuleSource => ({ path, text: JSON.stringify(json) });
const parsed = (path: string): Record<string, unknown> => JSON.parse(RULES.find((rule) => rule.path === path)?.text ?? '{}') as Record<string, unknown>;

function rules(changes: readonly RuleSource[]): { compiled: Active; open: (world: World) => Promise<void> } {
  const changed = new Set(changes.map(({ path }) => path));
  const files = [...RULES.filter(({ path }) => !changed.has(path)), ...changes];
  const compiled = compileRulebook({ files, gitRevision: null });
  return { compiled, open: (world) => world.connectors.open(compiled.rulebook.connectors) };
}

const NEWS = [
  file('policies.json', { ...parsed('policies.json'), ...POLICIES, topics: { product: { title: 'Product' }, news: { title: 'News' } } }),
  file('journeys/news.json', { ...parsed('journeys/pricing.json'), id: 'journeys/news', reentry: { after: '2d' }, steps: [{ id: 'mail', touch: 'content/news', channel: 'email', expires: '3d' }] }),
  file('content/news/content.json', { ...parsed('content/pricing/content.json'), id: 'content/news', topic: 'news' }),
  { path: 'content/news/subject.hbs', text: 'News' },
  { path: 'content/news/email.hbs', text: '<p>News.</p>' },
];

/** Two journeys that write to the same leads about two topics; the same with one of them ended; the same through another connector. */
const RULEBOOKS = [
  rules(NEWS),
  rules([...NEWS, file('journeys/pricing.json', { ...parsed('journeys/pricing.json'), status: 'draft' })]),
  rules([...NEWS, file('connectors.json', { connectors: [{ name: 'other', package: 'recorder', settings: {}, secrets: {} }] })]),
];

/** A whole life of a small installation of two processes, checked against the model at every message. */
export class MoneyLife {
  readonly model = new MoneyModel();
  readonly #store: Store;
  readonly #clock = new ManualClock('2026-03-02T09:00:00Z');
  readonly #recorders: Recorder[];
  readonly #worlds: World[];
  #campaigns = 0;

  constructor(store: Store) {
    this.#store = store;
    // The third process is the one that comes between.
    this.#recorders = [0, 1, 2].map(() => ({ sent: [], answer: () => ({ state: 'unknown', message: '' }), before: async () => undefined }));
    this.#worlds = this.#recorders.map((recorder) => worldOn(store, this.#clock, recorder));
  }

  async begin(): Promise<void> {
    const { rows } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables where table_schema = 'public' and table_name not in ('migration', 'audit_move')
    `.execute(this.#store.db);
    await sql.raw(`truncate ${rows.map(({ name }) => `"${name}"`).join(', ')} restart identity`).execute(this.#store.db);
    await this.#activate(0);
    // By id alone first, or those who share an address would be one lead.
    for (const id of NAMES) await this.#takeIn(event(this.#clock.now(), 'noise', {}, { id }));
    for (const [n] of NAMES.entries()) await this.#takeIn(event(this.#clock.now(), 'noise', {}, this.#lead(n, 0)));
  }

  #lead(n: number, mail: number): { id: string; email: string } {
    return { id: NAMES[n] ?? '', email: emails[n]?.[mail === 0 ? 0 : 1] ?? '' };
  }

  async #takeIn(one: ReturnType<typeof event>): Promise<void> {
    this.model.event(one);
    await takeIn(this.#worlds[0]!, [one]);
  }

  async #activate(which: number): Promise<void> {
    const { compiled, open } = RULEBOOKS[which]!;
    for (const world of this.#worlds) await open(world);
    await activate(this.#worlds[0]!, compiled, { by: 'test' });
  }

  async touches(): Promise<Touch[]> {
    const { rows } = await sql<Touch>`
      select t.id, i.value as crm, t.content, t.state, t.reason, t.address_hash as "addressHash"
      from touchpoint t join identity i on i.lead = t.lead and i.kind = 'id' order by t.id
    `.execute(this.#store.db);
    return rows;
  }

  async step(step: Step): Promise<void> {
    switch (step.does) {
      case 'read':
        return this.#takeIn(event(new Date(this.#clock.now().getTime() - step.daysAgo * DAY), 'page_viewed', { path: '/pricing' }, this.#lead(step.lead, step.mail)));
      case 'campaign':
        return this.#campaign();
      case 'evaluate':
        return untilItEnds(evaluateAll(step.dies ? mortal(this.#worlds[0]!, step.dies) : this.#worlds[0]!));
      case 'dispatch':
        return this.#dispatch(step);
      case 'time':
        return this.#clock.advance(step.milliseconds);
      default:
        return this.#aside(step);
    }
  }

  async #aside(aside: Aside): Promise<void> {
    switch (aside.does) {
      case 'say': {
        const lead = { id: this.#lead(aside.lead, 0).id };
        const said = { ...granted(this.#clock.now(), lead).properties, topic: aside.topic, state: aside.state };
        return this.#takeIn(event(this.#clock.now(), 'consent_changed', said, lead));
      }
      case 'suppress':
        return this.#takeIn(event(this.#clock.now(), 'suppressed', { channel: 'email', reason: 'left' }, this.#lead(aside.lead, aside.mail)));
      case 'hear':
      case 'unsubscribe':
        return this.#feedback(aside);
      case 'stop':
        this.model.stopped = aside.stopped;
        return writeSetting(this.#store.db, STOPPED, aside.stopped, this.#clock.now());
      case 'rules':
        return this.#activate(aside.which);
      case 'another': {
        await leasesRunOut(this.#store);
        await this.#listen(2, ['accepted'], []);
        await dispatchTouchpoints(this.#worlds[2]!);
        return this.#afterwards();
      }
    }
  }

  /** Only about what the vendor took: about the rest it has nothing to say. */
  async #feedback(aside: Aside & { readonly does: 'hear' | 'unsubscribe' }): Promise<void> {
    const taken = (await this.touches()).filter(({ id }) => this.model.took(id));
    const touch = taken[aside.nth % taken.length];
    if (!touch) return;
    if (aside.does === 'unsubscribe') {
      await unsubscribe(this.#worlds[0]!, touch.id);
      return this.model.optedOut(touch);
    }
    const said = { kind: aside.kind, id: `${aside.kind} ${touch.id}`, at: this.#clock.now(), touchpoint: touch.id, permanent: true };
    await takeFeedback(this.#worlds[0]!, this.#worlds[0]!.connectors.list()[0]!.name, [said, said]);
    this.model.feedback(said, touch);
  }

  async #campaign(): Promise<void> {
    this.#campaigns += 1;
    const definition = { include: ['segments/pricing'], exclude: [], content: 'content/news', channel: 'email', expiresAt: null };
    const campaign = { id: `campaigns/${this.#campaigns}`, title: 'Hello', definition, status: 'running' as const, createdAt: this.#clock.now(), by: 'test' };
    await this.#store.transaction((db) => addCampaign(db, campaign, definition.include));
  }

  /** Lets the model hear what a process hands to the vendor. What happens during the call comes too late for it, so rights are noted before. */
  async #listen(by: number, answers: readonly Answer[], calling: readonly Aside[]): Promise<void> {
    const recorder = this.#recorders[by]!;
    const touches = new Map((await this.touches()).map((touch) => [touch.id, touch]));
    let rights = this.model.rights();
    let asked = 0;
    recorder.before = async () => {
      rights = this.model.rights();
      for (const aside of calling) await this.#aside(aside);
    };
    recorder.answer = (delivery) => this.model.deliver(delivery, answers[asked++ % answers.length]!, touches.get(delivery.id)!, rights, this.#clock.now());
  }

  async #dispatch({ by, answers, dies, claimed, calling }: Step & { readonly does: 'dispatch' }): Promise<void> {
    await this.#listen(by, answers, calling);
    const rights = this.model.rights();
    const before = new Set((await this.touches()).filter(({ state }) => state === 'suppressed').map(({ id }) => id));
    const paused = pausing(this.#worlds[by]!, SENDING, async () => {
      for (const aside of claimed) await this.#aside(aside);
    });
    try {
      await untilItEnds(dispatchTouchpoints(dies ? mortal(paused, dies) : paused));
    } catch (error) {
      // Another rulebook took the connector away between claim and call: the tick fails, and the claim is taken back after its lease.
      if (!(error instanceof AppError && error.code === 'connector-unknown')) throw error;
    }
    await this.#afterwards();
    const ended = (await this.touches()).filter(({ id, reason }) => !before.has(id) && (reason === 'no-consent' || reason === 'consent-denied'));
    if (![...claimed, ...calling].some(({ does }) => does === 'another')) for (const touch of ended) this.model.endedWithoutConsent(touch, rights);
  }

  /** A vendor's refusal counts from when it is written. */
  async #afterwards(): Promise<void> {
    const rejected = (await this.touches()).filter(({ state }) => state === 'rejected');
    for (const touch of rejected) {
      const last = this.model.asked.findLast(({ id }) => id === touch.id)?.answer;
      if (last === 'opted-out' && !this.#refused.has(touch.id)) this.model.optedOut(touch);
      if (last === 'bad-address') this.model.addressRefused(touch);
      this.#refused.add(touch.id);
    }
  }

  readonly #refused = new Set<string>();

  /** Every trouble ends, and time goes on. */
  async settle(): Promise<void> {
    await this.#activate(0);
    await this.#aside({ does: 'stop', stopped: false });
    for (let round = 0; round < 3; round += 1) {
      await leasesRunOut(this.#store);
      this.#clock.advance(2 * HOUR);
      await this.#calmRound();
    }
    // What caps and quiet hours hold goes when they say so, or has ended by then.
    for (let next = await this.#nextDue(); next; next = await this.#nextDue()) {
      if (next > this.#clock.now()) this.#clock.set(next);
      await this.#calmRound();
    }
  }

  async #calmRound(): Promise<void> {
    await evaluateAll(this.#worlds[0]!);
    await this.#listen(0, ['accepted'], []);
    await dispatchAll(this.#worlds[0]!);
    await this.#afterwards();
  }

  async #nextDue(): Promise<Date | null> {
    const { rows } = await sql<{ at: Date | null }>`select min(due_at) as at from touchpoint where state in ('planned', 'held')`.execute(this.#store.db);
    return rows[0]?.at ?? null;
  }
}
