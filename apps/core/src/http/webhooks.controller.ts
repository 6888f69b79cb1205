import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createWebhook, replayWebhook, requireWebhook, rotateSecret, testWebhook, updateWebhook, WEBHOOK_KINDS, type World } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import { deleteWebhook, type DeliveryView, listDeliveries, listWebhooks, type WebhookFilter, type WebhookView } from '@tendril/store';
import { z } from 'zod';
import type { Settings } from '../boot/settings.ts';
import { Ticks } from '../ticks.ts';
import { SETTINGS, WORLD } from '../world-token.ts';
import { ToldOnce } from './idempotency.ts';
import { type KeyedRequest, Needs } from './key-guard.ts';
import { type Page, pageOf, Paging, readCursor } from './paging.ts';

const Ids = z.array(z.string().min(1).max(200)).min(1).max(200);

const fields = {
  url: z.url().max(2_000).meta({ description: 'Where messages are posted: a public https address' }),
  kinds: z.array(z.enum(WEBHOOK_KINDS)).min(1).meta({ description: 'What it is told about' }),
  only: z
    .strictObject({ segments: Ids.optional(), models: Ids.optional() })
    .nullable()
    .meta({ description: 'Tell of entering and leaving these segments only, and of grades and scores of these models only; null for all' }),
  description: z.string().max(500).meta({ description: 'For people: what listens there' }),
};

const NewWebhook = z.strictObject({ ...fields, only: fields.only.default(null), description: fields.description.default('') });

const Change = z.strictObject({
  url: fields.url.optional(),
  kinds: fields.kinds.optional(),
  only: fields.only.optional(),
  description: fields.description.optional(),
  enabled: z.boolean().optional().meta({ description: 'false: tell it nothing; true: tell it again, with its failures forgotten' }),
});

const Moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const Replay = z.union([
  z.strictObject({ ids: Ids.meta({ description: 'Messages of the log, by their `webhook-id`' }) }),
  z.strictObject({ from: Moment, to: Moment.meta({ description: 'Not this moment itself' }) }),
]);

const Log = Paging.extend({ state: z.enum(['waiting', 'delivered', 'failed']).optional() });

/** As Zod's `optional` gives it. */
type Filter = { readonly [Key in keyof WebhookFilter]: WebhookFilter[Key] | undefined } | null;

@ApiTags('webhooks')
@ApiBearerAuth()
@Controller('v1/webhooks')
@Needs('webhooks:write')
export class WebhooksController {
  constructor(
    @Inject(WORLD) private readonly world: World,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly ticks: Ticks,
  ) {}

  @Post()
  @ToldOnce(true)
  @ApiOperation({
    summary: 'Tell an address about transitions of leads and what becomes of touchpoints',
    description:
      'Messages are signed by the Standard Webhooks scheme; the secret is in this answer and nowhere else. Each is delivered at least once: drop a `webhook-id` that you have seen. Answer 2xx within ten seconds; what fails is tried ten times in three days.',
  })
  create(@Body({ schema: NewWebhook }) { only, ...order }: z.output<typeof NewWebhook>, @Req() request: KeyedRequest): Promise<{ id: string; secret: string }> {
    return createWebhook(this.world, { ...order, only: filterOf(only), by: request.keyName ?? '' }, this.settings.webhooksPrivate);
  }

  @Get()
  @ApiOperation({ summary: 'The webhooks, and how well each takes its messages' })
  async list(): Promise<{ items: WebhookView[] }> {
    return { items: await listWebhooks(this.world.store.db) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'A webhook, and how well it takes its messages' })
  read(@Param('id') id: string): Promise<WebhookView> {
    return requireWebhook(this.world, id);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a webhook, switch it off, or on again' })
  change(@Param('id') id: string, @Body({ schema: Change }) { only, ...change }: z.output<typeof Change>): Promise<WebhookView> {
    const filter = only === undefined ? {} : { only: filterOf(only) };
    return updateWebhook(this.world, id, { ...change, ...filter }, this.settings.webhooksPrivate);
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Delete a webhook with its log' })
  async remove(@Param('id') id: string): Promise<{ deleted: string }> {
    if (await this.world.store.transaction((db) => deleteWebhook(db, id))) return { deleted: id };
    throw new AppError('webhook-unknown', `There is no webhook "${id}"`, { status: 404, hint: 'GET /v1/webhooks lists them.' });
  }

  @Post(':id/secret')
  @ToldOnce(true)
  @ApiOperation({ summary: 'Replace the secret', description: 'The new one is in this answer and nowhere else. For a day messages carry a signature of each.' })
  rotate(@Param('id') id: string): Promise<{ secret: string }> {
    return rotateSecret(this.world, id);
  }

  @Post(':id/test')
  @HttpCode(202)
  @ApiOperation({ summary: 'Send a message of the type `test`; the log tells what became of it' })
  async test(@Param('id') id: string): Promise<{ delivery: string }> {
    const queued = await testWebhook(this.world, id);
    this.ticks.wake();
    return queued;
  }

  @Get(':id/deliveries')
  @ApiOperation({ summary: 'The log of the last 30 days, the newest first: state, attempts, the last answer, the next try' })
  async deliveries(@Param('id') id: string, @Query({ schema: Log }) { limit, cursor, state }: z.output<typeof Log>): Promise<Page<DeliveryView>> {
    await requireWebhook(this.world, id);
    const parts = readCursor(cursor, /^(\d{1,14}) (\d{1,18})$/);
    const before = parts && { at: new Date(Number(parts[0])), seq: Number(parts[1]) };
    const items = await listDeliveries(this.world.store.db, id, { state, before, limit });
    return pageOf(items, limit, ({ at, seq }) => `${at.getTime()} ${seq}`);
  }

  @Post(':id/replay')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Send messages once more, under the same ids',
    description: 'Some by id, or all of a period, transitions included that happened while the webhook was switched off or not there yet.',
  })
  async replay(@Param('id') id: string, @Body({ schema: Replay }) order: z.output<typeof Replay>): Promise<{ replayed: number }> {
    const replayed = await replayWebhook(this.world, id, order);
    this.ticks.wake();
    return { replayed };
  }
}

function filterOf(only: Filter): WebhookFilter | null {
  if (only === null) return null;
  const { segments, models } = only;
  return { ...(segments ? { segments } : {}), ...(models ? { models } : {}) };
}
