import { Body, Controller, Get, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { closest } from '@tendril/events';
import type { CampaignDefinition, World } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import type { Rulebook } from '@tendril/rulebook';
import { addCampaign, countAudience, readCampaigns, readOverview, type StoredCampaign } from '@tendril/store';
import { z } from 'zod';
import { Ticks } from '../ticks.ts';
import { WORLD } from '../world-token.ts';
import { type KeyedRequest, Needs } from './key-guard.ts';

const NewCampaign = z.strictObject({
  title: z.string().min(1).max(200),
  audience: z.strictObject({
    include: z.array(z.string()).min(1).max(50).meta({ description: 'Leads in any of these segments …' }),
    exclude: z.array(z.string()).max(50).default([]).meta({ description: '… unless they are in one of these' }),
  }),
  content: z.string().meta({ description: 'Such as content/webinar-recording' }),
  channel: z.string().meta({ description: 'Such as email' }),
  expiresAt: z.iso.datetime({ offset: true }).optional().meta({ description: 'Nothing is sent from this time on' }),
  dryRun: z.boolean().default(false).meta({ description: 'Only say how many leads it would address' }),
});

type NewCampaign = z.output<typeof NewCampaign>;

/** A campaign, with what became of its touchpoints. */
interface CampaignView extends Omit<StoredCampaign, 'definition'> {
  readonly definition: CampaignDefinition;
  readonly touchpoints: readonly { readonly state: string; readonly reason: string | null; readonly n: number }[];
}

@ApiTags('campaigns')
@ApiBearerAuth()
@Controller('v1/campaigns')
export class CampaignsController {
  constructor(
    @Inject(WORLD) private readonly world: World,
    private readonly ticks: Ticks,
  ) {}

  @Post()
  @Needs('campaigns:write')
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Makes a repeated request harmless' })
  @ApiOperation({ summary: 'Send a content to segments, now', description: 'Every touchpoint still passes the gate: consent, suppression, holdout.' })
  async create(
    @Body({ schema: NewCampaign }) body: NewCampaign,
    @Req() request: KeyedRequest,
  ): Promise<{ id: string | null; addressed: number }> {
    const { store, clock, newId } = this.world;
    const { rulebook } = await this.world.rulebook.require(store.db);
    const { include, exclude } = body.audience;
    checkSegments(rulebook, 'audience.include', include);
    checkSegments(rulebook, 'audience.exclude', exclude);
    checkContent(rulebook, body);
    checkExpiry(body, clock.now());
    const addressed = await countAudience(store.db, include, exclude);
    if (body.dryRun) return { id: null, addressed };
    const definition: CampaignDefinition = { include, exclude, content: body.content, channel: body.channel, expiresAt: body.expiresAt ?? null };
    const id = `campaigns/${newId()}`;
    const campaign = { id, title: body.title, definition, status: 'running' as const, createdAt: clock.now(), by: request.keyName ?? '' };
    await store.transaction((db) => addCampaign(db, campaign, include));
    this.ticks.wake();
    return { id, addressed };
  }

  @Get()
  @Needs('campaigns:read')
  @ApiOperation({ summary: 'The campaigns, the newest first' })
  async list(): Promise<{ items: StoredCampaign[] }> {
    return { items: await readCampaigns(this.world.store.db) };
  }

  @Get(':id')
  @Needs('campaigns:read')
  @ApiOperation({ summary: 'A campaign and what became of its touchpoints', description: '`:id` is the last part of its id.' })
  async read(@Param('id') id: string): Promise<CampaignView> {
    const [campaign] = await readCampaigns(this.world.store.db, [`campaigns/${id}`]);
    if (!campaign) throw new AppError('campaign-unknown', `There is no campaign "${id}"`, { status: 404, hint: 'GET /v1/campaigns lists them.' });
    const { touchpoints } = await readOverview(this.world.store.db);
    return {
      ...campaign,
      definition: campaign.definition as CampaignDefinition,
      touchpoints: touchpoints.filter(({ programme }) => programme === campaign.id).map(({ state, reason, n }) => ({ state, reason, n })),
    };
  }
}

function checkSegments(rulebook: Rulebook, field: string, ids: readonly string[]): void {
  const known = rulebook.segments.filter(({ status }) => status === 'live').map(({ id }) => id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown === undefined) return;
  throw new AppError('segment-unknown', `${field}: there is no live segment "${unknown}"`, { status: 422, field, hint: meant(unknown, known) });
}

function checkContent(rulebook: Rulebook, { content, channel }: NewCampaign): void {
  const known = rulebook.content.filter(({ status }) => status === 'live');
  const found = known.find(({ id }) => id === content);
  if (!found) {
    const ids = known.map(({ id }) => id);
    throw new AppError('content-unknown', `content: there is no live content "${content}"`, { status: 422, field: 'content', hint: meant(content, ids) });
  }
  const channels = Object.keys(found.templates).flatMap((file) => (['email.hbs', 'sms.hbs'].includes(file) ? [file.replace('.hbs', '')] : []));
  if (channels.includes(channel)) return;
  throw new AppError('content-lacks-channel', `${content} has no ${channel}.hbs, so it cannot be sent by ${channel}`, {
    status: 422,
    field: 'channel',
    hint: `It can be sent by ${channels.join(' or ')}.`,
  });
}

function checkExpiry({ expiresAt }: NewCampaign, now: Date): void {
  if (expiresAt === undefined || new Date(expiresAt) > now) return;
  throw new AppError('campaign-expired', `expiresAt: ${expiresAt} is over, so nothing would be sent`, {
    status: 422,
    field: 'expiresAt',
    hint: `Now it is ${now.toISOString()}. Write a later time, or leave it out.`,
  });
}

function meant(name: string, known: readonly string[]): string {
  const near = closest(name, known);
  return near === undefined ? `There are: ${known.join(', ')}.` : `Did you mean "${near}"?`;
}
