import { Inject, Injectable } from '@nestjs/common';
import { STOPPED, type World } from '@tendril/flows';
import { type Backlog, COUNTED_UPTO, readBacklog, readOpenRuns, readSetting } from '@tendril/store';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { WORLD } from './world-token.ts';

/** The loops of `Ticks`, as metrics name them. */
export type TickName = 'leads' | 'everyone' | 'imports' | 'retention' | 'webhooks';

type Gauges<Name extends string> = Readonly<Record<Name, Gauge>>;

/**
 * What a monitoring system is told. Backlogs are the installation's: they are read from the database at each scrape, so any
 * process may be asked. Counters, durations, memory and event loop are this process's own. No label is ever a lead or a rule.
 */
@Injectable()
export class Metrics {
  readonly #registry = new Registry();
  readonly #events: Counter<'result'>;
  readonly #ticks: Histogram<'tick'>;
  readonly #failures: Counter<'tick'>;
  readonly #gauges: ReturnType<typeof gaugesOf>;

  constructor(@Inject(WORLD) private readonly world: World) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#events = new Counter({ name: 'tendril_events_total', help: 'Events sent to this process over HTTP, by what became of them', labelNames: ['result'], registers });
    this.#ticks = new Histogram({
      name: 'tendril_tick_seconds',
      help: 'How long the ticks of this process took',
      labelNames: ['tick'],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120],
      registers,
    });
    this.#failures = new Counter({ name: 'tendril_tick_failures_total', help: 'Ticks of this process that ended with an error; the log says which', labelNames: ['tick'], registers });
    this.#gauges = gaugesOf(registers);
  }

  /** Counts what became of events. */
  tookIn({ stored, duplicates, refused }: { readonly stored: number; readonly duplicates: number; readonly refused: readonly unknown[] }): void {
    this.#events.inc({ result: 'stored' }, stored);
    this.#events.inc({ result: 'duplicate' }, duplicates);
    this.#events.inc({ result: 'refused' }, refused.length);
  }

  /** Does the work and measures it; its error is counted and thrown on. */
  async timed(tick: TickName, work: () => Promise<unknown>): Promise<void> {
    const end = this.#ticks.startTimer({ tick });
    try {
      await work();
    } catch (error) {
      this.#failures.inc({ tick });
      throw error;
    } finally {
      end();
    }
  }

  /** Everything in the text format of Prometheus, with its content type. */
  async scrape(): Promise<{ readonly text: string; readonly type: string }> {
    const { db } = this.world.store;
    const { simple, state, runs, rulebook } = this.#gauges;
    const now = this.world.clock.now();
    const backlog = await readBacklog(db, now);
    for (const [name, value] of Object.entries(figuresOf(backlog, now))) simple[name as keyof typeof simple].set(value);
    for (const [name, n] of Object.entries(backlog.touchpoints)) state.set({ state: name }, n);
    simple.dispatch_stopped.set((await readSetting(db, STOPPED)) === true ? 1 : 0);
    runs.reset();
    for (const run of await readOpenRuns(db)) {
      for (const what of ['runs', 'done', 'total'] as const) runs.set({ kind: run.kind, what }, run[what]);
    }
    rulebook.reset();
    const active = await this.world.rulebook.read(db);
    if (active) rulebook.set({ hash: active.rulebook.hash, revision: active.gitRevision ?? '' }, 1);
    return { text: await this.#registry.metrics(), type: this.#registry.contentType };
  }
}

const counted = `counted up to ${COUNTED_UPTO}`;

const HELP = {
  due_rows: `Things that happened to leads and wait to be looked at, ${counted}`,
  due_oldest_seconds: 'How long ago the first event that waits arrived; 0 when none does',
  time_due_leads: `Leads for whom time alone may have changed an answer, ${counted}`,
  time_due_oldest_seconds: 'How long the first of them has waited',
  touchpoints_due: `Touchpoints that the gate may be asked about, ${counted}`,
  touchpoints_due_oldest_seconds: 'How long the first of them has waited',
  dispatch_stopped: '1 while sending is stopped for everybody',
} as const;

type Simple = keyof typeof HELP;

function gaugesOf(registers: Registry[]): { simple: Gauges<Simple>; state: Gauge<'state'>; runs: Gauge<'kind' | 'what'>; rulebook: Gauge<'hash' | 'revision'> } {
  const simple = Object.entries(HELP).map(([name, help]) => [name, new Gauge({ name: `tendril_${name}`, help, registers })]);
  return {
    simple: Object.fromEntries(simple) as Gauges<Simple>,
    state: new Gauge({ name: 'tendril_touchpoints', help: `Touchpoints that are not at their end, by state; each group is ${counted}`, labelNames: ['state'], registers }),
    runs: new Gauge({ name: 'tendril_open_runs', help: 'Long work that is not done, by kind: runs, and their parts done and in total', labelNames: ['kind', 'what'], registers }),
    rulebook: new Gauge({ name: 'tendril_rulebook_info', help: 'The rulebook that decides', labelNames: ['hash', 'revision'], registers }),
  };
}

function figuresOf({ due, dueSince, timeDue, timeDueSince, touchpointsDue, touchpointsDueSince }: Backlog, now: Date): Readonly<Record<Exclude<Simple, 'dispatch_stopped'>, number>> {
  const age = (since: Date | null): number => (since === null ? 0 : Math.max(0, now.getTime() - since.getTime()) / 1000);
  return {
    due_rows: due,
    due_oldest_seconds: age(dueSince),
    time_due_leads: timeDue,
    time_due_oldest_seconds: age(timeDueSince),
    touchpoints_due: touchpointsDue,
    touchpoints_due_oldest_seconds: age(touchpointsDueSince),
  };
}
