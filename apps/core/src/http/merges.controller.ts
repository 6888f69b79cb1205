import { Body, Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { mergeLeads, type Merged, unmergeLead, type Unmerged, type World } from '@tendril/flows';
import { z } from 'zod';
import { Ticks } from '../ticks.ts';
import { WORLD } from '../world-token.ts';
import { type KeyedRequest, Needs } from './key-guard.ts';

const Unmerge = z.strictObject({
  reason: z.string().min(1).max(500).meta({ description: 'Kept with the merge' }),
  dryRun: z.boolean().default(false).meta({ description: 'Only say what would follow' }),
});

const Merge = Unmerge.extend({ into: z.uuid().meta({ description: 'The lead that both are from then on' }) });

@ApiTags('leads')
@ApiBearerAuth()
@Controller('v1/leads')
@Needs('leads:write')
export class MergesController {
  constructor(
    @Inject(WORLD) private readonly world: World,
    private readonly ticks: Ticks,
  ) {}

  @Post(':id/merge')
  @HttpCode(200)
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Makes a repeated request harmless' })
  @ApiOperation({
    summary: 'Say that a lead is the same person as another: it becomes part of that one',
    description: 'What it did, allowed and received counts for the other from now on; what was planned for it is cancelled. Can be undone.',
  })
  async merge(@Param('id') lead: string, @Body({ schema: Merge }) body: z.output<typeof Merge>, @Req() request: KeyedRequest): Promise<Merged> {
    const merged = await mergeLeads(this.world, { lead, ...body, by: request.keyName ?? '' });
    this.ticks.wake();
    return merged;
  }

  @Post(':id/unmerge')
  @HttpCode(200)
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Makes a repeated request harmless' })
  @ApiOperation({
    summary: 'Undo the newest merge of a lead: it stands for itself again',
    description: 'What was told while it was part of the other one stays with that one. Events never merge the two again.',
  })
  async unmerge(@Param('id') lead: string, @Body({ schema: Unmerge }) body: z.output<typeof Unmerge>, @Req() request: KeyedRequest): Promise<Unmerged> {
    const unmerged = await unmergeLead(this.world, { lead, ...body, by: request.keyName ?? '' });
    this.ticks.wake();
    return unmerged;
  }
}
