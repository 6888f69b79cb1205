import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { compileRulebook, planRulebook, type World } from '@tendril/flows';
import type { Plan } from '@tendril/plan';
import { z } from 'zod';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';

/** All files of a rulebook, by their paths under `rules/`. */
export const RuleFiles = z
  .array(z.strictObject({ path: z.string().min(1).max(300), text: z.string().max(1_000_000) }))
  .min(1)
  .max(5000);

/** Days of the forecast when nobody says. */
export const PLAN_DAYS = 14;

const PlanRequest = z.strictObject({
  files: RuleFiles,
  days: z.int().min(1).max(60).default(PLAN_DAYS).meta({ description: 'Days of the forecast' }),
});

@ApiTags('operations')
@ApiBearerAuth()
@Controller('v1/rulebook/plan')
@Needs('rules:read')
export class PlanController {
  constructor(@Inject(WORLD) private readonly world: World) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'What a rulebook would change: who moves, what would be sent, and why',
    description: 'Compared with the rulebook that decides, on the leads of this database (a sample of 10,000 of more). Nothing is written.',
  })
  plan(@Body({ schema: PlanRequest }) { files, days }: z.output<typeof PlanRequest>): Promise<Plan> {
    return planRulebook(this.world, compileRulebook({ files, gitRevision: null }), days);
  }
}
