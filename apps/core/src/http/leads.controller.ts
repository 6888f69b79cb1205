import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { World } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import { type LeadView, type MergeView, readLead, readMerges, readTimeline, searchLeads, type TimelineEntry } from '@tendril/store';
import { z } from 'zod';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';
import { type Page, pageOf, Paging, readCursor, UUID } from './paging.ts';

const Search = Paging.extend({
  segment: z.string().optional().meta({ description: 'Only leads in this segment, such as segments/new-leads' }),
  stage: z.string().optional().meta({ description: 'Only leads in this stage' }),
  named: z.string().optional().meta({ description: 'Only the lead with this e-mail address, phone number or own id' }),
});

/** A lead with how it became one of several. */
interface WholeLead extends LeadView {
  /** Its own id when the lead that was asked for is part of it; else null. */
  readonly mergedInto: string | null;
  /** The merges of the lead that was asked for and of others into it, undone ones too, the newest first. */
  readonly merges: readonly MergeView[];
}

const Timeline = z.object({ limit: z.coerce.number().int().min(1).max(500).default(100) });

const BY_ID = new RegExp(`^(${UUID})$`);

@ApiTags('leads')
@ApiBearerAuth()
@Controller('v1/leads')
@Needs('leads:read')
export class LeadsController {
  constructor(@Inject(WORLD) private readonly world: World) {}

  @Post('search')
  @HttpCode(200)
  @ApiOperation({ summary: 'Find leads by segment, stage or name' })
  async search(@Body({ schema: Search }) search: z.output<typeof Search>): Promise<Page<LeadView>> {
    const { limit, cursor, ...filters } = search;
    const after = readCursor(cursor, BY_ID)?.[0];
    return pageOf(await searchLeads(this.world.store.db, { ...filters, after, limit }), limit, ({ id }) => id);
  }

  @Get(':id')
  @ApiOperation({ summary: 'A lead: names, attributes, scores, stage, segments, merges', description: 'A lead that is part of another is answered with that one; `mergedInto` says so.' })
  async read(@Param('id') id: string): Promise<WholeLead> {
    const { db } = this.world.store;
    const lead = (await readLead(db, id)) ?? unknownLead(id);
    return { ...lead, mergedInto: lead.id === id ? null : lead.id, merges: await readMerges(db, id) };
  }

  @Get(':id/timeline')
  @ApiOperation({ summary: 'What happened to a lead and what was decided, the newest first' })
  async timeline(@Param('id') id: string, @Query({ schema: Timeline }) { limit }: z.output<typeof Timeline>): Promise<{ items: TimelineEntry[] }> {
    const lead = await this.read(id);
    return { items: await readTimeline(this.world.store.db, lead.id, limit) };
  }
}

/** @throws AppError `lead-unknown` */
export function unknownLead(id: string): never {
  throw new AppError('lead-unknown', `There is no lead "${id}"`, { status: 404, hint: 'POST /v1/leads/search finds leads by e-mail address or own id.' });
}
