import { Body, Controller, Get, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Activated, findRollback, rollBack, type World } from '@tendril/flows';
import { type HistoryRow, rulebookHistory } from '@tendril/store';
import { z } from 'zod';
import { Ticks } from '../ticks.ts';
import { WORLD } from '../world-token.ts';
import { ActivationFields, expectedBy, IF_MATCH } from './expected-rulebook.ts';
import { type KeyedRequest, Needs } from './key-guard.ts';
import { type Page, pageOf, Paging, readCursor } from './paging.ts';
import { type DraftView, shadowView } from './shadow-view.ts';

/** No body is an empty one. */
const RollbackRequest = z
  .strictObject({
    to: z
      .string()
      .min(7, 'Write at least seven characters of a hash or a git revision')
      .max(100)
      .optional()
      .meta({ description: 'A rulebook that was active once, by hash or git revision; without it the one before' }),
    dryRun: z.boolean().default(false).meta({ description: 'Only say which one it would be' }),
    ...ActivationFields,
  })
  .prefault({});

/** A line of the history, as the API tells it. */
type HistoryView = Omit<HistoryRow, 'seq' | 'returnedTo'> & { readonly how: 'activated' | 'rolled-back' };

@ApiTags('operations')
@ApiBearerAuth()
@Controller('v1/rulebook')
export class RulebookController {
  constructor(
    @Inject(WORLD) private readonly world: World,
    private readonly ticks: Ticks,
  ) {}

  @Post('rollback')
  @HttpCode(200)
  @Needs('rules:write')
  @ApiOperation({
    summary: 'Return to the rulebook that was active before, or to any other that once was',
    description:
      'Once more goes one further back: a rulebook that was rolled back from counts as never activated. `to` undoes a rollback. ' +
      'Every lead is evaluated anew; what was planned is gated by the rulebook that is active then. What was sent stays sent.',
  })
  @ApiHeader(IF_MATCH)
  async rollback(
    @Body({ schema: RollbackRequest }) { to, dryRun, expect, reason }: z.output<typeof RollbackRequest>,
    @Req() request: KeyedRequest,
  ): Promise<Activated> {
    const found = await findRollback(this.world, to, expectedBy(request, expect));
    const { rulebook, gitRevision } = found.to;
    if (dryRun) return { hash: rulebook.hash, gitRevision, activated: false, previous: found.from, due: 0, run: null };
    const activated = await rollBack(this.world, found, { by: request.keyName ?? '', reason });
    this.ticks.wake();
    return activated;
  }

  @Get('history')
  @Needs('rules:read')
  @ApiOperation({ summary: 'Which rulebooks decided, the newest first: since when, by whom, why, and what each took the place of' })
  async history(@Query({ schema: Paging }) { limit, cursor }: z.output<typeof Paging>): Promise<Page<HistoryView>> {
    const before = readCursor(cursor, /^(\d{1,15})$/)?.[0];
    const rows = await rulebookHistory(this.world.store.db, limit, before === undefined ? undefined : Number(before));
    const { next } = pageOf(rows, limit, ({ seq }) => String(seq));
    return { items: rows.map(({ seq: _seq, returnedTo, ...row }) => ({ ...row, how: returnedTo === null ? 'activated' : 'rolled-back' })), next };
  }

  @Get('shadow')
  @Needs('rules:read')
  @ApiOperation({
    summary: 'What the drafts would do if they were live: who would be in which segment, scores, touches that would have been planned',
    description: 'Drafts are evaluated in shadow: they change nothing and reach nobody. Touches are counted before the gate, which would let some of them not leave.',
  })
  async shadow(): Promise<{ hash: string; gitRevision: string | null; items: DraftView[] }> {
    const { db } = this.world.store;
    const active = await this.world.rulebook.require(db);
    return { hash: active.rulebook.hash, gitRevision: active.gitRevision, items: await shadowView(db, active) };
  }
}
