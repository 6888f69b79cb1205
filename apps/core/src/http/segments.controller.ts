import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { World } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import type { SegmentRule } from '@tendril/rulebook';
import { type LeadView, readOverview, searchLeads } from '@tendril/store';
import type { z } from 'zod';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';
import { type Page, pageOf, Paging, readCursor, UUID } from './paging.ts';

/** A segment and how many leads are in it. */
type SegmentView = Pick<SegmentRule, 'id' | 'title' | 'version' | 'status' | 'owner'> & { readonly members: number };

@ApiTags('segments')
@ApiBearerAuth()
@Controller('v1/segments')
@Needs('leads:read')
export class SegmentsController {
  constructor(@Inject(WORLD) private readonly world: World) {}

  @Get()
  @ApiOperation({ summary: 'The segments of the active rulebook, with their sizes' })
  async list(): Promise<{ items: SegmentView[] }> {
    const { db } = this.world.store;
    const { rulebook } = await this.world.rulebook.require(db);
    const { segments } = await readOverview(db);
    return {
      items: rulebook.segments.map(({ id, title, version, status, owner }) => ({ id, title, version, status, owner, members: segments[id] ?? 0 })),
    };
  }

  @Get(':id/members')
  @ApiOperation({ summary: 'The leads in a segment', description: '`:id` is the last part: pricing for segments/pricing.' })
  async members(@Param('id') id: string, @Query({ schema: Paging }) { limit, cursor }: z.output<typeof Paging>): Promise<Page<LeadView>> {
    const { db } = this.world.store;
    const { rulebook } = await this.world.rulebook.require(db);
    const segment = rulebook.segments.find((candidate) => candidate.id === `segments/${id}`);
    if (!segment) throw new AppError('segment-unknown', `There is no segment "${id}"`, { status: 404, hint: 'GET /v1/segments lists them.' });
    const after = readCursor(cursor, new RegExp(`^(${UUID})$`))?.[0];
    return pageOf(await searchLeads(db, { segment: segment.id, after, limit }), limit, (lead) => lead.id);
  }
}
