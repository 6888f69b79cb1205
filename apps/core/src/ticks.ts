import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { dispatchAll, evaluateAll, type World, workOnImports } from '@tendril/flows';
import { messageOf } from '@tendril/kernel';
import type { Settings } from './boot/settings.ts';
import { SETTINGS, WORLD } from './world-token.ts';

/**
 * Fires the flows on the schedule, and at once when something new came in. Every process of an installation does so: the flows
 * claim their work, so a tick may fire anywhere any number of times. Within one process a tick that still runs is not begun again.
 */
@Injectable()
export class Ticks implements OnApplicationShutdown {
  readonly #loops: readonly Loop[];

  constructor(
    @Inject(WORLD) private readonly world: World,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly schedule: SchedulerRegistry,
  ) {
    const careful = (work: () => Promise<unknown>) => new Loop(() => work().catch((error: unknown) => this.#failed(error)));
    this.#loops = [
      careful(async () => {
        await evaluateAll(this.world);
        await dispatchAll(this.world);
      }),
      careful(async () => {
        while (await workOnImports(this.world)) this.wake();
      }),
    ];
  }

  /** Begins to fire. Called once the first evaluation is done, so that the console tells one story. */
  start(): void {
    this.schedule.addInterval('tick', setInterval(() => this.wake(), this.settings.tickMs));
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

  #failed(error: unknown): void {
    this.world.log(`A tick failed and will be tried again: ${messageOf(error)}`, { error: error instanceof Error ? error.stack : error });
  }

  /** Lets running ticks end before the database closes. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop()));
  }
}

/** Work that runs once at a time: woken while it runs, it runs once more. */
class Loop {
  #running: Promise<unknown> | undefined;
  #again = false;
  #stopped = false;

  constructor(private readonly work: () => Promise<unknown>) {}

  wake(): void {
    if (this.#stopped) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.work().finally(() => {
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
