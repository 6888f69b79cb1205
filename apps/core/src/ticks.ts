import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { type OutsidePost, type OutsideReply, postOutside, systemResolve } from '@tendril/connector-kit';
import {
  ALIVE_EVERY,
  dispatchTouchpoints,
  evaluateAllShadows,
  evaluateEveryone,
  evaluateLeads,
  forgetOldDeliveries,
  giveWay,
  retainEvents,
  sayAlive,
  sendWebhooks,
  type World,
  workOnImports,
} from '@tendril/flows';
import { HOUR, messageOf, MINUTE, SECOND } from '@tendril/kernel';
import type { Settings } from './boot/settings.ts';
import { Metrics, type TickName } from './metrics.ts';
import { SETTINGS, WORLD } from './world-token.ts';

/** Webhooks that one process sends to at the same time: so many dead receivers may hold it up for one deadline each. */
const LANES = 4;

/** A receiver of webhooks has this long to answer; much less than a claim holds. */
const WEBHOOK_DEADLINE = 10 * SECOND;
/** How often it is asked whether the day's deletion of old events is done. */
const RETENTION_EVERY = 10 * MINUTE;

/**
 * Fires the flows on the schedule, and at once when something new came in. Every process of an installation does so: the flows
 * claim their work, so a tick may fire anywhere any number of times. Within one process a tick that still runs is not begun again.
 */
@Injectable()
export class Ticks implements OnApplicationShutdown {
  readonly #loops: readonly Loop[];
  readonly #lanes: readonly Loop[];
  /** Not woken by what comes in: it has a day's time. */
  readonly #retention: Loop;

  constructor(
    @Inject(WORLD) private readonly world: World,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly schedule: SchedulerRegistry,
    private readonly metrics: Metrics,
  ) {
    const careful = (tick: TickName, work: (going: () => boolean) => Promise<unknown>) =>
      new Loop((going) => this.metrics.timed(tick, () => work(going)).catch((error: unknown) => this.#failed(error)));
    this.#lanes = Array.from({ length: LANES }, () => careful('webhooks', () => sendWebhooks(this.world, (post) => this.#post(post))));
    const look = careful('leads', async (going) => {
      while (going() && (await evaluateLeads(this.world)).leads > 0) await giveWay();
      while (going() && (await dispatchTouchpoints(this.world)).gated > 0) await giveWay();
      for (const lane of this.#lanes) lane.wake();
    });
    this.#loops = [
      look,
      // Beside it, so that fresh events do not wait for what takes long.
      careful('everyone', async (going) => {
        await evaluateEveryone(this.world, { going, onPart: ({ leads }) => (leads > 0 ? look.wake() : undefined) });
        if (going()) await evaluateAllShadows(this.world);
      }),
      careful('imports', async (going) => {
        while (going() && (await workOnImports(this.world))) this.wake();
      }),
      ...this.#lanes,
    ];
    this.#retention = careful('retention', async (going) => {
      while (going() && (await retainEvents(this.world)) !== undefined) await giveWay();
    });
  }

  /** Begins to fire. Called once the first evaluation is done, so that the console tells one story. */
  start(): void {
    this.schedule.addInterval('tick', setInterval(() => this.wake(), this.settings.tickMs));
    const forget = new Loop(() => forgetOldDeliveries(this.world).catch((error: unknown) => this.#failed(error)));
    this.schedule.addInterval('forget webhooks', setInterval(() => forget.wake(), HOUR));
    const alive = (): void => void sayAlive(this.world).catch((error: unknown) => this.#failed(error));
    this.schedule.addInterval('alive', setInterval(alive, ALIVE_EVERY));
    this.schedule.addInterval('retention', setInterval(() => this.#retention.wake(), RETENTION_EVERY));
  }

  /** Something is new: look now rather than at the next tick. Returns at once. */
  wake(): void {
    for (const loop of this.#loops) loop.wake();
  }

  /** Resolves when nothing runs. An import wakes the evaluation as it goes, so one look at each loop is not enough. */
  async settled(): Promise<void> {
    while (this.#loops.some((loop) => loop.running)) {
      for (const loop of this.#loops) await loop.settled();
    }
  }

  #post(post: OutsidePost): Promise<OutsideReply> {
    return postOutside(post, {
      allowPrivate: this.settings.webhooksPrivate,
      deadline: () => AbortSignal.timeout(WEBHOOK_DEADLINE),
      resolve: systemResolve,
      now: () => this.world.clock.now(),
    });
  }

  #failed(error: unknown): void {
    this.world.log(`A tick failed and will be tried again: ${messageOf(error)}`, { error: error instanceof Error ? error.stack : error });
  }

  /** Takes no more work; resolves when what is under way is done. Other processes do the rest. */
  async stop(): Promise<void> {
    await Promise.all([...this.#loops, this.#retention].map((loop) => loop.stop()));
  }

  /** Lets running ticks end before the database closes. */
  onApplicationShutdown(): Promise<void> {
    return this.stop();
  }
}

/** Work that runs once at a time: woken while it runs, it runs once more. */
class Loop {
  #running: Promise<unknown> | undefined;
  #again = false;
  #stopped = false;

  /** @param work asks `going` between two pieces whether to begin another one */
  constructor(private readonly work: (going: () => boolean) => Promise<unknown>) {}

  wake(): void {
    if (this.#stopped) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.work(() => !this.#stopped).finally(() => {
      this.#running = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.wake();
    });
  }

  get running(): boolean {
    return this.#running !== undefined;
  }

  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.settled();
  }
}
