import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { World } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import { readTouchpoint, searchTouchpoints, type TouchpointView } from '@tendril/store';
import { z } from 'zod';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';
import { type Page, pageOf, Paging, readCursor } from './paging.ts';
import { reasonsOf } from './reasons.ts';

const Search = Paging.extend({
  lead: z.guid('Write the id of a lead, as POST /v1/leads/search gives it').optional(),
  programme: z.string().optional().meta({ description: 'Such as journeys/welcome' }),
  state: z.string().optional().meta({ description: 'Such as accepted, held or suppressed' }),
});

/** A touchpoint, with its why in sentences. */
type Explained = TouchpointView & { readonly why: readonly string[] };

@ApiTags('touchpoints')
@ApiBearerAuth()
@Controller('v1/touchpoints')
@Needs('leads:read')
export class TouchpointsController {
  constructor(@Inject(WORLD) private readonly world: World) {}

  @Get()
  @ApiOperation({ summary: 'Touchpoints, the newest first, each with its why' })
  async list(@Query({ schema: Search }) search: z.output<typeof Search>): Promise<Page<Explained>> {
    const { limit, cursor, ...filters } = search;
    const parts = readCursor(cursor, /^(\d{1,14}) ([0-9a-f]{64})$/);
    const before = parts && { plannedAt: new Date(Number(parts[0])), id: parts[1]! };
    const rows = await searchTouchpoints(this.world.store.db, { ...filters, before, limit });
    return pageOf(rows.map(explained), limit, ({ plannedAt, id }) => `${plannedAt.getTime()} ${id}`);
  }

  @Get(':id')
  @ApiOperation({ summary: 'A touchpoint: state, history, and why' })
  async read(@Param('id') id: string): Promise<Explained> {
    const found = await readTouchpoint(this.world.store.db, id);
    if (found) return explained(found);
    throw new AppError('touchpoint-unknown', `There is no touchpoint "${id}"`, { status: 404, hint: 'GET /v1/touchpoints lists them.' });
  }
}

const explained = (view: TouchpointView): Explained => ({ ...view, why: reasonsOf(view) });
