import { Controller, HttpCode, Inject, Param, Post, type RawBodyRequest, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { hearFeedback, type World } from '@tendril/flows';
import type { FastifyRequest } from 'fastify';
import { Ticks } from '../ticks.ts';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';

@ApiTags('the public')
@Controller('hooks')
export class HooksController {
  constructor(
    @Inject(WORLD) private readonly world: World,
    private readonly ticks: Ticks,
  ) {}

  /** Public by its nature; the connector checks the vendor's signature over the exact bytes. */
  @Post(':connector')
  @HttpCode(200)
  @Needs('public')
  @ApiOperation({ summary: "A vendor's webhook: deliveries, opens, clicks, replies, bounces, complaints, opt-outs" })
  async hear(@Param('connector') connector: string, @Req() request: RawBodyRequest<FastifyRequest>): Promise<{ heard: number }> {
    const heard = await hearFeedback(this.world, connector, {
      method: request.method,
      url: `${this.world.publicUrl}${request.url}`,
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')])),
      body: request.rawBody ?? new Uint8Array(),
    });
    this.ticks.wake();
    return { heard };
  }
}
