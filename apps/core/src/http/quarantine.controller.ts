import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Released, releaseQuarantined, type World } from '@tendril/flows';
import { listQuarantined, type QuarantinedEvent } from '@tendril/store';
import { z } from 'zod';
import { Ticks } from '../ticks.ts';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';
import { type Page, pageOf, Paging, readCursor } from './paging.ts';

const Search = Paging.extend({ source: z.string().min(1).max(100).optional().meta({ description: 'Only what this source sent' }) });

const Release = z.strictObject({
  ids: z.array(z.int().positive()).min(1).max(1000).optional().meta({ description: 'Only these; all when absent' }),
});

@ApiTags('events')
@ApiBearerAuth()
@Controller('v1/events/quarantine')
@Needs('operations')
export class QuarantineController {
  constructor(
    @Inject(WORLD) private readonly world: World,
    private readonly ticks: Ticks,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Events that are kept aside, the oldest first, each with the reason' })
  async list(@Query({ schema: Search }) { limit, cursor, source }: z.output<typeof Search>): Promise<Page<QuarantinedEvent>> {
    const after = readCursor(cursor, /^(\d{1,15})$/)?.[0];
    const page = { source, limit, after: after === undefined ? undefined : Number(after) };
    return pageOf(await listQuarantined(this.world.store.db, page), limit, ({ id }) => String(id));
  }

  @Post('release')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Take in again what the tracking plan of now accepts',
    description: 'What still does not fit stays, with the reason of now.',
  })
  async release(@Body({ schema: Release }) { ids }: z.output<typeof Release>): Promise<Released> {
    const released = await releaseQuarantined(this.world, ids);
    this.ticks.wake();
    return released;
  }
}
