import { Body, Controller, Get, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { compileRulebook, dispatchAll, type Dispatched, evaluateAll, type Evaluated, previewRulebook, type RulebookPreview, STOPPED, type World } from '@tendril/flows';
import { activateRulebook, activeRulebook, readOverview, writeSetting } from '@tendril/store';
import { z } from 'zod';
import { Ticks } from '../ticks.ts';
import { WORLD } from '../world-token.ts';
import { type KeyedRequest, Needs } from './key-guard.ts';

const NewRulebook = z.strictObject({
  files: z
    .array(z.strictObject({ path: z.string().min(1).max(300), text: z.string().max(1_000_000) }))
    .min(1)
    .max(5000),
  gitRevision: z.string().max(100).nullable().default(null),
  dryRun: z.boolean().default(false).meta({ description: 'Only say what would change' }),
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
  async rulebook(): Promise<object> {
    const { db } = this.world.store;
    const { rulebook, gitRevision } = await this.world.rulebook.require(db);
    const active = await activeRulebook(db);
    const { models, segments, journeys, content } = rulebook;
    const counts = { models: models.length, segments: segments.length, journeys: journeys.length, content: content.length };
    return { hash: rulebook.hash, gitRevision, since: active?.since, by: active?.by, ...counts };
  }

  @Post('v1/rulebook')
  @HttpCode(200)
  @Needs('rules:write')
  @ApiOperation({ summary: 'Activate a rulebook: all its files at once', description: 'Refused as a whole when any file has a problem. `dryRun` says who moves and what would be sent.' })
  async load(
    @Body({ schema: NewRulebook }) { files, gitRevision, dryRun }: z.output<typeof NewRulebook>,
    @Req() request: KeyedRequest,
  ): Promise<{ hash: string; activated: boolean; preview?: RulebookPreview }> {
    const active = compileRulebook({ files, gitRevision });
    const { hash, connectors } = active.rulebook;
    if (dryRun) return { hash, activated: false, preview: await previewRulebook(this.world, active) };
    await this.world.connectors.open(connectors);
    const { store, clock } = this.world;
    const activated = await store.transaction((db) => activateRulebook(db, { hash, gitRevision, files }, clock.now(), request.keyName ?? ''));
    this.ticks.wake();
    return { hash, activated };
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
