import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { STOPPED, type World } from '@tendril/flows';
import { AppError, messageOf } from '@tendril/kernel';
import { readSetting } from '@tendril/store';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';

/** For load balancers and orchestrators; needs no key. */
@ApiTags('the public')
@Controller('health')
@Needs('public')
export class HealthController {
  constructor(@Inject(WORLD) private readonly world: World) {}

  @Get('live')
  @ApiOperation({ summary: 'The process runs' })
  live(): { status: string } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'The process can work: the database answers and a rulebook is active' })
  async ready(): Promise<{ status: string; database: string; stopped: boolean }> {
    const { store } = this.world;
    try {
      await store.ping();
    } catch (error) {
      throw new AppError('database-unreachable', `The database does not answer: ${messageOf(error)}`, { status: 503 });
    }
    await this.world.rulebook.require(store.db);
    return { status: 'ok', database: store.kind, stopped: (await readSetting(store.db, STOPPED)) === true };
  }
}
