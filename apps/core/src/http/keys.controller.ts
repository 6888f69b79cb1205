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

const NewKey = z.strictObject({
  name: z.string().min(1).max(100).meta({ description: 'Who uses it, such as "website"' }),
  scopes: z.array(z.enum(SCOPES)).min(1),
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
  async create(@Body({ schema: NewKey }) { name, scopes }: z.output<typeof NewKey>): Promise<{ id: string; key: string }> {
    const { text, stored } = newKey(name, scopes);
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
