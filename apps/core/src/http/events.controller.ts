import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IntakeEvent } from '@tendril/events';
import { type IntakeResult, takeIn, type World } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import { z } from 'zod';
import { Ticks } from '../ticks.ts';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';

/** One event, or up to 1,000. */
const Intake = z.union([IntakeEvent, z.array(IntakeEvent).min(1).max(1000)]);

@ApiTags('events')
@ApiBearerAuth()
@Controller('v1/events')
export class EventsController {
  constructor(
    @Inject(WORLD) private readonly world: World,
    private readonly ticks: Ticks,
  ) {}

  /** A single event that is refused is an error; in a batch each refusal is listed and the rest is kept. */
  @Post()
  @HttpCode(202)
  @Needs('events:write')
  @ApiOperation({ summary: 'Take in one event or up to 1,000', description: 'Answers after the commit. The same (source, key) counts once.' })
  async take(@Body({ schema: Intake }) body: IntakeEvent | readonly IntakeEvent[]): Promise<IntakeResult> {
    const single = !Array.isArray(body);
    const result = await takeIn(this.world, single ? [body as IntakeEvent] : (body as readonly IntakeEvent[]));
    const [refused] = result.refused;
    if (single && refused) {
      const { code, message, field, hint } = refused;
      throw new AppError(code, message, { status: 422, field, ...(hint === undefined ? {} : { hint }) });
    }
    this.ticks.wake();
    return result;
  }
}
