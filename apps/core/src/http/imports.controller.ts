import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Put, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createImport, IMPORT, receiveCsv, toRejectsCsv, type World } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import { listRuns, readImportRejects, readRun, type Run } from '@tendril/store';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Ticks } from '../ticks.ts';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';

const NewImport = z.strictObject({
  name: z.string().min(1).max(200).meta({ description: 'For people, such as the file name' }),
  map: z.record(z.string(), z.unknown()).meta({ description: 'Which column becomes what; see the import maps in tools/cli/maps' }),
});

/** An import and how far it is. */
interface ImportView extends Pick<Run, 'id' | 'state' | 'total' | 'done' | 'createdAt' | 'endedAt'> {
  readonly name: string;
  readonly rejected: number;
  readonly leads: number;
  /** New events: none when the same file was imported before. */
  readonly events: number;
  readonly message: string | null;
}

@ApiTags('imports')
@ApiBearerAuth()
@Controller('v1/imports')
@Needs('imports:write')
export class ImportsController {
  constructor(
    @Inject(WORLD) private readonly world: World,
    private readonly ticks: Ticks,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Begin an import: its name and its column map' })
  async create(@Body({ schema: NewImport }) { name, map }: z.output<typeof NewImport>): Promise<{ id: string }> {
    return { id: await createImport(this.world, name, map) };
  }

  @Put(':id/file')
  @HttpCode(202)
  @ApiConsumes('text/csv')
  @ApiOperation({ summary: "Send the import's CSV file, of any length", description: 'Answers when the whole file was read; GET /v1/imports/:id tells how far the import is.' })
  async upload(@Param('id') id: string, @Req() request: FastifyRequest): Promise<{ run: string }> {
    if (!isStream(request.body)) throw new AppError('import-empty', 'The request carries no CSV', { status: 415, hint: 'Send the file as the body, with content type text/csv.' });
    await receiveCsv(this.world, id, request.body);
    this.ticks.wake();
    return { run: id };
  }

  @Get()
  @ApiOperation({ summary: 'The newest imports' })
  async list(): Promise<{ items: ImportView[] }> {
    return { items: (await listRuns(this.world.store.db, IMPORT, 50)).map(viewOf) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'How far an import is' })
  async read(@Param('id') id: string): Promise<ImportView> {
    const run = await readRun(this.world.store.db, id);
    if (run?.kind === IMPORT) return viewOf(run);
    throw new AppError('import-unknown', `There is no import "${id}"`, { status: 404, hint: 'GET /v1/imports lists them.' });
  }

  @Get(':id/rejects')
  @Header('content-type', 'text/csv; charset=utf-8')
  @ApiOperation({ summary: 'The rows that were not imported, each with its line and the reason, as CSV' })
  async rejects(@Param('id') id: string): Promise<string> {
    await this.read(id);
    return toRejectsCsv(await readImportRejects(this.world.store.db, id));
  }
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

function viewOf({ id, title, state, total, done, counts, message, createdAt, endedAt }: Run): ImportView {
  const { rejected = 0, leads = 0, events = 0 } = counts;
  return { id, name: title, state, total, done, rejected, leads, events, message, createdAt, endedAt };
}
