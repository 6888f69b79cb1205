import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { LeadUpsert } from '@tendril/events';
import { upsertLeads, type UpsertResult, type World } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import { z } from 'zod';
import { Ticks } from '../ticks.ts';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';

/** One lead, or up to 1,000. */
const Upserts = z.union([LeadUpsert, z.array(LeadUpsert).min(1).max(1000)]);

@ApiTags('leads')
@ApiBearerAuth()
@Controller('v1/leads')
export class UpsertController {
  constructor(
    @Inject(WORLD) private readonly world: World,
    private readonly ticks: Ticks,
  ) {}

  /** A single lead that is refused is an error; in a batch each refusal is listed and the rest is kept. */
  @Post()
  @HttpCode(200)
  @Needs('leads:write')
  @ApiOperation({
    summary: 'Make leads, or change what is known about them: one or up to 1,000',
    description: 'Each change is a `lead_updated` event. Answers after the commit, with the id of each lead. What is known already changes nothing.',
  })
  async upsert(@Body({ schema: Upserts }) body: LeadUpsert | readonly LeadUpsert[]): Promise<UpsertResult> {
    const single = !Array.isArray(body);
    const result = await upsertLeads(this.world, single ? [body as LeadUpsert] : (body as readonly LeadUpsert[]));
    const [refused] = result.refused;
    if (single && refused) {
      const { code, message, field, hint } = refused;
      throw new AppError(code, message, { status: 422, field, ...(hint === undefined ? {} : { hint }) });
    }
    this.ticks.wake();
    return result;
  }
}
