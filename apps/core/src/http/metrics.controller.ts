import { Controller, Get, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Metrics } from '../metrics.ts';
import { Needs } from './key-guard.ts';

/** For Prometheus and what reads its format. It needs a key, as all that tells about the installation does: scrapers send bearer tokens. */
@ApiTags('operations')
@ApiBearerAuth()
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Needs('operations')
  @ApiProduces('text/plain')
  @ApiOperation({ summary: 'Backlogs of the installation, and how this process fares, in the text format of Prometheus' })
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { text, type } = await this.metrics.scrape();
    reply.type(type);
    return text;
  }
}
