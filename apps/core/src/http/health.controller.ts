import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { readRestored, STOPPED, type World } from '@tendril/flows';
import { AppError, messageOf } from '@tendril/kernel';
import { readSetting, type RestoredRecord } from '@tendril/store';
import type { FastifyReply } from 'fastify';
import { Drain } from '../drain.ts';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';

/** How the process stands. */
interface Ready {
  readonly status: 'ok' | 'ending';
  readonly database?: string;
  /** Sending is stopped for everybody. */
  readonly stopped?: boolean;
  /** Because a backup was restored. */
  readonly restored?: RestoredRecord;
}

/** For load balancers and orchestrators; needs no key. */
@ApiTags('the public')
@Controller('health')
@Needs('public')
export class HealthController {
  constructor(
    @Inject(WORLD) private readonly world: World,
    private readonly drain: Drain,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'The process runs' })
  live(): { status: string } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'The process can work: the database answers, a rulebook is active, and it is not about to end' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Ready> {
    if (this.drain.begun) {
      reply.status(503); // as intended, so nothing for the log
      return { status: 'ending' };
    }
    const { store } = this.world;
    try {
      await store.ping();
    } catch (error) {
      throw new AppError('database-unreachable', `The database does not answer: ${messageOf(error)}`, { status: 503 });
    }
    await this.world.rulebook.require(store.db);
    const restored = await readRestored(store.db);
    return { status: 'ok', database: store.kind, stopped: (await readSetting(store.db, STOPPED)) === true, ...(restored && { restored }) };
  }
}
