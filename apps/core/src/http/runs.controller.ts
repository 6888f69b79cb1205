import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { EVERYONE, type World } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import { cancelRuns, listRuns, readRun, type Run } from '@tendril/store';
import { z } from 'zod';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';

const Filter = z.object({
  kind: z.enum(['import', EVERYONE]).optional().meta({ description: '"import" for CSV files, "evaluation" for every lead by another rulebook' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** Long work, and how far it is. */
interface RunView extends Pick<Run, 'id' | 'kind' | 'title' | 'state' | 'done' | 'total' | 'counts' | 'message' | 'createdAt' | 'startedAt' | 'endedAt'> {
  /** Leads or rows done in a second, so far; null before the first. */
  readonly perSecond: number | null;
  /** Until it is done, if it goes on so; null when that cannot be said. */
  readonly secondsLeft: number | null;
}

@ApiTags('operations')
@ApiBearerAuth()
@Controller('v1/runs')
@Needs('operations')
export class RunsController {
  constructor(@Inject(WORLD) private readonly world: World) {}

  @Get()
  @ApiOperation({ summary: 'Long work, the newest first: imports, and evaluations of every lead' })
  async list(@Query({ schema: Filter }) { kind, limit }: z.output<typeof Filter>): Promise<{ items: RunView[] }> {
    const runs = await listRuns(this.world.store.db, kind, limit);
    return { items: runs.map((run) => viewOf(run, this.world.clock.now())) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'How far a run is, how fast it goes, and how long it will take' })
  async read(@Param('id') id: string): Promise<RunView> {
    const run = await readRun(this.world.store.db, id);
    if (run) return viewOf(run, this.world.clock.now());
    throw new AppError('run-unknown', `There is no run "${id}"`, { status: 404, hint: 'GET /v1/runs lists them.' });
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({
    summary: 'End an evaluation of every lead before its time',
    description: 'What it did stays. The other leads are evaluated by the new rulebook when something happens to them, or time changes an answer.',
  })
  async cancel(@Param('id') id: string): Promise<RunView> {
    const run = await this.read(id);
    if (run.kind !== EVERYONE) throw new AppError('run-not-cancellable', 'An import cannot be cancelled', { status: 409, hint: 'Its rows are taken in one after the other; wait until it is done.' });
    await this.world.store.transaction((db) => cancelRuns(db, { kind: EVERYONE, id }, 'Cancelled by a person', this.world.clock.now()));
    return this.read(id);
  }
}

function viewOf({ id, kind, title, state, done, total, counts, message, createdAt, startedAt, endedAt }: Run, now: Date): RunView {
  const seconds = startedAt === null ? 0 : ((endedAt ?? now).getTime() - startedAt.getTime()) / 1000;
  const perSecond = seconds > 0 && done > 0 ? Math.round((10 * done) / seconds) / 10 : null;
  const secondsLeft = state === 'running' && perSecond ? Math.ceil((total - done) / perSecond) : null;
  return { id, kind, title, state, done, total, counts, message, createdAt, startedAt, endedAt, perSecond, secondsLeft };
}
