import { Controller, Get, HttpCode, Inject, Options, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { World } from '@tendril/flows';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pageProperties, type TrackerScript, trackerScript } from '../tracker/tracker-script.ts';
import { WORLD } from '../world-token.ts';
import { keyCheck } from '../boot/keys.ts';
import { answerPreflight } from './browser-access.ts';
import { Needs } from './key-guard.ts';

/** Any site may embed the script. After an hour a browser asks again, so that a changed tracking plan arrives. */
const SCRIPT_HEADERS = {
  'content-type': 'text/javascript; charset=utf-8',
  'cache-control': 'public, max-age=3600',
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
  vary: 'Accept-Encoding',
};

@ApiTags('sites')
@Controller('v1')
@Needs('public')
export class TrackerController {
  #latest: { readonly properties: string; readonly script: TrackerScript } | undefined;

  constructor(@Inject(WORLD) private readonly world: World) {}

  @Get('tracker.js')
  @ApiOperation({ summary: 'The script that a site embeds', description: 'Counts page views under a random first-party id. For owners of sites: apps/core/src/tracker/README.md.' })
  async script(@Req() { headers }: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string | Buffer> {
    const { text, gzipped, etag } = await this.#script();
    void reply.headers({ ...SCRIPT_HEADERS, etag });
    if (headers['if-none-match']?.includes(etag)) {
      void reply.status(304);
      return '';
    }
    if (!/\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))) return text;
    void reply.header('content-encoding', 'gzip');
    return gzipped;
  }

  @Options('events')
  @HttpCode(204)
  @ApiOperation({ summary: "A browser's question before it sends JSON", description: 'Answered for the origins of the key in `?key=`.' })
  async preflight(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await answerPreflight(keyCheck(this.world), request, reply);
  }

  /** Made once per tracking plan. What this process last read of the rulebook is new enough for a script that is cached anyway. */
  async #script(): Promise<TrackerScript> {
    const { rulebook, store } = this.world;
    const active = rulebook.latest ?? (await rulebook.read(store.db));
    const allowed = pageProperties(active?.rulebook.trackingPlan);
    const properties = JSON.stringify(allowed);
    if (this.#latest?.properties !== properties) this.#latest = { properties, script: trackerScript(allowed) };
    return this.#latest.script;
  }
}
