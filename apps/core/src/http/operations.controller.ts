import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { activate, type Activated, compileRulebook, dispatchAll, type Dispatched, evaluateAll, type Evaluated, planRulebook, STOPPED, type World } from '@tendril/flows';
import type { Plan } from '@tendril/plan';
import { activeRulebook, readOverview, writeSetting } from '@tendril/store';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Ticks } from '../ticks.ts';
import { WORLD } from '../world-token.ts';
import { ActivationFields, expectedBy, IF_MATCH } from './expected-rulebook.ts';
import { type KeyedRequest, Needs } from './key-guard.ts';
import { PLAN_DAYS, RuleFiles } from './plan.controller.ts';

const NewRulebook = z.strictObject({
  files: RuleFiles,
  gitRevision: z.string().max(100).nullable().default(null),
  dryRun: z.boolean().default(false).meta({ description: 'Only say what would change' }),
  ...ActivationFields,
});

@ApiTags('operations')
@ApiBearerAuth()
@Controller()
export class OperationsController {
  constructor(
    @Inject(WORLD) private readonly world: World,
    private readonly ticks: Ticks,
  ) {}

  @Post('v1/evaluate')
  @HttpCode(200)
  @Needs('operations')
  @ApiOperation({ summary: 'Evaluate and dispatch all that is due, now, and say how much that was' })
  async evaluate(): Promise<{ evaluated: Evaluated; dispatched: Dispatched }> {
    return { evaluated: await evaluateAll(this.world), dispatched: await dispatchAll(this.world) };
  }

  @Get('v1/rulebook')
  @Needs('rules:read')
  @ApiOperation({ summary: 'The rulebook that decides: hash, git revision, since when, by whom' })
  async rulebook(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const { db } = this.world.store;
    const { rulebook, gitRevision } = await this.world.rulebook.require(db);
    reply.header('etag', `"${rulebook.hash}"`);
    const active = await activeRulebook(db);
    const { models, segments, journeys, content } = rulebook;
    const counts = { models: models.length, segments: segments.length, journeys: journeys.length, content: content.length };
    return { hash: rulebook.hash, gitRevision, since: active?.since, by: active?.by, ...counts };
  }

  @Post('v1/rulebook')
  @HttpCode(200)
  @Needs('rules:write')
  @ApiOperation({ summary: 'Activate a rulebook: all its files at once', description: 'Refused as a whole when any file has a problem. `dryRun` says who moves and what would be sent.' })
  @ApiHeader(IF_MATCH)
  async load(
    @Body({ schema: NewRulebook }) { files, gitRevision, dryRun, expect, reason }: z.output<typeof NewRulebook>,
    @Req() request: KeyedRequest,
  ): Promise<Activated | { hash: string; activated: boolean; plan: Plan }> {
    const active = compileRulebook({ files, gitRevision });
    if (dryRun) return { hash: active.rulebook.hash, activated: false, plan: await planRulebook(this.world, active, PLAN_DAYS) };
    const activated = await activate(this.world, active, { by: request.keyName ?? '', reason, expect: expectedBy(request, expect) });
    this.ticks.wake();
    return activated;
  }

  @Post('v1/dispatch/stop')
  @HttpCode(200)
  @Needs('operations')
  @ApiOperation({ summary: 'The kill switch: nothing more leaves until start' })
  async stop(): Promise<{ stopped: boolean }> {
    await writeSetting(this.world.store.db, STOPPED, true, this.world.clock.now());
    return { stopped: true };
  }

  @Post('v1/dispatch/start')
  @HttpCode(200)
  @Needs('operations')
  @ApiOperation({ summary: 'Send again after a stop; what waited is gated anew' })
  async start(): Promise<{ stopped: boolean }> {
    await writeSetting(this.world.store.db, STOPPED, false, this.world.clock.now());
    this.ticks.wake();
    return { stopped: false };
  }

  @Get('v1/overview')
  @Needs('leads:read')
  @ApiOperation({ summary: 'Numbers at a glance: leads, segments, stages, touchpoints by state' })
  overview(): Promise<object> {
    return readOverview(this.world.store.db);
  }
}
