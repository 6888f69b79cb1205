import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type AsOfExplanation, explainAsOf, type World } from '@tendril/flows';
import { type LeadView, readLead } from '@tendril/store';
import { z } from 'zod';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';
import { unknownLead } from './leads.controller.ts';

const At = z.iso
  .datetime({ offset: true, error: 'Write a time with its offset, such as 2026-03-27T16:00:00Z' })
  .optional()
  .meta({ description: 'As of when, RFC 3339; now when absent. Only what was recorded by then counts' });

const ByStored = z.object({
  at: At,
  rulebook: z
    .string()
    .regex(/^[0-9a-f]{4,64}$/, 'Write at least four hexadecimal digits of a hash or git revision')
    .optional()
    .meta({ description: 'By this rulebook: the beginning of a hash or git revision that was active once. Without it, the one that decided then' }),
});

const ByFiles = z.strictObject({
  at: At,
  files: z
    .array(z.strictObject({ path: z.string().min(1).max(300), text: z.string().max(1_000_000) }))
    .min(1)
    .max(5000)
    .meta({ description: 'All files of the rulebook that is to explain' }),
});

@ApiTags('leads')
@ApiBearerAuth()
@Controller('v1/leads')
@Needs('leads:read')
export class ExplainController {
  constructor(@Inject(WORLD) private readonly world: World) {}

  @Get(':id/explain')
  @ApiOperation({
    summary: 'Why a lead has its scores, stage and segments, at any time, and what would change them',
    description:
      'Contributions sum to each score; every comparison has the value found, by json-rules-engine itself; every way in `wouldChange` was tried. ' +
      'Under a rulebook that did not decide then, scores, grades and segments are computed anew; stage, enrolments, touchpoints and consent are read as they were.',
  })
  async explain(@Param('id') id: string, @Query({ schema: ByStored }) { at, rulebook }: z.output<typeof ByStored>): Promise<AsOfExplanation> {
    return explainAsOf(this.world, await this.#lead(id), { at: timeOf(at), rulebook });
  }

  @Post(':id/explain')
  @HttpCode(200)
  @ApiOperation({ summary: 'The same by a rulebook that is not stored', description: 'Nothing is written. Files with problems are refused, with all of them.' })
  async explainBy(@Param('id') id: string, @Body({ schema: ByFiles }) { at, files }: z.output<typeof ByFiles>): Promise<AsOfExplanation> {
    return explainAsOf(this.world, await this.#lead(id), { at: timeOf(at), files });
  }

  async #lead(id: string): Promise<LeadView> {
    return (await readLead(this.world.store.db, id)) ?? unknownLead(id);
  }
}

function timeOf(at: string | undefined): Date | undefined {
  return at === undefined ? undefined : new Date(at);
}
