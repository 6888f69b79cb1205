import { Body, Controller, Delete, Get, Inject, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { World } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import { addKey, type KeyView, listKeys, revokeKey } from '@tendril/store';
import { z } from 'zod';
import { newKey, SCOPES } from '../boot/keys.ts';
import { WORLD } from '../world-token.ts';
import { ToldOnce } from './idempotency.ts';
import { Needs } from './key-guard.ts';

/** As a browser writes it: scheme and host, the port when it is not the usual one, nothing else. */
const Origin = z.string().max(300).refine((text) => /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text, {
  error: 'Write an origin such as https://www.larkfield.example, without a path or a slash at its end',
});

const BrowserKey = z.strictObject({
  source: z.string().min(1).max(100).meta({ description: 'The only source it may name, such as "website"; one that no server uses' }),
  origins: z.array(Origin).min(1).max(50).meta({ description: 'Where pages with this key come from' }),
});

const NewKey = z.strictObject({
  name: z.string().min(1).max(100).meta({ description: 'Who uses it, such as "website"' }),
  scopes: z.array(z.enum(SCOPES)).min(1).optional().meta({ description: 'For a server' }),
  browser: BrowserKey.optional().meta({ description: 'For the pages of a site, where everybody can read it' }),
}).refine(({ scopes, browser }) => (scopes === undefined) !== (browser === undefined), {
  path: ['scopes'],
  error: 'Give either "scopes", for a server, or "browser", for the pages of a site: a key that everybody can read has no scopes',
});

@ApiTags('operations')
@ApiBearerAuth()
@Controller('v1/keys')
@Needs('admin')
export class KeysController {
  constructor(@Inject(WORLD) private readonly world: World) {}

  @Post()
  @ToldOnce(true)
  @ApiOperation({ summary: 'Make a key with just the scopes that its user needs', description: 'The key is in this answer and nowhere else.' })
  async create(@Body({ schema: NewKey }) { name, scopes = [], browser }: z.output<typeof NewKey>): Promise<{ id: string; key: string }> {
    const { text, stored } = newKey(name, scopes, browser ?? null);
    await addKey(this.world.store.db, stored, this.world.clock.now());
    return { id: stored.id, key: text };
  }

  @Get()
  @ApiOperation({ summary: 'The keys, without their secrets' })
  async list(): Promise<{ items: KeyView[] }> {
    return { items: await listKeys(this.world.store.db) };
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Revoke a key, at once and for good' })
  async revoke(@Param('id') id: string): Promise<{ revoked: string }> {
    if (await revokeKey(this.world.store.db, id, this.world.clock.now())) return { revoked: id };
    throw new AppError('key-unknown', `There is no key "${id}" that still works`, { status: 404, hint: 'GET /v1/keys lists them.' });
  }
}
