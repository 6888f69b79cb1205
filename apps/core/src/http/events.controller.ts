import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { IntakeEvent } from '@tendril/events';
import { IntakeQueue } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import { z } from 'zod';
import { Metrics } from '../metrics.ts';
import { Ticks } from '../ticks.ts';
import { ForBrowsers } from './browser-access.ts';
import { type KeyedRequest, Needs } from './key-guard.ts';
import { PublicIntake, type PublicResult } from './public-intake.ts';

/** One event, or up to 1,000. */
const Intake = z.union([IntakeEvent, z.array(IntakeEvent).min(1).max(1000)]);

@ApiTags('events')
@ApiBearerAuth()
@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly intake: IntakeQueue,
    private readonly ticks: Ticks,
    private readonly publicIntake: PublicIntake,
    private readonly metrics: Metrics,
  ) {}

  /** A single event that is refused is an error; in a batch each refusal is listed and the rest is kept. */
  @Post()
  @HttpCode(202)
  @Needs('events:write')
  @ForBrowsers(true)
  @ApiQuery({ name: 'key', required: false, description: 'A browser key, in place of the header: public types about anonymous ids only, up to 50.' })
  @ApiQuery({ name: 'sent', required: false, description: "What the browser's clock shows; times are corrected by it." })
  @ApiOperation({ summary: 'Take in one event or up to 1,000', description: 'Answers after the commit. The same (source, key) counts once.' })
  async take(@Body({ schema: Intake }) body: IntakeEvent | readonly IntakeEvent[], @Req() { browser }: KeyedRequest): Promise<PublicResult> {
    const single = !Array.isArray(body);
    const given = single ? [body as IntakeEvent] : (body as readonly IntakeEvent[]);
    const take = (events: readonly IntakeEvent[]) => this.intake.take(events);
    const result: PublicResult = browser ? await this.publicIntake.take(given, browser, take) : await take(given);
    this.metrics.tookIn(result);
    const [refused] = result.refused;
    if (single && refused) {
      const { code, message, field, hint } = refused;
      throw new AppError(code, message, { status: 422, field, ...(hint === undefined ? {} : { hint }) });
    }
    this.ticks.wake();
    return result;
  }
}
